// Fuzzing: inputs that are made up, near the valid ones. A short run has a fixed seed, so that it is the same each
// time; a long one has a new seed, which it prints first.
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const usage = `npm run test:fuzz -- [--minutes N] [--seed S] [--only NAME] [--path P]

  --minutes N   a long run: every property for its share of the time, with a new seed
  --seed S      the seed of a run that failed
  --only NAME   one property, such as "document"
  --path P      with --seed and --only: nothing but the input that failed`;

const root = fileURLToPath(new URL("../../", import.meta.url));
const fixedSeed = 20_260_101;
/** Those of fast-check are 32-bit integers. */
const mostSeed = 2 ** 31 - 1;

function refuse(problem) {
  console.error(`${problem}\n\n${usage}`);
  process.exit(1);
}

function readArguments() {
  const text = { type: "string" };
  const options = { minutes: text, seed: text, only: text, path: text, help: { type: "boolean" } };
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return refuse(error.message);
  }
}

function countProperties() {
  const files = readdirSync(`${root}test/fuzz`).filter((name) => name.endsWith(".test.ts"));
  const texts = files.map((name) => readFileSync(`${root}test/fuzz/${name}`, "utf8"));
  return texts.join("\n").match(/^ *fuzz\(/gm).length;
}

const { minutes, seed, only, path, help } = readArguments();
if (help) {
  console.log(usage);
  process.exit(0);
}
if (minutes !== undefined && !(Number(minutes) > 0)) refuse("--minutes is a number above 0.");
if (seed !== undefined && !/^-?\d{1,10}$/.test(seed)) refuse("--seed is a whole number.");
if (path !== undefined && (seed === undefined || only === undefined)) refuse("--path goes with --seed and --only.");

const chosen = seed ?? (minutes === undefined ? fixedSeed : randomInt(mostSeed));
console.log(`seed ${chosen}`);
const env = {
  ...process.env,
  FUZZ_SEED: String(chosen),
  ...(path !== undefined && { FUZZ_PATH: path }),
  ...(minutes !== undefined && { FUZZ_SECONDS: String((minutes * 60) / (only === undefined ? countProperties() : 1)) }),
};
// One after another: they measure CPU, and a process that another one keeps waiting says nothing.
const pick = only === undefined ? [] : ["-t", `^${only.replace(/[^\w ]/g, "\\$&")}$`];
const jest = ["run", "--silent", "jest", "--", "--runInBand", "--randomize=false", "test/fuzz", ...pick];
const { status } = spawnSync("npm", jest, { cwd: root, env, stdio: "inherit" });
process.exitCode = status ?? 1;
