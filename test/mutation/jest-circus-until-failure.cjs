// Jest's own runner of a test file, which gives up on a mutant at the first test that fails: one is enough to kill it,
// and Stryker cannot tell Jest to stop. (Stryker wants "jest-circus" in the name.)
const { default: runWithCircus } = require("jest-circus/runner");
const { createEmptyTestResult } = require("@jest/test-result");

/** The last mutant that a test noticed. The mutants of a worker come one after another. */
let killed;

module.exports = async (globalConfig, config, environment, ...others) => {
  const mutant = process.env.__STRYKER_ACTIVE_MUTANT__;
  if (mutant === undefined) return runWithCircus(globalConfig, config, environment, ...others);
  if (mutant === killed) return skipped();
  const handle = environment.handleTestEvent;
  environment.handleTestEvent = async (event, state) => {
    await handle?.call(environment, event, state);
    if (event.name === "test_fn_failure") killed = mutant;
    if (event.name === "test_start" && mutant === killed) event.test.mode = "skip";
  };
  return runWithCircus(globalConfig, config, environment, ...others);
};

/** The result of a file of which no test ran; without any test in it Jest would call it broken. */
function skipped() {
  const test = { ancestorTitles: [], failureMessages: [], fullName: "", status: "pending", title: "" };
  return { ...createEmptyTestResult(), numPendingTests: 1, testResults: [test] };
}
