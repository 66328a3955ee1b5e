import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));

interface SourceFile {
  readonly name: string;
  readonly text: string;
  /** What it imports of ours, types and what is loaded later included, as names below src/. */
  readonly imports: readonly string[];
}

/** The one arrow back: resolvers name the type of what Apollo Server hands them. */
const contextType = /^import type \{ Context \} from "\.\.\/context\.js";$/m;

const files: SourceFile[] = namesIn("src", /\.ts$/).map((path) => {
  const name = relative("src", path);
  const text = readFileSync(join(root, path), "utf8");
  const inward = name.endsWith(".resolver.ts") ? text.replace(contextType, "") : text;
  const imports = [...inward.matchAll(/"(\.\.?\/[^"]+)\.js"/g)].map(([, to]) => join(dirname(name), `${to}.ts`));
  return { name, text, imports };
});

function namesIn(folder: string, pattern: RegExp): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => pattern.test(name)).map((name) => join(folder, name));
}

/** From the outside in; a file imports from its own layer or from one further in. */
const layers = [
  ["main.ts"],
  ["cli"],
  ["app.ts", "doctor"],
  ["upstream.ts", "services.ts"],
  ["shared"],
  ["tools.ts"],
  ["explorer", "emulator"],
  ["server"],
  ["graphql"],
  ["context.ts"],
  ["region", "token", "session", "user", "visitor"],
  ["config"],
  ["caller"],
  ["amity"],
  ["scalars.ts", "limits.ts", "errors", "telemetry", "audit", "system", "x509", "pages"],
  // What frontends bundle stands alone; what pages run is not compiled at all.
  ["client"],
];

/** A folder of src/, or a file that lies beside them. */
function roomOf(name: string): string {
  return name.split("/")[0] ?? "";
}

function layerOf(name: string): number {
  return layers.findIndex((rooms) => rooms.includes(roomOf(name)));
}

function mentioning(pattern: RegExp): string[] {
  return files.filter(({ text }) => pattern.test(text)).map(({ name }) => name);
}

/** What lies on circles, or between two: takes away, again and again, what leads nowhere or comes from nowhere. */
function circling(edges: readonly (readonly [from: string, to: string])[]): string[] {
  const [starts, ends] = [new Set(edges.map(([from]) => from)), new Set(edges.map(([, to]) => to))];
  const kept = edges.filter(([from, to]) => ends.has(from) && starts.has(to));
  return kept.length < edges.length ? circling(kept) : [...starts];
}

/** What is loaded along with a module, itself included: not what it may import later. Types are not loaded. */
async function loadedWith(entry: string) {
  const { metafile } = await build({
    absWorkingDir: join(root, "src"),
    entryPoints: [entry],
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    write: false,
    metafile: true,
  });
  const modules = new Set([entry]);
  const packages = new Set<string>();
  for (const name of modules) {
    for (const { path, kind, external } of metafile.inputs[name]?.imports ?? []) {
      if (kind === "import-statement") (external ? packages : modules).add(path);
    }
  }
  return { modules: [...modules], packages: [...packages] };
}

