import { readFile, writeFile } from "node:fs/promises";

/** Keeps what the next incremental run needs: a fifth of the report, and nothing of this machine. */
export async function shortenReport(path) {
  const { schemaVersion, thresholds, files, testFiles } = JSON.parse(await readFile(path, "utf8"));
  for (const file of Object.values(files)) file.mutants = file.mutants.filter(lasts).map(shortenMutant);
  await writeFile(path, `${JSON.stringify({ schemaVersion, thresholds, files, testFiles })}\n`);
}

/**
 * What does not last is tried again each time: survivors in code that runs when a file is loaded, since Stryker cannot
 * tell whether a new test notices them, and mutants that took too long, since a busy machine may have been why.
 */
function lasts({ status, static: isStatic }) {
  return status !== "Timeout" && !(isStatic && status === "Survived");
}

/** Of the tests that cover a killed mutant its killer will do. */
function shortenMutant({ statusReason, testsCompleted, coveredBy, killedBy, ...mutant }) {
  return { ...mutant, killedBy, coveredBy: killedBy?.length > 0 ? undefined : coveredBy };
}

const survived = ({ status }) => status === "Survived" || status === "NoCoverage";

/**
 * Who survived, by whether survivors.md names them, and what it names in vain. There a mutation has no line, since
 * lines move: `src/token/token.store.ts: a < b -> a <= b`.
 */
export async function survivorsIn(folder, reportPath) {
  const { files } = JSON.parse(await readFile(reportPath, "utf8"));
  const survivors = Object.entries(files).flatMap(([path, { source, mutants }]) =>
    mutants.filter(survived).map(({ location, replacement }) => ({
      path,
      line: location.start.line,
      change: `${oneLine(textAt(source, location))} -> ${oneLine(replacement)}`,
    })),
  );
  const nameOf = ({ path, change }) => `${path}: ${change}`;
  const text = await readFile(new URL("survivors.md", import.meta.url), "utf8");
  const names = [...text.matchAll(/^- `(.+)`$/gm)].map(([, name]) => name);
  const found = new Set(survivors.map(nameOf));
  return {
    named: survivors.filter((survivor) => names.includes(nameOf(survivor))),
    unnamed: survivors.filter((survivor) => !names.includes(nameOf(survivor))),
    gone: names.filter((name) => name.startsWith(`src/${folder}/`) && !found.has(name)),
  };
}

/** Lines and columns of a report begin with 1. */
function textAt(source, { start, end }) {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const last = lines.length - 1;
  lines[last] = lines[last].slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  return lines.join("\n");
}

/** Fit for a line of Markdown. */
function oneLine(code) {
  const text = code.replaceAll("`", "'").replace(/\s+/g, " ").trim();
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}
