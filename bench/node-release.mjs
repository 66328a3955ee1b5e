import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Installs the newest release of a major version of Node.js apart, from npm. Gives the path of its program. */
export async function installNode(major, tell) {
  const folder = fileURLToPath(new URL(`node_modules/.cache/node-${major}`, import.meta.url));
  await mkdir(folder, { recursive: true });
  // The package's script fetches the program for this machine.
  const project = { private: true, allowScripts: { node: true } };
  await writeFile(join(folder, "package.json"), JSON.stringify(project));
  tell(`installing Node.js ${major}`);
  await run("npm", ["install", "--no-audit", "--no-fund", `node@${major}`], { cwd: folder });
  return join(folder, "node_modules/node/bin/node");
}
