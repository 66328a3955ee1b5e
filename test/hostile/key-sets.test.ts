import { afterAll, beforeAll, describe } from "@jest/globals";
import { jwtEnv } from "../support/callers.js";
import { bearer, claimsOf, makeKey, type SigningKey, signToken } from "../support/tokens.js";
import { startUpstream } from "../support/upstream.js";
import type { HostileRequest } from "./client.js";
import { productionEnv, unlimited } from "./gateway.js";
import { keySets } from "./members/key-sets.js";
import { describeCosts } from "./suite.js";

const issuer = jwtEnv.AUTH_JWT_ISSUER;
/** Past AUTH_JWKS_CACHE_S: the next request waits for a fetch. Seconds. */
const cacheLife = 700;

describe("the identity provider", () => {
  let key: SigningKey;
  let published = "";
  let provider: Awaited<ReturnType<typeof startUpstream>>;
  let request: HostileRequest;

  beforeAll(async () => {
    key = await makeKey("RS256", "good");
    published = JSON.stringify({ keys: [key.jwk] });
    provider = await startUpstream((response) => response.end(published));
    const token = await signToken(key, claimsOf(issuer, Date.now(), { aud: jwtEnv.AUTH_JWT_AUDIENCE }));
    request = { headers: bearer(token), body: '{"query":"{ regions { code } }"}' };
  });
  afterAll(() => provider.close());

  function env(): Record<string, string> {
    const { AUTH_JWT_SECRET: _, ...others } = productionEnv("http://127.0.0.1:9", unlimited);
    return { ...others, AUTH_JWT_JWKS_URL: provider.url };
  }

  describeCosts("JWKS answer, fetched", keySets, env, (gateway, { text }) => async () => {
    published = text(JSON.stringify(key.jwk));
    await gateway.skip(cacheLife);
    return { bytes: Buffer.byteLength(published), use: () => gateway.client.post(request) };
  });

  describeCosts("JWKS answer, in use", keySets, env, (gateway, { text }) => async (run) => {
    if (run === 1) {
      published = text(JSON.stringify(key.jwk));
      await gateway.skip(cacheLife);
      await gateway.client.post(request);
    }
    return { bytes: 0, use: () => gateway.client.post(request) };
  });
});
