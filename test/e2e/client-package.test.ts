import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { buildSchema, isScalarType, isSpecifiedScalarType, parse, print, validate } from "graphql";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = `${root}node_modules/.cache/amity-graphql-client/`;
const schema = buildSchema(readFileSync(`${root}schema/schema.graphql`, "utf8"));

/** Runs a script in a process of its own, for Jest has its own ways with modules; gives what it printed. */
async function run(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  return stdout;
}

/** The exports of an entry, required and imported. */
async function exportsOf(entry: string) {
  const script = `const required = require("${folder}${entry}.js");
    import("${folder}${entry}.mjs").then(({ ...imported }) => console.log(JSON.stringify({ required, imported }, (name, value) =>
      typeof value === "function" ? "function" : value)));`;
  return JSON.parse(await run("--eval", script));
}

beforeAll(() => run("src/build/pack-client.mjs", "--dry-run", "--silent"), 120_000);

describe("the client's package", () => {
  const manifest = () => JSON.parse(readFileSync(`${folder}package.json`, "utf8"));

  test("depends on nothing", () => {
    expect(manifest().dependencies).toBeUndefined();
    expect(Object.keys(manifest().peerDependenciesMeta)).toEqual(Object.keys(manifest().peerDependencies));
    expect(Object.values(manifest().peerDependenciesMeta)).toEqual([
      { optional: true },
      { optional: true },
      { optional: true },
    ]);
  });

  test("names only files that it has", () => {
    const paths = JSON.stringify(manifest()).match(/"\.\/[^"*]+\.\w+"/g) ?? [];
    expect(paths.length).toBeGreaterThan(16);
    expect(paths.map((path) => JSON.parse(path)).filter((path) => !existsSync(folder + path))).toEqual([]);
  });

  test.each(["index.js", "index.mjs"])("has a %s under 4 kB gzipped", (name) => {
    expect(gzipSync(readFileSync(folder + name)).length).toBeLessThan(4_000);
  });

  test.each(["index", "documents", "react", "testing"])("gives the same required and imported: %s", async (entry) => {
    const { required, imported } = await exportsOf(entry);
    expect(Object.keys(required).length).toBeGreaterThan(1);
    expect(required).toEqual(imported);
  });

  test("imports nothing in its main entry", () => {
    expect(readFileSync(`${folder}index.mjs`, "utf8")).not.toMatch(/\bfrom\s*"|\bimport\b/);
    expect(readFileSync(`${folder}index.js`, "utf8")).not.toContain("require(");
  });

  test("has every operation parsed and as text", async () => {
    const { imported } = await exportsOf("documents");
    const files = readdirSync(`${root}schema/operations`);
    const texts = files.map((name) => print(parse(readFileSync(`${root}schema/operations/${name}`, "utf8"))));
    const named = (ending: string) => Object.keys(imported).filter((name) => name.endsWith(ending));
    const documents = named("Document").map((name) => imported[name]);
    expect(documents.map((document) => print(document)).sort()).toEqual(texts.sort());
    expect(documents.flatMap((document) => validate(schema, document))).toEqual([]);
    expect(named("Source").map((name) => imported[name])).toEqual(documents.map((document) => print(document)));
  });

  test("maps every scalar of the schema's own", async () => {
    const { imported } = await exportsOf("documents");
    const own = Object.values(schema.getTypeMap()).filter((type) => isScalarType(type) && !isSpecifiedScalarType(type));
    expect(Object.keys(imported.scalars).sort()).toEqual(own.map(({ name }) => name).sort());
  });

  test("tells what its test gateway misses", async () => {
    const script = `require("${folder}testing.js").startTestGateway().catch(({ message }) => console.log(message));`;
    expect(await run("--eval", script)).toContain("needs the package amity-graphql installed beside it");
  });
});
