// Installs the packed packages into scratch projects, one for each kind of client and tool, compiles them strictly, and
// runs them against a gateway started from the same package. Needs the npm registry for what npm has not cached.
// Arguments: names of the projects to try; all without.
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { apps } from "./apps.mjs";
import { run } from "./processes.mjs";
import { released } from "./released.mjs";
import {
  check,
  cleanUp,
  clientPackage,
  compileAndRun,
  counts,
  install,
  runningGateway,
  scratch,
  serverPackage,
  shared,
  toolEnv,
} from "./suite.mjs";

async function generate(project, source, env = {}) {
  await check(`codegen generates from ${source}`, () =>
    run("node_modules/.bin/graphql-codegen", [], { cwd: project, env: { ...toolEnv, ...env } }),
  );
}

/** The project with codegen, and what that made for Apollo Client and urql. */
const generated = shared(async () => {
  const project = await install("codegen", serverPackage);
  await generate(project, "the package's schema");
  const documents = join(scratch, "documents");
  await cp(join(project, "src/generated-nodes"), documents, { recursive: true });
  return { project, documents };
});

async function codegen() {
  const { project } = await generated();
  await compileAndRun("codegen", project);
  await generate(project, "the running gateway", { SCHEMA: await runningGateway() });
  await compileAndRun("codegen", project, " from the running gateway");
}

async function withGeneratedDocuments(name) {
  const project = await install(name, serverPackage);
  const { documents } = await generated();
  await cp(documents, join(project, "src/generated"), { recursive: true });
  await compileAndRun(name, project);
}

async function gqlTada() {
  const project = await install("gql-tada", serverPackage);
  await check("gql-tada reads the package's schema", () =>
    run("node_modules/.bin/gql-tada", ["generate-output"], { cwd: project, env: toolEnv }),
  );
  await compileAndRun("gql-tada", project);
}

const generatorsSuite = fileURLToPath(new URL("./generators/run.mjs", import.meta.url));

/** The slowest first, since others wait for what it generates. */
const consumers = {
  codegen,
  released,
  ...apps,
  generators: () =>
    check("every generator takes the shipped operations", () =>
      run(process.execPath, [generatorsSuite], { env: toolEnv }),
    ),
  client: async () => compileAndRun("client", await install("client", serverPackage, clientPackage)),
  "gql-tada": gqlTada,
  apollo: () => withGeneratedDocuments("apollo"),
  urql: () => withGeneratedDocuments("urql"),
};

const wanted = process.argv.slice(2);
const waiting = Object.entries(consumers).filter(([name]) => wanted.length === 0 || wanted.includes(name));

async function worker() {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const [name, consumer] = next;
    const failedBefore = counts.failed;
    // A failed check has been counted and printed; the other consumers go on.
    await consumer().catch((error) => {
      if (counts.failed > failedBefore) return;
      counts.failed++;
      console.log(`FAILED  ${name}\n${error.stack}`);
    });
  }
}

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => cleanUp().finally(() => process.exit(1)));
}
const startedAt = performance.now();
try {
  // Two at a time: npm and tsc keep a core busy each.
  await Promise.all([worker(), worker()]);
} finally {
  await cleanUp();
}
console.log(`\n${Math.round((performance.now() - startedAt) / 1_000)} s`);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
