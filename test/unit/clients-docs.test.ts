import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";

const folder = new URL("../consumers/", import.meta.url);
const page = textOf("clients");
const kits = textOf("clients-ui-kit");

// Of the consumers, one is installed where it lies.
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
  (name) => /\.(?:ts|json)$/.test(name) && !name.includes("node_modules"),
);
const sources = files.map((name) => withoutIndents(readFileSync(new URL(name, folder), "utf8")));

const manifests = sources.filter((_source, index) => files[index]?.endsWith("package.json")).join("\n");

/** What each consumer installs beside the package, without the tools that every TypeScript project has. */
const installs = files
  .filter((name) => name.endsWith("package.json"))
  .map((name) => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(new URL(name, folder), "utf8"));
    return packages(Object.keys({ ...dependencies, ...devDependencies }));
  });

function textOf(name: string): string {
  return readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), "utf8");
}

/** A page's code in some languages, each block with its first line as a title. */
function blocksIn(text: string, ...languages: readonly string[]): [title: string, text: string][] {
  const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return blocks.flatMap(([, language = "", text = ""]) =>
    languages.includes(language) ? [[text.split("\n", 1)[0] ?? "", text] as [string, string]] : [],
  );
}

function withoutIndents(text: string): string {
  return text.replace(/^ +/gm, "").trimEnd();
}

function packages(names: readonly string[]): string {
  return names
    .filter((name) => !["amity-graphql", "typescript", "@types/node"].includes(name))
    .sort()
    .join(" ");
}

describe("the pages about clients", () => {
  test.each([...blocksIn(page, "ts", "json"), ...blocksIn(kits, "ts")])(
    "shows code of the consumer suite: %s",
    (_title, text) => {
      expect(sources.filter((source) => source.includes(withoutIndents(text)))).not.toEqual([]);
    },
  );

  test.each(blocksIn(page, "sh"))("installs what a consumer does: %s", (_title, text) => {
    const names = text.split(/\s+/).filter((word) => !["npm", "install", "--save-dev", ""].includes(word));
    expect(installs).toContain(packages(names));
  });

  test("show no code that no test compiles", () => {
    const languages = [...`${page}${kits}`.matchAll(/^```(\w+)$/gm)].map(([, language]) => language);
    expect(new Set(languages)).toEqual(new Set(["ts", "json", "sh", "dart", "swift", "kotlin"]));
  });

  test("names versions that the consumers install", () => {
    const named = [...page.slice(page.lastIndexOf("Versions:")).matchAll(/(\S+) (\d+\.\d+\.\d+)/g)];
    expect(named.map(([, name]) => name)).toContain("@apollo/client");
    for (const [, name, version] of named) expect(manifests).toContain(`"${name}": "${version}"`);
  });
});
