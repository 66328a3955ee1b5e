import { beforeAll, describe, expect, test } from "@jest/globals";
import { manualClock } from "../support/emulator.js";
import { errorOf, type TestGateway, withGateway } from "../support/gateway.js";
import { type Issuer, type IssuerFault, issuerFaults, withIssuer } from "../support/issuer.js";
import { audience, bearer, claimsOf, makeKey, renamed, type SigningKey, signToken } from "../support/tokens.js";

const seconds = (count: number) => count * 1_000;
const start = Date.UTC(2026, 0, 1);
const keys: SigningKey[] = [];

beforeAll(async () => {
  keys.push(await makeKey("EdDSA", "key-1"), await makeKey("EdDSA", "key-2"));
});

interface Scene extends TestGateway {
  readonly issuer: Issuer;
  readonly advance: (ms: number) => void;
  /** The status of an operation with a token of this key, made now. */
  readonly statusWith: (key: SigningKey) => Promise<number>;
}

/** A gateway that reads the issuer's keys by discovery, with a cache of 600 s and a cooldown of 10 s. */
function withScene(
  setup: { fault?: IssuerFault; env?: Record<string, string> },
  use: (scene: Scene, key: SigningKey, next: SigningKey) => Promise<void>,
): Promise<void> {
  const [key, next] = keys;
  if (!key || !next) throw new Error("keys are made before the tests");
  return withIssuer({ keys: [key], ...(setup.fault && { fault: setup.fault }) }, (issuer) => {
    const { clock, advance } = manualClock(start);
    const env = {
      AUTH_MODE: "jwt",
      AUTH_JWT_ISSUER: issuer.url,
      AUTH_JWT_AUDIENCE: audience,
      AUTH_JWKS_TIMEOUT_MS: "200",
      RATE_LIMIT_FAILED_AUTH: "0",
      RATE_LIMIT_USER: "0",
      ...setup.env,
    };
    return withGateway({ env, now: clock }, async (gateway) => {
      const statusWith = async (signer: SigningKey) => {
        const token = await signToken(signer, claimsOf(issuer.url, clock()));
        return (await gateway.ask("{ regions { code } }", {}, bearer(token))).status;
      };
      await use({ ...gateway, issuer, advance, statusWith }, key, next);
    });
  });
}

describe("published keys", () => {
  test("are fetched once for many first requests", async () => {
    await withScene({}, async ({ issuer, statusWith }, key) => {
      const statuses = await Promise.all(Array.from({ length: 20 }, () => statusWith(key)));
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(issuer.fetches).toBe(1);
    });
  });

  test("are followed when the issuer rotates them", async () => {
    await withScene({}, async ({ issuer, statusWith, advance }, key, next) => {
      expect(await statusWith(key)).toBe(200);
      issuer.publish(next);
      expect(await statusWith(next)).toBe(401);
      advance(seconds(10));
      expect(await statusWith(next)).toBe(200);
      expect(await statusWith(key)).toBe(401);
    });
  });

  test("are fetched once in a cooldown, whatever kid is named", async () => {
    await withScene({}, async ({ issuer, statusWith, advance }, key, next) => {
      expect(await statusWith(key)).toBe(200);
      advance(seconds(10));
      const asked = Array.from({ length: 200 }, (_, i) => statusWith(renamed(next, `made-up-${i}`)));
      expect(new Set(await Promise.all(asked))).toEqual(new Set([401]));
      expect(issuer.fetches).toBe(2);
    });
  });

  test("are fetched again in the background at half their life", async () => {
    await withScene({}, async ({ issuer, statusWith, advance }, key) => {
      await statusWith(key);
      advance(seconds(299));
      await statusWith(key);
      expect(issuer.fetches).toBe(1);
      advance(seconds(1));
      expect(await statusWith(key)).toBe(200);
      await issuer.fetched(2);
    });
  });
});

describe("without keys from the start", () => {
  test.each(issuerFaults)("an issuer that %s leaves the gateway unready", async (fault) => {
    await withScene({ fault }, async ({ issuer, send, ask, advance, statusWith }, key) => {
      const ready = await send("/readyz");
      expect([ready.status, ready.body]).toEqual([503, { status: "no caller keys" }]);
      const answered = await ask(
        "{ authToken { token } }",
        {},
        bearer(await signToken(key, claimsOf(issuer.url, start))),
      );
      expect([answered.status, answered.headers.get("retry-after")]).toEqual([503, "1"]);
      expect(errorOf(answered).extensions).toMatchObject({ code: "AUTH_UNAVAILABLE", retryable: true });
      expect((await ask("{ regions { code } }")).status).toBe(200);
      issuer.fail(undefined);
      advance(seconds(10));
      expect((await send("/readyz")).status).toBe(200);
      expect(await statusWith(key)).toBe(200);
    });
  });
});

describe("in an outage of the issuer", () => {
  test.each(issuerFaults)("that %s the last good keys serve", async (fault) => {
    await withScene({}, async ({ issuer, statusWith, advance }, key) => {
      expect(await statusWith(key)).toBe(200);
      issuer.fail(fault);
      advance(seconds(600));
      expect(await statusWith(key)).toBe(200);
      advance(seconds(21_599));
      expect(await statusWith(key)).toBe(200);
      advance(seconds(1));
      expect(await statusWith(key)).toBe(503);
    });
  });

  test("an unknown key is no reason to sign out", async () => {
    await withScene({}, async ({ issuer, statusWith, advance }, key, next) => {
      expect(await statusWith(key)).toBe(200);
      expect(await statusWith(next)).toBe(401);
      issuer.fail("is down");
      advance(seconds(10));
      expect(await statusWith(next)).toBe(503);
      expect(await statusWith(key)).toBe(200);
    });
  });
});

describe("a discovery document", () => {
  test.each([
    ["of another issuer", { issuer: "https://evil.example" }],
    ["that points to plain http elsewhere", { jwks_uri: "http://192.0.2.1/keys" }],
    ["that points to a file", { jwks_uri: "file:///etc/passwd" }],
    ["without a key set", { jwks_uri: undefined }],
  ])("%s is refused", async (_what, document) => {
    await withIssuer({ keys }, async (issuer) => {
      issuer.describe(document);
      const env = { AUTH_MODE: "jwt", AUTH_JWT_ISSUER: issuer.url, AUTH_JWT_AUDIENCE: audience };
      await withGateway({ env }, async ({ send }) => {
        expect((await send("/readyz")).body).toEqual({ status: "no caller keys" });
      });
      expect(issuer.fetches).toBe(0);
    });
  });
});
