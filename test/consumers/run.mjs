// Installs the packed package into scratch projects, one for each kind of client, compiles them strictly, and runs them
// against a gateway started from the same package. Needs the npm registry for what npm has not cached.
import { createHmac } from "node:crypto";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endAll, run, startUntil } from "./processes.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");
const secret = "a secret of the consumer suite, long enough for HS256";
const issuer = "https://login.consumers.example/";
const audience = "https://gateway.consumers.example";

const { PATH, HOME } = process.env;
/** npm's own settings come along; what `npm run` tells its scripts about this package does not. */
const npmEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:npm_(?!config_)|NODE_ENV$|AMITY_|AUTH_)/.test(name)),
);

const scratch = await mkdtemp(join(tmpdir(), "amity-graphql-consumers-"));
const counts = { passed: 0, failed: 0 };

/** One thing that must hold. The first of a project that does not ends that project's list. */
async function check(name, action) {
  const startedAt = performance.now();
  const seconds = () => ((performance.now() - startedAt) / 1_000).toFixed(1);
  try {
    const result = await action();
    counts.passed++;
    console.log(`ok      ${name} (${seconds()} s)`);
    return result;
  } catch (error) {
    counts.failed++;
    console.log(`FAILED  ${name} (${seconds()} s)\n${error.message}`);
    throw error;
  }
}

/** What several projects share is made by the first that asks. */
function shared(make) {
  let made;
  return (...args) => {
    made ??= make(...args);
    return made;
  };
}

const tarball = shared(() =>
  check("npm packs the package", async () => {
    const stdout = await run("npm", ["pack", "--silent", "--pack-destination", scratch], { cwd: root, env: npmEnv });
    return join(scratch, stdout.trim().split("\n").at(-1));
  }),
);

/** Gives the endpoint of a gateway that runs from the package as it is installed in this project. */
const gateway = shared((project) =>
  check("npx amity-graphql start serves with the emulator", () => {
    const auth = { AUTH_MODE: "jwt", AUTH_JWT_SECRET: secret, AUTH_JWT_ISSUER: issuer, AUTH_JWT_AUDIENCE: audience };
    const env = { PATH, HOME, PORT: "0", ...auth };
    return startUntil(/^Listening on (\S+)$/m, "npx", ["--no", "amity-graphql", "start"], { cwd: project, env });
  }),
);

/** A token as the app's own sign-in would give it. */
function appToken(userId) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1_000);
  const claims = { iss: issuer, aud: audience, sub: userId, iat: now, exp: now + 3_600 };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

/** A scratch project with the package beside what its own package.json asks for. */
async function install(name) {
  const project = join(scratch, name);
  await cp(join(here, "shared"), project, { recursive: true });
  await cp(join(here, name), project, { recursive: true });
  const options = ["--prefer-offline", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"];
  const packed = await tarball();
  await check(`${name} installs beside the package`, () =>
    run("npm", ["install", "--loglevel=error", ...options, packed], { cwd: project, env: npmEnv }),
  );
  return project;
}

async function compileAndRun(name, project, variant = "") {
  const url = await gateway(project);
  const userId = `user of ${name}`;
  const env = { PATH, GATEWAY: url, USER_ID: userId, APP_TOKEN: appToken(userId) };
  await check(`${name} compiles${variant}`, () => run("node_modules/.bin/tsc", [], { cwd: project, env: { PATH } }));
  await check(`${name} gets its answers${variant}`, () => run("node", ["dist/main.js"], { cwd: project, env }));
}

async function generate(project, source, env = {}) {
  await check(`codegen generates from ${source}`, () =>
    run("node_modules/.bin/graphql-codegen", [], { cwd: project, env: { PATH, HOME, ...env } }),
  );
}

/** The project with codegen, and what that made for Apollo Client and urql. */
const generated = shared(async () => {
  const project = await install("codegen");
  await generate(project, "the package's schema");
  const documents = join(scratch, "documents");
  await cp(join(project, "src/generated-nodes"), documents, { recursive: true });
  return { project, documents };
});

async function codegen() {
  const { project } = await generated();
  await compileAndRun("codegen", project);
  await generate(project, "the running gateway", { SCHEMA: await gateway(project) });
  await compileAndRun("codegen", project, " from the running gateway");
}

async function withGeneratedDocuments(name) {
  const project = await install(name);
  const { documents } = await generated();
  await cp(documents, join(project, "src/generated"), { recursive: true });
  await compileAndRun(name, project);
}

async function gqlTada() {
  const project = await install("gql-tada");
  await check("gql-tada reads the package's schema", () =>
    run("node_modules/.bin/gql-tada", ["generate-output"], { cwd: project, env: { PATH, HOME } }),
  );
  await compileAndRun("gql-tada", project);
}

async function client() {
  await compileAndRun("client", await install("client"));
}

/** The slowest first, since others wait for what it generates. */
const consumers = [
  codegen,
  client,
  gqlTada,
  () => withGeneratedDocuments("apollo"),
  () => withGeneratedDocuments("urql"),
];

async function worker() {
  for (let consumer = consumers.shift(); consumer; consumer = consumers.shift()) {
    // A failure has been counted and printed; the other consumers go on.
    await consumer().catch(() => {});
  }
}

async function cleanUp() {
  await endAll();
  await rm(scratch, { recursive: true, force: true });
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
process.exitCode = counts.failed === 0 ? 0 : 1;
