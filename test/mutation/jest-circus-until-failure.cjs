// Jest's own runner of a test file, which gives up on a mutant at the first test that fails: one is enough to kill it,
// and Stryker cannot tell Jest to stop. Nor does it tell Jest in which files the tests are that reach a mutant: a file
// without any would be loaded, which takes longer than its tests. (Stryker wants "jest-circus" in the name.)
const { default: runWithCircus } = require("jest-circus/runner");
const { createEmptyTestResult } = require("@jest/test-result");
const { noteKiller, noteTime } = require("./killers.cjs");

/** The last mutant that a test noticed. The mutants of a worker come one after another. */
let killed;

/** The names of the tests of each file that has run once. */
const namesIn = new Map();

module.exports = async (globalConfig, config, environment, runtime, path, ...others) => {
  const mutant = process.env.__STRYKER_ACTIVE_MUTANT__;
  if (mutant !== undefined && (mutant === killed || !mayMatch(path, globalConfig.testNamePattern))) return skipped();
  const handle = environment.handleTestEvent;
  environment.handleTestEvent = async (event, state) => {
    await handle?.call(environment, event, state);
    if (mutant === undefined) return;
    if (event.name === "test_fn_failure") {
      killed = mutant;
      noteKiller(path);
    }
    if (event.name === "test_start" && mutant === killed) event.test.mode = "skip";
  };
  const startedAt = performance.now();
  const result = await runWithCircus(globalConfig, config, environment, runtime, path, ...others);
  noteTime(path, performance.now() - startedAt);
  namesIn.set(path, namesIn.get(path) ?? result.testResults.map(({ fullName }) => fullName));
  return result;
};

/** Can the file hold a test of such a name? Jest compares without case. */
function mayMatch(path, pattern) {
  const names = namesIn.get(path);
  if (!pattern || !names) return true;
  const wanted = new RegExp(pattern, "i");
  return names.some((name) => wanted.test(name));
}

/** The result of a file of which no test ran; without any test in it Jest would call it broken. */
function skipped() {
  const test = { ancestorTitles: [], failureMessages: [], fullName: "", status: "pending", title: "" };
  return { ...createEmptyTestResult(), numPendingTests: 1, testResults: [test] };
}
