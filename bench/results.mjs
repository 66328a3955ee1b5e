import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { thisMachine } from "./machine.mjs";
import { writePage } from "./page.mjs";

/** What whole runs measured is kept in results/, and docs/performance.md is made of it. */

const run = promisify(execFile);
const folder = new URL("results/", import.meta.url);

const measuredPackages = ["express", "axios", "undici", "@apollo/server", "mercurius", "graphql", "got"];

/** When, on what and with which versions it is measured. `node`: what runs the servers. */
export async function circumstances(node) {
  const { stdout } = await run(node, ["--version"]);
  const versions = measuredPackages.map(async (name) => {
    const manifest = new URL(`node_modules/${name}/package.json`, import.meta.url);
    return [name, JSON.parse(await readFile(manifest, "utf8")).version];
  });
  return {
    date: new Date().toISOString().slice(0, 10),
    command: commandOf(process.argv.slice(2)),
    node: stdout.trim().slice(1),
    machine: thisMachine(),
    versions: Object.fromEntries(await Promise.all(versions)),
  };
}

function commandOf(argv) {
  return argv.length === 0 ? "npm run bench" : `npm run bench -- ${argv.join(" ")}`;
}

/** Keeps the outcome of a whole run, and makes the page anew. */
export async function keepResult(name, outcome) {
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(outcome, rounded, 1)}\n`);
  await writePage();
  console.error(`kept in bench/results/${name}.json and docs/performance.md`);
}

function rounded(_key, value) {
  return typeof value === "number" ? Number(value.toPrecision(5)) : value;
}
