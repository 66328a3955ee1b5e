import { readFileSync } from "node:fs";

/** The blocks of code in one language that a page shows; `page` is a path below docs/. */
export function fencedCode(page: string, language: string): string[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return blocks.flatMap(([, of, code = ""]) => (of === language ? [code] : []));
}
