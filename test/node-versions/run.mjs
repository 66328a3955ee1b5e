// Runs the end-to-end tests on the other versions of Node.js that the gateway promises to run on: jest, the built
// command that it starts, npm and all below them. Before that, npm must have nothing to warn of on that version.
import { spawn } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installNode, majors } from "./node-release.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** As package.json's script "jest" has them. */
const jest = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning", "node_modules/jest/bin/jest.js"];

/** Runs a program to its end, with this Node.js first on the PATH. Gives its status and what it said to stderr. */
async function run(node, program, args, cwd) {
  const env = { ...process.env, PATH: [dirname(node), process.env.PATH].join(delimiter) };
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  return { code, stderr };
}

/** What npm warns of when it would install this project's packages: an engine that is not this one, above all. */
async function warningsOf(node) {
  const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  try {
    for (const name of ["package.json", "package-lock.json"]) await copyFile(root + name, join(folder, name));
    const { code, stderr } = await run(node, "npm", ["ci", "--dry-run", "--loglevel=warn"], folder);
    const warnings = stderr.split("\n").filter((line) => /^npm (?:warn|error)/i.test(line));
    return code === 0 ? warnings : [`npm ci ended with ${code}`, ...warnings];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** One line on how the tests of jest's arguments ended there; jest's own report comes before it if they failed. */
async function testOn(node, args) {
  const started = performance.now();
  const { code, stderr } = await run(node, node, [...jest, ...args], root);
  const seconds = Math.round((performance.now() - started) / 1_000);
  const isRight = code === 0;
  if (!isRight) console.error(stderr);
  return { isRight, summary: `${/^Tests: +(.*)$/m.exec(stderr)?.[1] ?? "no tests"}, ${seconds} s` };
}

/** Without the pages' commands and the compiler, which are the same on each. */
const usual = ["test/e2e", "--testPathIgnorePatterns", "test/e2e/(pasted|readme|sdk-7-types)"];

const args = process.argv.length > 2 ? process.argv.slice(2) : usual;
for (const major of majors) {
  const node = await installNode(major, console.error);
  const warnings = await warningsOf(node);
  const { isRight, summary } = await testOn(node, args);
  if (!isRight || warnings.length > 0) process.exitCode = 1;
  console.log(`Node.js ${major}: ${summary}; npm ci: ${warnings.length === 0 ? "no warnings" : warnings.join("; ")}`);
}
