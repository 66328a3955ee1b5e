// npm-shrinkwrap.json, which is in the packed package and never in the checkout: `npm ci --omit=dev` in the unpacked
// package installs by it what the tests ran with. npm wants all of package.json in it, so development packages too;
// they are marked, and left out.
import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

if (process.argv[2] === "write") cpSync(`${root}package-lock.json`, `${root}npm-shrinkwrap.json`);
if (process.argv[2] === "remove") rmSync(`${root}npm-shrinkwrap.json`, { force: true });
