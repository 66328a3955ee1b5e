import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** The checkout. It ends with a slash. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

// It is installed in this folder, apart: whoever only checks the types of the whole has it not.
const { parseAllDocuments } = createRequire(import.meta.url)("yaml");

export function textOf(path: string): string {
  return readFileSync(`${root}${path}`, "utf8");
}

/** The documents of a YAML file, which must have no fault and no warning. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into files of every shape
export function yamlOf(path: string): any[] {
  // biome-ignore lint/suspicious/noExplicitAny: the package's types are not there
  return parseAllDocuments(textOf(path), { merge: true }).map((document: any) => {
    const problems = [...document.errors, ...document.warnings];
    if (problems.length > 0) throw new Error(`${path}: ${problems.join("; ")}`);
    return document.toJS();
  });
}

/** The names of a folder's files. */
export function filesIn(folder: string): string[] {
  return readdirSync(`${root}${folder}`);
}

/** What the Dockerfile sets. */
export function imageEnv(): Record<string, string> {
  const [, line = ""] = /^ENV (.*)$/m.exec(textOf("Dockerfile")) ?? [];
  return Object.fromEntries(line.split(" ").map((pair) => pair.split("=")));
}

/** The ports that the Dockerfile names. */
export function exposedPorts(): string[] {
  return /^EXPOSE (.*)$/m.exec(textOf("Dockerfile"))?.[1]?.split(" ") ?? [];
}
