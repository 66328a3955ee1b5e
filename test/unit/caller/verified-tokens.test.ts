import { createSecretKey, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { createAuthenticator, type JwtKeySource } from "../../../src/caller/authenticator.js";
import { createJwtVerifier, type JwtRules } from "../../../src/caller/jwt.js";
import type { GetKey } from "../../../src/caller/jwt-key.js";
import { rememberVerified } from "../../../src/caller/verified-tokens.js";
import { noProxy } from "../../../src/system/forward-proxy.js";
import { Reloads } from "../../../src/system/reloading-file.js";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { recordingLogger } from "../../support/canary.js";
import { type TestClock, testClock } from "../../support/clock.js";
import { withIssuer } from "../../support/issuer.js";
import { type Claims, claimsOf, makeKey, type SigningKey, signToken } from "../../support/tokens.js";

const issuer = "https://issuer.example";
const first: SigningKey = { alg: "HS256", kid: "k", key: createSecretKey(randomBytes(32)), text: "", jwk: {} };

const rules: JwtRules = {
  issuer,
  audience: ["amity-graphql tests"],
  algorithms: ["HS256"],
  userClaim: "sub",
  clockSkewSeconds: 30,
  maxAgeSeconds: 0,
  typ: undefined,
  delegateScope: undefined,
  displayNameClaim: undefined,
};

interface Scene {
  readonly clock: TestClock;
  /** Verifies the token, or knows it: the user, or why it is refused. */
  readonly ask: (token: string) => Promise<string>;
  /** How many tokens were verified. */
  readonly verified: () => number;
}

/** `getKey`: the key in use. */
function remembering(more: Partial<JwtRules> = {}, getKey: GetKey = () => first.key): Scene {
  const clock = testClock();
  const all = { ...rules, ...more };
  let verified = 0;
  const plain = createJwtVerifier(all, getKey, clock.now);
  const verify: typeof plain = (token) => {
    verified++;
    return plain(token);
  };
  const know = rememberVerified({ verify, rules: all, getKey, clock });
  return { clock, ask: (token) => outcomeOf(know(token)), verified: () => verified };
}

function outcomeOf(known: ReturnType<ReturnType<typeof rememberVerified>>): Promise<string> {
  return known.then(
    ({ userId = "nobody" }) => userId,
    (error) => error.code ?? error.reason,
  );
}

function tokenAt({ now }: TestClock, claims: Claims = {}): Promise<string> {
  return signToken(first, claimsOf(issuer, now(), claims));
}

describe("a token that was verified", () => {
  test("is known for a minute, whoever else comes", async () => {
    const { clock, ask, verified } = remembering();
    const [alices, bobs] = [await tokenAt(clock), await tokenAt(clock, { sub: "bob" })];
    for (const token of [alices, bobs]) await ask(token);
    clock.advance(59_999);
    expect([await ask(alices), await ask(bobs), verified()]).toEqual(["alice", "bob", 2]);
  });

  test("is verified again after a minute", async () => {
    const { clock, ask, verified } = remembering();
    const token = await tokenAt(clock);
    await ask(token);
    clock.advance(60_000);
    expect([await ask(token), verified()]).toEqual(["alice", 2]);
  });

  test.each<[string, Claims, number, Partial<JwtRules>, string]>([
    ["with its last second", { exp: -21 }, 9_000, {}, "ERR_JWT_EXPIRED"],
    ["when the clock goes back before it began", { nbf: 0 }, -31_000, {}, "claim check failed"],
    ["when the clock goes back before it was issued", {}, -31_000, {}, "claim check failed"],
    ["when it is too old", { iat: -20 }, 20_000, { maxAgeSeconds: 9 }, "ERR_JWT_EXPIRED"],
  ])("is refused %s", async (_when, offsets, passedMs, more, refused) => {
    const { clock, ask } = remembering(more);
    const seconds = clock.now() / 1_000;
    const claims = Object.fromEntries(Object.entries(offsets).map(([name, by]) => [name, seconds + Number(by)]));
    const token = await tokenAt(clock, claims);
    expect(await ask(token)).toBe("alice");
    clock.setWall(passedMs);
    expect(await ask(token)).toBe(refused);
  });

  test("is none without its signature", async () => {
    const { clock, ask } = remembering();
    const token = await tokenAt(clock);
    await ask(token);
    const [header = "", payload = "", signature = ""] = token.split(".");
    const another = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    expect(await ask([header, payload, another].join("."))).toBe("ERR_JWS_SIGNATURE_VERIFICATION_FAILED");
    expect(await ask(token)).toBe("alice");
  });

  test("is verified again by the same key, read anew", async () => {
    let key = first.key;
    const { clock, ask, verified } = remembering({}, () => key);
    const token = await tokenAt(clock);
    await ask(token);
    key = createSecretKey(first.key.export());
    expect([await ask(token), await ask(token), verified()]).toEqual(["alice", "alice", 2]);
  });

  test("is verified again once it was refused by another key", async () => {
    let key = first.key;
    const { clock, ask, verified } = remembering({}, () => key);
    const token = await tokenAt(clock);
    await ask(token);
    key = createSecretKey(randomBytes(32));
    expect(await ask(token)).toBe("ERR_JWS_SIGNATURE_VERIFICATION_FAILED");
    key = first.key;
    expect([await ask(token), verified()]).toEqual(["alice", 3]);
  });

  test("is known for a minute since its verification began", async () => {
    const clock = testClock();
    const getKey = () => first.key;
    const plain = createJwtVerifier(rules, getKey, clock.now);
    let verified = 0;
    const verify: typeof plain = async (token) => {
      verified++;
      clock.advance(30_000);
      return plain(token);
    };
    const know = rememberVerified({ verify, rules, getKey, clock });
    const token = await tokenAt(clock);
    await know(token);
    clock.advance(29_999);
    await know(token);
    expect(verified).toBe(1);
    clock.advance(1);
    await know(token);
    expect(verified).toBe(2);
  });

  test("makes room when there are thousands of others", async () => {
    const clock = testClock();
    const getKey = () => first.key;
    // Nothing is signed here but one token: thousands would take seconds.
    const good = await createJwtVerifier(rules, getKey, clock.now)(await tokenAt(clock));
    let verified = 0;
    const verify = async () => {
      verified++;
      return good;
    };
    const know = rememberVerified({ verify, rules, getKey, clock });
    for (let i = 0; i <= 5_000; i++) await know(`token ${i}`);
    await know("token 1");
    expect(verified).toBe(5_001);
    await know("token 0");
    expect(verified).toBe(5_002);
  });
});

test("a token that was refused is verified each time", async () => {
  const { clock, ask, verified } = remembering();
  const token = await tokenAt(clock, { aud: "others" });
  expect([await ask(token), await ask(token), verified()]).toEqual(["claim check failed", "claim check failed", 2]);
});

function authenticating(keys: JwtKeySource, algorithm: string, name: string) {
  const clock = testClock();
  const reloads = new Reloads(clock, () => {});
  const tools = { clock, reloads, logger: recordingLogger().logger, metrics: new Metrics(), proxyFor: noProxy };
  const jwt = { rules: { ...rules, issuer: name, algorithms: [algorithm] }, keys };
  const { authenticate } = createAuthenticator({ mode: "credentials", delegateScope: undefined, jwt }, tools);
  const ask = (token: string) => outcomeOf(authenticate(`Bearer ${token}`).then((caller) => caller ?? never()));
  return { clock, reloads, ask };
}

function never(): never {
  throw new Error("nobody was told of");
}

describe("keys", () => {
  test("that were reloaded end what was verified by others", async () => {
    const folder = await mkdtemp(join(tmpdir(), "keys-"));
    try {
      const path = join(folder, "secret");
      const file = { name: "AUTH_JWT_SECRET", path } as const;
      const { clock, reloads, ask } = authenticating({ kind: "static", key: first.key, file }, "HS256", issuer);
      const token = await tokenAt(clock);
      expect(await ask(token)).toBe("alice");
      await writeFile(path, randomBytes(32).toString("hex"));
      await reloads.reloadAll();
      expect(await ask(token)).toBe("ERR_JWS_SIGNATURE_VERIFICATION_FAILED");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test.each([
    ["are no more published", undefined, "ERR_JWKS_NO_MATCHING_KEY"],
    ["cannot be fetched for too long", "is down", "AUTH_UNAVAILABLE"],
  ] as const)("that %s end what was verified by them", async (_what, fault, refused) => {
    const [old, next] = [await makeKey("EdDSA", "old"), await makeKey("EdDSA", "next")];
    await withIssuer({ keys: [old] }, async (issuer) => {
      const times = { cacheMs: 20_000, staleMaxMs: 10_000, cooldownMs: 1_000, timeoutMs: 600_000 };
      const location = { jwksUrl: new URL(issuer.keysUrl) };
      const { clock, ask } = authenticating({ kind: "published", location, ...times }, "EdDSA", issuer.url);
      const token = await signToken(old, claimsOf(issuer.url, clock.now()));
      expect(await ask(token)).toBe("alice");
      issuer.publish(next);
      issuer.fail(fault);
      clock.advance(35_000);
      expect(await ask(token)).toBe(refused);
    });
  });
});
