// Builds dist/ from src/ with esbuild, in half a second: one module for each source file, which projects import; the
// program for the command line; and the browser's files.
// It checks no types; `npm run typecheck` does. Run by itself it builds and ends.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build, stop } from "esbuild";
import { bundledLicences } from "./licences.mjs";
import { buildProgram } from "./program.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const sources = join(root, "src");
const output = join(root, "dist");

const options = {
  absWorkingDir: root,
  format: "esm",
  platform: "node",
  target: "node20.19",
  write: false,
  logLevel: "warning",
};

export async function buildAll() {
  const modules = filesIn(sources).filter((path) => path.endsWith(".ts") && path !== "main.ts");
  const entryPoints = modules.map((path) => join(sources, path));
  const { outputFiles } = await build({ ...options, entryPoints, outbase: sources, outdir: output });
  const program = await buildProgram(options, sources, output);
  // esbuild's own process would stay beside the server that `npm start` goes on to run.
  await stop();
  const files = [...outputFiles, ...program];
  for (const { path, contents } of files) written(path, contents);
  const browser = [...copyBrowserFiles(), ...(await writeExplorerFiles())];
  removeStale([...files.map(({ path }) => path), ...browser]);
}

/** What pages run and show: all files in folders named `browser`, as they are. */
function copyBrowserFiles() {
  const names = filesIn(sources).filter((name) => dirname(name).split(sep).includes("browser"));
  return names.map((name) => written(join(output, name), readFileSync(join(sources, name))));
}

/** What the explorer loads that is not ours, and the licences of it. */
async function writeExplorerFiles() {
  const { browserFileNames, browserFileText } = await import("../../dist/explorer/browser-files.js");
  const own = new URL("../explorer/browser/", import.meta.url);
  const texts = browserFileNames.map((name) => [name, browserFileText(name, own)]);
  return [...texts, ["LICENCES.txt", bundledLicences()]].map(([name, text]) =>
    written(join(output, "explorer/browser", name), Buffer.from(text)),
  );
}

/** Writes a file and gives its path. One that stays the same is left alone: another process may be reading it. */
function written(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return path;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
  return path;
}

/** Takes away what an earlier build left. The type declarations of a module, which tsc writes, stay with it. */
function removeStale(current) {
  const kept = new Set(current.map((path) => relative(output, path)));
  for (const path of filesIn(output)) {
    if (!kept.has(path.replace(/\.d\.ts$/, ".js"))) rmSync(join(output, path));
  }
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll();