describe("src", () => {
  test("has each room in exactly one layer", () => {
    expect(layers.flat().sort()).toEqual([...new Set(files.map(({ name }) => roomOf(name)))].sort());
  });

  test.each(files.map((file) => [file.name, file] as const))("%s imports only inwards", (name, { imports }) => {
    expect(imports.filter((imported) => layerOf(imported) < layerOf(name))).toEqual([]);
  });

  test("has no circle of files", () => {
    expect(circling(files.flatMap(({ name, imports }) => imports.map((to) => [name, to] as const)))).toEqual([]);
  });

  test("has no circle of rooms", () => {
    const edges = files.flatMap(({ name, imports }) => imports.map((to) => [roomOf(name), roomOf(to)] as const));
    expect(circling(edges.filter(([from, to]) => from !== to))).toEqual([]);
  });

  test("lets features use each other's types only", () => {
    const features = ["region", "token", "session", "user", "visitor"];
    const crossing = files
      .filter(({ name }) => features.includes(roomOf(name)))
      .flatMap(({ name, imports }) => imports.filter((to) => roomOf(to) !== roomOf(name)))
      .filter((to) => features.includes(roomOf(to)));
    expect(crossing.filter((to) => !to.endsWith(".type.ts"))).toEqual([]);
  });

  test("imports got in one file", () => {
    expect(mentioning(/from "got"/)).toEqual(["amity/http.ts"]);
  });

  test("imports Fastify in the shell of the server, and in the emulator", () => {
    const shell = mentioning(/from "@?fastify\b[^"]*"/).filter((name) => !name.startsWith("emulator/"));
    expect(shell.sort()).toEqual(["server/http.ts", "server/shutdown.ts"]);
  });

  test("names secret headers in amity and emulator only", () => {
    const folders = mentioning(/"x-(?:server-key|api-key|admin-token)"/).map((name) => name.split("/")[0]);
    expect([...new Set(folders)].sort()).toEqual(["amity", "emulator"]);
  });

  test("reads the environment in main and config only", () => {
    const readers = mentioning(/\bprocess\W+env\b|= process;|"(?:node:)?process"/);
    expect(readers.sort()).toEqual(["config/environment.ts", "main.ts"]);
  });

  test("makes a permitted user id in one place", () => {
    const makers = files.flatMap(({ name, text }) => [...text.matchAll(/\bas PermittedUserId\b/g)].map(() => name));
    expect(makers).toEqual(["caller/access.ts"]);
  });

  test("ends the process in main only", () => {
    expect(mentioning(/process\.exit\b/)).toEqual(["main.ts"]);
  });

  test("reads the clock and randomness where they enter", () => {
    const readers = mentioning(/\b(?:Date\.now|performance\.now|process\.hrtime|Math\.random)\b|new Date\(\)/);
    expect(readers.sort()).toEqual(["client/platform.ts", "system/clock.ts", "system/random.ts"]);
  });

  test("makes GraphQL errors in one place", () => {
    expect(mentioning(/new GraphQLError\(/)).toEqual(["errors/graphql-error.ts"]);
  });

  test("names the type in every decorator", () => {
    expect(mentioning(/@(?:Field|Arg|Args|Query|Mutation)\((?!\(\)|"\w+", \()/)).toEqual([]);
  });

  test("keeps files but its three tables under 200 lines", () => {
    const written = files.filter(({ name }) => !name.includes("/generated/"));
    const long = written.filter(({ text }) => text.split("\n").length > 200).map(({ name }) => name);
    expect(long.filter((name) => !["errors/codes.ts", "errors/reasons.ts", "config/fields.ts"].includes(name))).toEqual(
      [],
    );
  });
});

/** The lines that match, as `name:number`, wherever people write code. */
function linesLike(pattern: RegExp): string[] {
  const names = ["src", "test", "bench", "docs"].flatMap((folder) =>
    namesIn(folder, /^(?!.*(?:generated|node_modules)\/).*\.m?[jt]s$/),
  );
  return names.flatMap((name) => {
    const lines = readFileSync(join(root, name), "utf8").split("\n");
    return lines.flatMap((line, index) => (pattern.test(line) ? `${name}:${index + 1}` : []));
  });
}

describe("comments", () => {
  test("are sentences and hold no tags", () => {
    // JSDoc's tags; GraphQL's directives may begin a line.
    expect(linesLike(/(?:^\s*|\/\*)\*\s*@(?!skip\b|include\b)\w|\{@\w/)).toEqual([]);
  });

  test("keep to the width, which Biome leaves to us", () => {
    expect(linesLike(/^(?=\s*(?:\/\/|\/?\*)).{121}/)).toEqual([]);
  });
});

describe("what is loaded", () => {
  test("by a frontend is nothing of the server", async () => {
    const { modules, packages } = await loadedWith("client/index.ts");
    expect([modules.filter((name) => roomOf(name) !== "client"), packages]).toEqual([[], []]);
    expect(modules).toContain("client/auth.ts");
  });

  test("is no command before it is asked for", async () => {
    const { modules } = await loadedWith("main.ts");
    expect(modules.filter((name) => roomOf(name) === "cli")).toEqual(["cli/exit-codes.ts", "cli/usage.ts"]);
    expect(modules).not.toContain("app.ts");
  });

  test("to ask for health is next to nothing", async () => {
    const { modules, packages } = await loadedWith("cli/healthcheck.ts");
    const loaded = [...packages, ...(await loadedWith("main.ts")).packages];
    expect(loaded.filter((name) => !name.startsWith("node:") && name !== "fastest-levenshtein")).toEqual([]);
    expect(modules).not.toContain("config/config.ts");
    expect(packages).toContain("node:http");
  });

  test("to answer requests is no server", async () => {
    const { modules, packages } = await loadedWith("server/pipeline.ts");
    expect(packages.filter((name) => /^(?:node:)?https?2?$|fastify/.test(name))).toEqual([]);
    expect(modules).toContain("server/guards.ts");
    expect(packages).toContain("graphql");
  });

  test.each(["app.ts", "cli/start.ts"])("to serve by %s is nothing that only some need", async (entry) => {
    const { modules, packages } = await loadedWith(entry);
    const needless = ["audit", "client", "doctor", "emulator", "explorer", "shared", "x509"];
    expect(modules.filter((name) => needless.includes(roomOf(name)))).toEqual([]);
    expect(modules.filter((name) => roomOf(name) === "cli" && !/start|exit-codes/.test(name))).toEqual([]);
    const later = ["@opentelemetry/api", "@peculiar/x509", "zod", "pino-pretty", "ioredis"];
    expect(packages.filter((name) => later.includes(name))).toEqual([]);
    expect(packages).toContain("fastify");
  });
});
