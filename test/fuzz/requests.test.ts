import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "@jest/globals";
import fc from "fast-check";
import { mostTime, productionEnv, unlimited } from "../hostile/gateway.js";
import { startUpstream } from "../support/upstream.js";
import { forwardings } from "./arbitraries/addresses.js";
import { bodies } from "./arbitraries/bodies.js";
import { documents } from "./arbitraries/documents.js";
import { headerTexts } from "./arbitraries/texts.js";
import { authorizations, serviceSecret } from "./arbitraries/tokens.js";
import { fuzz } from "./property.js";
import { type Attempt, canary, Target } from "./target.js";

let folder: string;
let amity: Awaited<ReturnType<typeof startUpstream>>;
let production: Target;
/** Where names are suggested and texts are whole. */
let development: Target;

beforeAll(async () => {
  amity = await startUpstream((response, { url }) => {
    const isToken = url.includes("/authentication/token");
    const others = '{"success":true,"accessToken":"a","users":[{"userId":"alice"},{"userId":"bob"}]}';
    response.end(isToken ? '"a-token-of-24-characters"' : others);
  });
  folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  const path = join(folder, "keys.json");
  const sha256 = createHash("sha256").update(serviceSecret).digest("hex");
  await writeFile(path, JSON.stringify([{ id: "backend", sha256, scopes: [] }]));
  const { RATE_LIMIT_FAILED_AUTH: _, ...others } = unlimited;
  const env = productionEnv(amity.url, {
    ...others,
    TRUSTED_PROXIES: "127.0.0.1",
    AUTH_MODE: "jwt,apikey",
    AUTH_API_KEYS_FILE: path,
  });
  production = new Target(env);
  development = new Target({ ...env, NODE_ENV: "development" });
  await Promise.all([production.start(), development.start()]);
}, mostTime);
afterAll(async () => {
  await amity.close();
  await rm(folder, { recursive: true });
  await Promise.all([production.stop(), development.stop()]);
}, mostTime);

/** What every document may use. */
const variables = {
  userId: "alice",
  userIds: ["alice", canary],
  accessToken: canary,
  region: "EU",
  input: { deviceId: "device-1", authToken: canary },
  user: { userId: "bob", displayName: canary, metadata: { a: canary } },
  flag: true,
};

fuzz("document", fc.tuple(documents, fc.boolean()), 500, ([query, isProduction]) => {
  const target = isProduction ? production : development;
  return target.check((run) => {
    const body = Buffer.from(JSON.stringify({ query: `${query}\n#${run}`, variables }));
    return { bytes: body.length, use: () => target.send(body) };
  });
});

fuzz("variables", fc.tuple(bodies, fc.boolean()), 500, ([{ text, encoding }, isProduction]) => {
  const target = isProduction ? production : development;
  const body = Buffer.from(text, encoding);
  return target.check(() => ({ bytes: body.length, use: () => target.send(body) }));
});

/** A plain operation with these header lines. */
function withHeaders(...headers: string[]): () => Attempt {
  const body = Buffer.from('{"query":"{ regions { code } }"}');
  return () => ({ bytes: body.length + headers.join().length, use: () => production.send(body, headers) });
}

let senders = 0;

fuzz("Authorization", authorizations, 500, (authorization) => {
  // Of another address each time: those that are refused are limited.
  const sender = `10.${(senders >> 16) & 255}.${(senders >> 8) & 255}.${senders++ & 255}`;
  const attempt = withHeaders(`x-forwarded-for: ${sender}`, `authorization: ${authorization}`);
  const credential = /\S+$/.exec(authorization)?.[0] ?? "";
  return production.check(() => ({ ...attempt(), secret: credential }));
});

fuzz("x-request-id", headerTexts, 200, (id) => production.check(withHeaders(`x-request-id: ${id}`)));

fuzz("X-Forwarded-For", fc.tuple(forwardings, fc.boolean()), 300, ([sender, isRefused]) =>
  production.check(withHeaders(...(isRefused ? ["authorization: Bearer a"] : []), `x-forwarded-for: ${sender}`)),
);
