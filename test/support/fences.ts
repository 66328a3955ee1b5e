import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A block of shell of a page, as a reader pastes it. */
export interface Fence {
  readonly page: string;
  readonly text: string;
}

/** The pages for users: the README and all below docs, but for contributors' recipes, which test/recipes follows. */
export function pages(): string[] {
  const below = readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" });
  const names = below.filter((name) => name.endsWith(".md") && !name.startsWith("contributing/"));
  return ["README.md", ...names.map((name) => `docs/${name}`)].sort();
}

/** A page's blocks in their order, without the indents of the lists that they stand in. */
export function fencesOf(page: string): Fence[] {
  const blocks = readFileSync(root + page, "utf8").matchAll(/^( *)```(?:sh|bash)\n(.*?)^\1```$/gms);
  return [...blocks].map(([, indent = "", text = ""]) => ({
    page,
    text: text.replace(new RegExp(`^${indent}`, "gm"), "").trimEnd(),
  }));
}

/** The settings of a block that holds nothing else, as lines of `.env`. */
export function settingsOf({ text }: Fence): Readonly<Record<string, string>> | undefined {
  const pairs = text.split("\n").map((line) => /^([A-Z0-9_]+)=(\S*)$/.exec(line));
  if (pairs.includes(null)) return undefined;
  return Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair[1], pair[2]]] : [])));
}
