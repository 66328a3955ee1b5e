import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const folder = fileURLToPath(new URL(".", import.meta.url));
const { optionalDependencies } = JSON.parse(readFileSync(`${folder}package.json`, "utf8"));

/** The major versions of Node.js that can be installed beside the one at hand. */
export const majors = [...new Set(Object.keys(optionalDependencies).map((name) => Number(name.split("-")[1])))];

/** Installs the release of a major version that is locked here, from npm. Gives the path of its program. */
export async function installNode(major, tell) {
  const name = `node-${major}-${process.platform}-${process.arch}`;
  if (!(name in optionalDependencies)) throw new Error(`npm has no Node.js ${major} of ours for this machine: ${name}`);
  const program = `${folder}node_modules/${name}/bin/node`;
  const { version } = JSON.parse(readFileSync(`${folder}package-lock.json`, "utf8")).packages[`node_modules/${name}`];
  if ((await versionOf(program)) !== `v${version}`) {
    tell(`installing Node.js ${version}`);
    await run("npm", ["ci", "--prefix", folder]);
  }
  return program;
}

async function versionOf(program) {
  return run(program, ["--version"]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}
