import { readFileSync } from "node:fs";

/** What a reader does with one block of a recipe. */
export type Step =
  /** Changes a file at the one place that holds all lines of a hunk but the new ones. */
  | { readonly kind: "change"; readonly path: string; readonly hunks: readonly Hunk[] }
  /** Writes a file of its own. */
  | { readonly kind: "file"; readonly path: string; readonly text: string }
  | { readonly kind: "run"; readonly text: string }
  /** What the block before prints: this JSON, or every line of this text. */
  | { readonly kind: "printed"; readonly json: boolean; readonly text: string };

export type StepOf<Kind extends Step["kind"]> = Extract<Step, { kind: Kind }>;

export interface Hunk {
  readonly before: string;
  readonly after: string;
}

/** A block of code with the paragraph that leads to it, if one does. */
const block = /(?:(?<lead>(?:^(?!```)[^\n]+\n)+)\n)?^```(?<language>\w+)\n(?<text>.*?)^```$/gms;

/**
 * The steps of a page of docs/contributing, in their order. A block of `diff` or of a file's whole text is of the last
 * file that the paragraph before it names in back quotes; `sh` is run; `json` and `text` are what that prints.
 */
export function stepsOf(page: URL): Step[] {
  return [...readFileSync(page, "utf8").matchAll(block)].map(({ groups = {} }) => {
    const { lead = "", language = "", text = "" } = groups;
    if (language === "sh") return { kind: "run", text: text.trimEnd() };
    if (language === "json" || language === "text") return { kind: "printed", json: language === "json", text };
    const path = [...lead.matchAll(/`([\w./-]+\.\w+)`/g)].at(-1)?.[1];
    if (path === undefined || !lead.endsWith(":\n")) throw new Error(`no file is named before: ${text}`);
    return language === "diff" ? { kind: "change", path, hunks: hunksOf(text) } : { kind: "file", path, text };
  });
}

function hunksOf(text: string): Hunk[] {
  return text.split(/^@@\n/m).map((hunk) => {
    const lines = hunk.trimEnd().split("\n");
    const without = (sign: string) => lines.filter((line) => !line.startsWith(sign)).map((line) => line.slice(1));
    return { before: without("+").join("\n"), after: without("-").join("\n") };
  });
}

/** A file's text with a hunk's change. Throws when its place is not there, or not the only one. */
export function changed(path: string, text: string, { before, after }: Hunk): string {
  const places = `\n${text}`.split(`\n${before}\n`).length - 1;
  if (places !== 1) throw new Error(`${path} has ${places} places such as this, and the page means one:\n${before}`);
  return `\n${text}`.replace(`\n${before}\n`, () => `\n${after}\n`).slice(1);
}
