import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";

const root = fileURLToPath(new URL("../../src/", import.meta.url));

interface SourceFile {
  readonly name: string;
  readonly text: string;
  /** Relative imports, as names below src/. Types alone do not count: they leave no trace at run time. */
  readonly imports: readonly string[];
}

const files: SourceFile[] = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => {
    const text = readFileSync(join(root, name), "utf8");
    const imports = [...text.matchAll(/^(?:import|export) (?!type )[^;]*?from "(\.[^"]+)\.js";$/gm)].map(([, path]) =>
      relative(root, join(root, dirname(name), `${path}.ts`)),
    );
    return { name, text, imports };
  });

/** From the outside in; a file imports from its own layer or from one further in. */
const layers = [
  ["main.ts"],
  ["cli"],
  ["app.ts", "doctor"],
  ["upstream.ts"],
  ["explorer", "emulator"],
  ["server"],
  ["graphql"],
  ["context.ts"],
  ["region", "token", "session", "user"],
  ["config"],
  ["caller"],
  ["amity"],
  ["scalars.ts", "limits.ts", "errors", "telemetry", "system", "x509"],
  // What frontends bundle stands alone; what GraphiQL's page runs is not compiled at all.
  ["client"],
];

function layerOf(name: string): number {
  const exact = layers.findIndex((entries) => entries.includes(name));
  return exact >= 0 ? exact : layers.findIndex((entries) => entries.includes(name.split("/")[0] ?? ""));
}

function mentioning(pattern: RegExp): string[] {
  return files.filter(({ text }) => pattern.test(text)).map(({ name }) => name);
}

describe("src", () => {
  test.each(files.map((file) => [file.name, file] as const))("%s imports only inwards", (name, { imports }) => {
    expect(layerOf(name)).toBeGreaterThanOrEqual(0);
    expect(imports.filter((imported) => layerOf(imported) < layerOf(name))).toEqual([]);
  });

  test("has no import cycles", () => {
    const importsOf = new Map(files.map(({ name, imports }) => [name, imports]));
    const cycles: string[] = [];
    const visit = (name: string, path: readonly string[]) => {
      if (path.includes(name)) cycles.push([...path, name].join(" -> "));
      else for (const next of importsOf.get(name) ?? []) visit(next, [...path, name]);
    };
    for (const { name } of files) visit(name, []);
    expect(cycles).toEqual([]);
  });

  test("lets features use each other's types and services only", () => {
    const features = ["region", "token", "session", "user"];
    const crossing = files.flatMap(({ name, imports }) => {
      const own = name.split("/")[0] ?? "";
      if (!features.includes(own)) return [];
      return imports.filter((path) => features.includes(path.split("/")[0] ?? "") && !path.startsWith(`${own}/`));
    });
    expect(crossing.filter((path) => !path.endsWith(".type.ts"))).toEqual([]);
  });

  test("imports got in one file", () => {
    expect(mentioning(/from "got"/)).toEqual(["amity/http.ts"]);
  });

  test("names secret headers in amity and emulator only", () => {
    const folders = mentioning(/"x-(?:server-key|api-key|admin-token)"/).map((name) => name.split("/")[0]);
    expect([...new Set(folders)].sort()).toEqual(["amity", "emulator"]);
  });

  test("reads the environment in main, and to guard the emulator", () => {
    expect(mentioning(/process\.env/).sort()).toEqual(["emulator/options.ts", "main.ts"]);
  });

  test("ends the process in main only", () => {
    expect(mentioning(/process\.exit\b/)).toEqual(["main.ts"]);
  });

  test("reads the clock and randomness where they enter", () => {
    const readers = mentioning(/\b(?:Date\.now|Math\.random)\b|new Date\(\)/);
    expect(readers.sort()).toEqual([
      "client/platform.ts",
      "emulator/options.ts",
      "system/clock.ts",
      "system/random.ts",
    ]);
  });

  test("makes GraphQL errors in one place", () => {
    expect(mentioning(/new GraphQLError\(/)).toEqual(["errors/graphql-error.ts"]);
  });

  test("names the type in every decorator", () => {
    expect(mentioning(/@(?:Field|Arg|Args|Query|Mutation)\((?!\(\)|"\w+", \()/)).toEqual([]);
  });

  test("keeps files but its two tables under 200 lines", () => {
    const long = files.filter(({ text }) => text.split("\n").length > 200).map(({ name }) => name);
    expect(long.filter((name) => !["errors/codes.ts", "config/fields.ts"].includes(name))).toEqual([]);
  });
});
