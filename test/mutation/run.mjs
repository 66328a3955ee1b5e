// Mutation testing of one folder of src: makes small breaking changes, one at a time, and lists those that no test
// notices. Each survivor wants a test of behaviour, or a line in survivors.md that says why not.
import { parseArgs } from "node:util";
import { folders } from "./folders.mjs";

const names = Object.keys(folders);
const usage = `npm run test:mutation -- --folder NAME [--incremental]

  --folder NAME   the folder of src to mutate: ${names.join(", ")}
  --incremental   try again only what changed since the last report, reports/NAME.json`;

function refuse(problem) {
  console.error(`${problem}\n\n${usage}`);
  process.exit(1);
}

function readArguments() {
  const options = { folder: { type: "string" }, incremental: { type: "boolean" }, help: { type: "boolean" } };
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return refuse(error.message);
  }
}

/** The tools are in a folder of their own, so that who does not mutate does not install them. */
async function loadTools() {
  try {
    return await import("./mutate.mjs");
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    return refuse("The tools are installed apart: npm ci --prefix test/mutation");
  }
}

const { folder, incremental = false, help } = readArguments();
if (help) {
  console.log(usage);
} else {
  if (folder === undefined) refuse("Which folder?");
  if (!names.includes(folder)) refuse(`There is no folder ${folder} to mutate.`);
  const { mutate } = await loadTools();
  process.exitCode = (await mutate(folder, incremental)) ? 0 : 1;
}
