// What the projects of the suite share: the packed packages, a gateway that runs from one, and the checks' list.
import { createHmac } from "node:crypto";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endAll, run, startUntil } from "./processes.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
export const root = join(here, "../..");
const secret = "a secret of the consumer suite, long enough for HS256";
const issuer = "https://login.consumers.example/";
const audience = "https://gateway.consumers.example";

const { PATH, HOME } = process.env;
/** npm's own settings come along; what `npm run` tells its scripts about this package does not. */
export const npmEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:npm_(?!config_)|NODE_ENV$|AMITY_|AUTH_)/.test(name)),
);
/** Of a tool that knows nothing about this suite. */
export const toolEnv = { PATH, HOME };

export const scratch = await mkdtemp(join(tmpdir(), "amity-graphql-consumers-"));
export const counts = { passed: 0, failed: 0 };

/** One thing that must hold. The first of a project that does not ends that project's list. */
export async function check(name, action) {
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
export function shared(make) {
  let made;
  return (...args) => {
    made ??= make(...args);
    return made;
  };
}

async function pack(args) {
  const stdout = await run("npm", args, { cwd: root, env: npmEnv });
  return join(scratch, stdout.trim().split("\n").at(-1));
}

export const serverPackage = shared(() =>
  check("npm packs the server", () => pack(["pack", "--silent", "--pack-destination", scratch])),
);

export const clientPackage = shared(() =>
  check("npm run pack:client packs the client", () =>
    pack(["run", "--silent", "pack:client", "--", "--silent", "--pack-destination", scratch]),
  ),
);

/** Gives the endpoint of a gateway that runs from the package as it is installed in this project. */
const gateway = shared((project) =>
  check("npx amity-graphql start serves with the emulator", () => {
    const auth = { AUTH_MODE: "jwt", AUTH_JWT_SECRET: secret, AUTH_JWT_ISSUER: issuer, AUTH_JWT_AUDIENCE: audience };
    const env = { ...toolEnv, PORT: "0", CORS_ORIGINS: "http://localhost:3000", ...auth };
    return startUntil(/^Listening on (\S+)$/m, "npx", ["--no", "amity-graphql", "start"], { cwd: project, env });
  }),
);

/** The gateway that all projects ask, from a folder in which nothing but the server's package is installed. */
export const runningGateway = shared(async () => {
  const project = join(scratch, "server");
  await cp(join(here, "server"), project, { recursive: true });
  await npmInstall("the server", project, [await serverPackage()]);
  return gateway(project);
});

/** A token as the app's own sign-in would give it. */
function appToken(userId) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1_000);
  const claims = { iss: issuer, aud: audience, sub: userId, iat: now, exp: now + 3_600 };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

function npmInstall(name, project, packages) {
  const options = ["--prefer-offline", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"];
  return check(`${name} installs`, () =>
    run("npm", ["install", "--loglevel=error", ...options, ...packages], { cwd: project, env: npmEnv }),
  );
}

/** A scratch project with the packed files beside what its own package.json asks for. */
export async function install(name, ...packages) {
  const project = join(scratch, name);
  await cp(join(here, "shared"), project, { recursive: true });
  await cp(join(here, name), project, { recursive: true });
  await npmInstall(name, project, await Promise.all(packages.map((packed) => packed())));
  return project;
}

/** What an app is told: where its gateway is, and who is signed in. */
export async function appEnv(name) {
  const userId = `user of ${name}`;
  return { PATH, GATEWAY: await runningGateway(), USER_ID: userId, APP_TOKEN: appToken(userId) };
}

/** A command of the project's, told the same. */
export async function runInApp(name, project, what, command, args) {
  const env = await appEnv(name);
  return check(`${name} ${what}`, () => run(command, args, { cwd: project, env: { ...env, HOME } }));
}

export async function compileAndRun(name, project, variant = "") {
  await check(`${name} compiles${variant}`, () => run("node_modules/.bin/tsc", [], { cwd: project, env: { PATH } }));
  await runInApp(name, project, `gets its answers${variant}`, "node", ["dist/main.js"]);
}

export async function cleanUp() {
  await endAll();
  await rm(scratch, { recursive: true, force: true });
}
