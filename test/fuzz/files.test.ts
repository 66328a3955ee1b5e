import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { parseEnv } from "node:util";
import { afterAll, beforeAll } from "@jest/globals";
import fc from "fast-check";
import { loadConfig } from "../../src/config/config.js";
import { mostTime, productionEnv, unlimited } from "../hostile/gateway.js";
import { jwtEnv } from "../support/callers.js";
import { createTestAuthority } from "../support/certificates.js";
import { run } from "../support/process.js";
import { makeKey } from "../support/tokens.js";
import { envFiles } from "./arbitraries/env-files.js";
import { pemsAround } from "./arbitraries/pems.js";
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
  await target.stop();
  server.close().closeAllConnections();
  await rm(folder, { recursive: true });
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

/** Reads settings, and throws what is wrong with what is said of them. Gives whether they can be used. */
function load(env: Record<string, string | undefined>, readFile?: (path: string) => string) {
  const { config, problems, warnings } = loadConfig(env, readFile);
  const said = [...problems, ...warnings].join("\n");
  if (said.includes(canary)) throw new Error(`a value is repeated: ${said}`);
  if (!config && problems.length === 0) throw new Error("it has no settings, and nothing to say of them");
  return config;
}

const startFiles = fc.record({
  AMITY_MTLS_CA_FILE: pemsAround(authority.ca, client.cert),
  AUTH_JWT_PUBLIC_KEY_FILE: pemsAround(publicKey, client.cert),
});

fuzz("PEM: settings", startFiles, 300, async (files) => {
  const { AUTH_JWT_SECRET: _, ...env } = { ...jwtEnv, AMITY_API_KEY: "an-api-key" };
  const named = Object.fromEntries(Object.keys(files).map((name) => [name, name]));
  const config = load({ ...env, ...named }, (path) => files[path as keyof typeof files]);
  if (!config) return { code: "refused" };
  createSecureContext({ ca: [...(config.mutualTls.ca ?? [])] });
  return { code: undefined };
});

fuzz(".env", envFiles, 400, async (text) => {
  const config = load(parseEnv(text), () => canary);
  return { code: config ? undefined : "refused" };
});

/** Some of them as the whole command reads them; where they can be used it would serve, so it only says its help. */
fuzz(".env: whole process", envFiles, 8, async (text) => {
  await writeFile(join(folder, ".env"), text);
  const { code, stdout, stderr } = await run(
    ["start"],
    { HOST: "127.0.0.1", PORT: "0", AUTH_MODE: "no-such-mode" },
    folder,
  );
  if (code !== 78) throw new Error(`it ends with ${code}: ${stderr}`);
  if (`${stdout}${stderr}`.includes(canary)) throw new Error(`a value is repeated: ${stdout}${stderr}`);
  return { code: "refused" };
});
