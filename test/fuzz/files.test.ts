import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { afterAll, beforeAll } from "@jest/globals";
import fc from "fast-check";
import { type Config, loadConfig } from "../../src/config/config.js";
import { readEnvFile } from "../../src/config/env-file.js";
import type { Env } from "../../src/config/reader.js";
import { mostTime, productionEnv, unlimited } from "../hostile/gateway.js";
import { jwtEnv } from "../support/callers.js";
import { createTestAuthority } from "../support/certificates.js";
import { run } from "../support/process.js";
import { makeKey } from "../support/tokens.js";
import { envFiles } from "./arbitraries/env-files.js";
import { pemsAround } from "./arbitraries/pems.js";
import { checkCost } from "./own-cost.js";
import { fuzz } from "./property.js";
import { canary, Target } from "./target.js";

const authority = await createTestAuthority();
const client = await authority.client();
const { text: publicKey } = await makeKey("RS256");
const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
const paths = { cert: join(folder, "client.pem"), key: join(folder, "client.key"), ca: join(folder, "ca.pem") };

/** Past the time between two looks at a file. Seconds. */
const lookAgain = 2;
const query = Buffer.from('{"query":"{ authToken { token } }"}');

const server = createServer({ ...(await authority.server()), requestCert: true, rejectUnauthorized: false });
let target: Target;

beforeAll(async () => {
  server.on("request", (_request, response) => response.end('"a-token-of-24-characters"'));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await writeFile(paths.ca, authority.ca);
  await writePair(client);
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const files = { AMITY_MTLS_CERT_FILE: paths.cert, AMITY_MTLS_KEY_FILE: paths.key, NODE_EXTRA_CA_CERTS: paths.ca };
  target = new Target(productionEnv(url, { ...unlimited, ...files }));
  await target.start();
}, mostTime);
afterAll(async () => {
  server.close().closeAllConnections();
  await rm(folder, { recursive: true });
  await target.stop();
}, mostTime);

interface Pair {
  readonly cert: string;
  readonly key: string;
}

async function writePair({ cert, key }: Pair): Promise<void> {
  await writeFile(paths.cert, cert, "latin1");
  await writeFile(paths.key, key, "latin1");
  if (target) await target.gateway.skip(lookAgain);
}

const pairs = fc.record<Pair>({
  cert: pemsAround(client.cert, authority.ca),
  key: pemsAround(client.key, client.cert),
});

// A pair that is taken is presented by the call that has the files looked at, so one that TLS refuses would show.
fuzz("PEM: client certificate", pairs, 150, async (pair) => {
  const attempt = async () => {
    await writePair(pair);
    return { bytes: pair.cert.length + pair.key.length, use: () => target.send(query) };
  };
  const answer = await target.check(attempt).finally(() => writePair(client));
  if (answer.code !== undefined) throw new Error(`a call to Amity is ${answer.code}`);
  return { code: target.logged.some((line) => line.includes("kept out")) ? "kept out" : undefined };
});

type ReadFile = (path: string) => string;
const goodFiles = { AMITY_MTLS_CA_FILE: authority.ca, AUTH_JWT_PUBLIC_KEY_FILE: publicKey };

/** Settings that name these files. */
function withFiles(files: typeof goodFiles): readonly [Record<string, string>, ReadFile] {
  const { AUTH_JWT_SECRET: _, ...env } = { ...jwtEnv, AMITY_API_KEY: "an-api-key" };
  const named = Object.fromEntries(Object.keys(files).map((name) => [name, name]));
  return [{ ...env, ...named }, (path) => files[path as keyof typeof files]];
}

/** Reads settings, and throws what is wrong with what is said of them, or with its cost beside that of good ones. */
function load(bytes: number, read: () => readonly [Env, ReadFile]): Config | undefined {
  const { config, problems, warnings } = loadConfig(...read());
  const said = [...problems, ...warnings].join("\n");
  if (said.includes(canary)) throw new Error(`a value is repeated: ${said}`);
  if (!config && problems.length === 0) throw new Error("it has no settings, and nothing to say of them");
  checkCost(bytes, () => loadConfig(...read()), loadGood);
  return config;
}

function loadGood(): void {
  loadConfig(...withFiles(goodFiles));
}

const startFiles = fc.record({
  AMITY_MTLS_CA_FILE: pemsAround(authority.ca, client.cert),
  AUTH_JWT_PUBLIC_KEY_FILE: pemsAround(publicKey, client.cert),
});

fuzz("PEM: settings", startFiles, 200, async (files) => {
  const config = load(Object.values(files).join().length, () => withFiles(files));
  if (!config) return { code: "refused" };
  createSecureContext({ ca: [...(config.mutualTls.ca ?? [])] });
  return { code: undefined };
});

fuzz(".env", envFiles, 300, async (text) => {
  const path = join(folder, "fuzzed.env");
  await writeFile(path, text);
  const file = readEnvFile(path);
  if ("problem" in file) {
    if (file.problem.includes(canary)) throw new Error(`a value is repeated: ${file.problem}`);
    checkCost(text.length, () => readEnvFile(path), loadGood);
    return { code: "unreadable" };
  }
  const config = load(text.length, () => {
    const again = readEnvFile(path);
    return ["settings" in again ? again.settings : {}, () => canary];
  });
  return { code: config ? undefined : "refused" };
});

// The whole command reads some of them; where one can be used it would serve, but for a mode that is none.
fuzz(".env: whole process", envFiles, 8, async (text) => {
  await writeFile(join(folder, ".env"), text);
  const env = { HOST: "127.0.0.1", PORT: "0", AUTH_MODE: "no-such-mode" };
  const { code, stdout, stderr } = await run(["start"], env, folder);
  if (code !== 78) throw new Error(`it ends with ${code}: ${stderr}`);
  if (`${stdout}${stderr}`.includes(canary)) throw new Error(`a value is repeated: ${stdout}${stderr}`);
  return { code: "refused" };
});
