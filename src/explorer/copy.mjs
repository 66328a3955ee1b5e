// Puts the explorer's browser files and their licences into the build. Runs after tsc, in the project's root.
import { mkdirSync, writeFileSync } from "node:fs";
import { browserFileNames, browserFileText } from "../../dist/server/graphiql-files.js";
import { bundledLicences } from "./licences.mjs";

const sources = new URL("./", import.meta.url);
const build = new URL("../../dist/explorer/", import.meta.url);

mkdirSync(build, { recursive: true });
for (const name of browserFileNames) writeFileSync(new URL(name, build), browserFileText(name, sources));
writeFileSync(new URL("LICENCES.txt", build), bundledLicences());
