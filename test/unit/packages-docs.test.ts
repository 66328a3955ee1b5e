import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = textOf("docs/packages.md");
const { version } = JSON.parse(textOf("package.json"));

const consumers = readdirSync(`${root}test/consumers`, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(?:tsx?|json)$/.test(name) && !name.includes("node_modules"))
  .map((name) => textOf(`test/consumers/${name}`));
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

function textOf(name: string): string {
  return readFileSync(root + name, "utf8");
}

function blocksIn(text: string, language: RegExp): string[] {
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, name = ""]) => language.test(name))
    .map(([, , block = ""]) => block.trimEnd());
}

describe("the page about the packages", () => {
  test("shows code of the consumer suite", () => {
    const blocks = blocksIn(page, /^tsx?$/);
    expect(blocks.length).toBeGreaterThan(2);
    expect(blocks.filter((block) => !consumers.some((source) => source.includes(block)))).toEqual([]);
  });

  test("names versions that the consumers install", () => {
    const list = /^Versions:.*?\.$/ms.exec(page)?.[0] ?? "";
    const named = [...list.matchAll(/(\S+) (\d+\.\d+\.\d+)/g)];
    expect(named.length).toBeGreaterThan(10);
    const missing = named.filter(([, name, v]) => !consumers.some((text) => text.includes(`"${name}": "${v}"`)));
    expect(missing.map(([text]) => text)).toEqual([]);
  });

  test("names the packed files of this version", () => {
    const named = [...page.matchAll(/amity-graphql(?:-client)?-(\d[\w.-]*)\.tgz/g)].map(([, of]) => of);
    expect(new Set(named)).toEqual(new Set([version]));
  });
});

test.each(pages)("%s installs neither package by its bare name", (name) => {
  const commands =
    blocksIn(textOf(name), /^sh$/)
      .join("\n")
      .match(/^.*\bnpm (?:i|install|add)\b.*$/gm) ?? [];
  expect(commands.filter((command) => /\samity-graphql(?:-client)?(?:\s|@|$)/.test(command))).toEqual([]);
});

describe("CHANGELOG.md", () => {
  const headings = [...textOf("CHANGELOG.md").matchAll(/^## (\S+)/gm)].map(([, of]) => of);

  test("begins with the version of package.json", () => {
    expect(headings[0]).toBe(version);
  });
});

describe("the release workflow", () => {
  const workflow = textOf(".github/workflows/release.yml");

  test("pins each action by its commit", () => {
    const uses = [...workflow.matchAll(/uses: (.*)/g)].map(([, action = ""]) => action);
    expect(uses.length).toBeGreaterThan(2);
    expect(uses.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  });

  test("runs scripts that there are", () => {
    const { scripts } = JSON.parse(textOf("package.json"));
    const named = [...workflow.matchAll(/npm (?:run )?(test(?::\w+)?|pack:\w+)/g)].map(([, script = ""]) => script);
    expect(named).toEqual(["test", "test:consumers", "pack:client"]);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});
