import { EventEmitter, once } from "node:events";
import { afterAll, beforeAll } from "@jest/globals";
import { mostTime, productionEnv, unlimited } from "../hostile/gateway.js";
import { jwtEnv } from "../support/callers.js";
import { bearer, claimsOf, makeKey, signToken } from "../support/tokens.js";
import { startUpstream } from "../support/upstream.js";
import { keySetsAround, type PublishedText } from "./arbitraries/key-sets.js";
import { fuzz } from "./property.js";
import { Target } from "./target.js";

/** Past AUTH_JWKS_CACHE_S: the next request has the key set fetched. Seconds. */
const cacheLife = 700;

const body = Buffer.from('{"query":"{ regions { code } }"}');
const fetches = new EventEmitter();
const key = await makeKey("RS256", "good");
const good: PublishedText = { text: JSON.stringify({ keys: [key.jwk] }), encoding: "utf8" };
const claims = claimsOf(jwtEnv.AUTH_JWT_ISSUER, Date.now(), { aud: jwtEnv.AUTH_JWT_AUDIENCE, exp: 4_000_000_000 });
const caller = bearer(await signToken(key, claims));

let published = good;
let provider: Awaited<ReturnType<typeof startUpstream>>;
let target: Target;

beforeAll(async () => {
  provider = await startUpstream((response) => {
    response.end(Buffer.from(published.text, published.encoding));
    fetches.emit("fetch");
  });
  const { AUTH_JWT_SECRET: _, ...env } = productionEnv("http://127.0.0.1:9", unlimited);
  target = new Target({ ...env, AUTH_JWT_JWKS_URL: provider.url }, caller);
  await target.start();
}, mostTime);
afterAll(async () => {
  await provider.close();
  await target.stop();
}, mostTime);

/** Publishes it, and gives a request that has it fetched. */
async function publish(next: PublishedText) {
  published = next;
  await target.gateway.skip(cacheLife);
  const use = async () => {
    const fetched = once(fetches, "fetch");
    const answer = await target.send(body);
    // A process that has ended asks for nothing.
    if (answer.status !== 0) await fetched;
    return answer;
  };
  return { bytes: Buffer.byteLength(next.text, next.encoding), use };
}

/** Publishes the good ones, so that no input is judged by what came before. */
async function recover(): Promise<void> {
  const { use } = await publish(good);
  await use();
  const { code } = await target.send(body);
  if (code !== undefined) throw new Error(`then a good key set leads to ${code}`);
}

fuzz("JWKS", keySetsAround(key.jwk), 200, (text) => target.check(() => publish(text)).finally(recover));
