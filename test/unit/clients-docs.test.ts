import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";

const folder = new URL("../consumers/", import.meta.url);
const docs = new URL("../../docs/clients/", import.meta.url);
const pages = readdirSync(docs).filter((name) => name.endsWith(".md"));
const text = pages.map((name) => readFileSync(new URL(name, docs), "utf8")).join("\n");

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

/** The pages' code in some languages, each block with its first line as a title. */
function blocksIn(...languages: readonly string[]): [title: string, text: string][] {
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
    .filter((name) => !name.endsWith(".tgz") && !["typescript", "@types/node"].includes(name))
    .sort()
    .join(" ");
}

/** What `npm run test:languages` compiles and runs. */
const run = ["kotlin", "php", "python", "go", "ruby"];

describe("the pages about clients", () => {
  test("are all in their index", () => {
    const index = readFileSync(new URL("../clients.md", docs), "utf8");
    expect(pages.filter((name) => !index.includes(`(clients/${name})`))).toEqual([]);
  });

  test.each(blocksIn("ts", "json"))("show code of the consumer suite: %s", (_title, text) => {
    expect(sources.filter((source) => source.includes(withoutIndents(text)))).not.toEqual([]);
  });

  test.each(blocksIn("sh"))("install what a consumer does: %s", (_title, text) => {
    const names = text.split(/\s+/).filter((word) => !["npm", "install", "--save-dev", ""].includes(word));
    expect(installs).toContain(packages(names));
  });

  test.each(blocksIn("dart", "swift"))("mark as such in 40 lines what no test compiles: %s", (title, text) => {
    expect(title).toBe("// Not compiled by this project's tests.");
    expect(text.split("\n").length).toBeLessThanOrEqual(41);
  });

  test("show no other code that no test compiles", () => {
    const languages = [...text.matchAll(/^```(\w+)$/gm)].map(([, language]) => language);
    expect(new Set(languages)).toEqual(new Set(["ts", "json", "sh", "dart", "swift", ...run]));
  });

  test("name versions that the consumers install", () => {
    const named = [...text.matchAll(/^Versions:.*\n?.*\.$/gm)].flatMap(([list]) => [
      ...list.matchAll(/(\S+) (\d+\.\d+\.\d+)/g),
    ]);
    expect(named.map(([, name]) => name)).toEqual(expect.arrayContaining(["@apollo/client", "@amityco/ts-sdk"]));
    for (const [, name, version] of named) expect(manifests).toContain(`"${name}": "${version}"`);
  });
});
