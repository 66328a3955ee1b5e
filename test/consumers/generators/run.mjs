// Has every generator that npm carries, and no other suite runs, take the shipped schema and operations. Those that it
// does not carry are held by rules: test/unit/operations.test.ts. Needs the npm registry for what npm has not cached.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endAll, run } from "../processes.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const shipped = join(here, "../../../schema");
const project = await mkdtemp(join(tmpdir(), "amity-graphql-generators-"));
const { PATH, HOME } = process.env;
const env = { PATH, HOME, CI: "1" };
const tool = (name, ...args) => run(join(project, "node_modules/.bin", name), args, { cwd: project, env });

/** Relay reads documents in modules, and wants an operation to be named after its module and its kind. */
async function writeRelayModules() {
  await mkdir(join(project, "relay"));
  await mkdir(join(project, "relay-artifacts"));
  for (const file of await readdir(join(shipped, "operations"))) {
    const text = await readFile(join(shipped, "operations", file), "utf8");
    const [, kind = "", name = ""] = /^(query|mutation) (\w+)/m.exec(text) ?? [];
    const ending = kind === "query" ? "Query" : "Mutation";
    const renamed = text.replace(`${kind} ${name}`, `${kind} ${name}${ending}`);
    const module = `import { graphql } from "relay-runtime";\n\nexport default graphql\`\n${renamed}\`;\n`;
    await writeFile(join(project, `relay/${name}.ts`), module);
  }
}

/** Rejects unless the generator wrote a file for each operation. */
async function expectArtifacts(folder, pattern) {
  const operations = await readdir(join(shipped, "operations"));
  const written = (await readdir(join(project, folder))).filter((name) => pattern.test(name));
  if (written.length !== operations.length)
    throw new Error(`${written.length} files for ${operations.length} operations`);
}

const steps = {
  "npm installs the generators": () =>
    run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], {
      cwd: project,
      env,
    }),
  "GraphQL Code Generator, all in one file and one file each": () => tool("graphql-codegen"),
  genql: () => tool("genql", "--schema", "schema.graphql", "--output", "genql"),
  "what these wrote compiles": () => tool("tsc"),
  Houdini: async () => {
    await tool("houdini", "generate");
    await expectArtifacts("houdini-artifacts/artifacts", /^[A-Z]\w+\.js$/);
  },
  Relay: async () => {
    await writeRelayModules();
    await tool("relay-compiler", "relay.config.json");
    await expectArtifacts("relay-artifacts", /\.graphql\.ts$/);
  },
};

try {
  await cp(here, project, { recursive: true });
  await cp(shipped, project, { recursive: true });
  for (const [name, step] of Object.entries(steps)) {
    const startedAt = performance.now();
    await step();
    console.log(`ok      ${name} (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)`);
  }
} catch (error) {
  console.log(`FAILED  ${error.message}`);
  process.exitCode = 1;
} finally {
  await endAll();
  await rm(project, { recursive: true, force: true });
}
