import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Stryker } from "@stryker-mutator/core";
import rootPackage from "../../package.json" with { type: "json" };
import { folders } from "./folders.mjs";
import { shortenReport, survivorsIn } from "./report.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Mutates a folder, prints who survived, and writes its report. Is its least score reached? */
export async function mutate(name, incremental) {
  const { tests, leastScore } = folders[name];
  const reportPath = join(here, "reports", `${name}.json`);
  process.chdir(join(here, "../.."));
  const stryker = new Stryker({
    mutate: [`src/${name}/**/*.ts`],
    testRunner: "jest",
    testRunnerNodeArgs: ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"],
    // Without looking for the tests that reach a file, anew for each mutant: jestConfig names them.
    jest: { config: jestConfig(tests), enableFindRelatedTests: false },
    coverageAnalysis: "perTest",
    concurrency: 2,
    // What Node loads as a module of a test stays in memory: tens of megabytes for each file.
    maxTestRunnerReuse: 150,
    timeoutMS: 30_000,
    incremental: true,
    incrementalFile: reportPath,
    force: !incremental,
    thresholds: { high: 100, low: leastScore, break: leastScore },
    reporters: ["clear-text", process.stdout.isTTY ? "progress" : "progress-append-only"],
    clearTextReporter: { reportMutants: false, reportTests: false },
    plugins: ["@stryker-mutator/jest-runner", join(here, "ignore-words.mjs")],
    ignorers: ["words"],
    ignorePatterns: ["bench", "test/mutation", "test/load", "test/browser", "test/consumers"],
    tempDirName: join(tmpdir(), "amity-graphql-mutation"),
    cleanTempDir: "always",
    disableTypeChecks: false,
    allowConsoleColors: process.stdout.isTTY === true,
  });
  try {
    await stryker.runMutationTest();
  } catch {
    // Stryker has said why.
    return false;
  }
  const { unnamed, named, gone } = await survivorsIn(name, reportPath);
  await shortenReport(reportPath);
  console.log(`\n${named.length} survivors are named in survivors.md, and ${unnamed.length} are not:`);
  for (const { path, line, change } of unnamed) console.log(`${path}:${line}: ${change}`);
  if (gone.length > 0) console.log(`\nNamed there, and no longer among the survivors:\n${gone.join("\n")}`);
  return process.exitCode !== 1;
}

function jestConfig(tests) {
  return {
    ...rootPackage.jest,
    watchman: false,
    testMatch: tests.map((glob) => `<rootDir>/test/${glob}.test.ts`),
    testRunner: join(here, "jest-circus-until-failure.cjs"),
    testSequencer: join(here, "quick-first.cjs"),
    testTimeout: 10_000,
  };
}
