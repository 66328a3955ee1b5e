import { createSecretKey } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { createApiKey, parseApiKeys } from "../../../src/caller/api-keys.js";
import {
  type AuthSettings,
  createAuthenticator,
  isRefusal,
  unauthenticated,
} from "../../../src/caller/authenticator.js";
import { InvalidCredential } from "../../../src/caller/invalid-credential.js";
import { jwtKeyParsers } from "../../../src/caller/jwt-key.js";
import { AppError } from "../../../src/errors/app-error.js";
import { noProxy } from "../../../src/system/forward-proxy.js";
import { Reloads } from "../../../src/system/reloading-file.js";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { recordingLogger } from "../../support/canary.js";
import { testClock } from "../../support/clock.js";
import { withIssuer } from "../../support/issuer.js";
import { wordsOf } from "../../support/reloads.js";
import { closedPort } from "../../support/sockets.js";
import { claimsOf, makeKey, type SigningKey, signToken } from "../../support/tokens.js";

const nowMs = Date.UTC(2026, 0, 1);
const issuer = "https://issuer.example";
const secret = createSecretKey(Buffer.alloc(32, "s"));
const signingKey: SigningKey = { alg: "HS256", kid: "k", key: secret, text: "", jwk: {} };
const billing = createApiKey({ id: "billing", scopes: ["amity:mint:any"] });

const jwt = {
  rules: {
    issuer,
    audience: ["amity-graphql tests"],
    algorithms: ["HS256"],
    userClaim: "sub",
    clockSkewSeconds: 0,
    maxAgeSeconds: 0,
    typ: undefined,
    delegateScope: undefined,
    displayNameClaim: undefined,
  },
  keys: { kind: "static", key: secret },
} as const;
const apiKeys = { path: "/nowhere", first: parseApiKeys(JSON.stringify([billing.entry])) };
const noScope = { mode: "credentials", delegateScope: undefined } as const;

function authenticatorFor(settings: AuthSettings) {
  const { logger, lines } = recordingLogger();
  const clock = testClock(nowMs);
  const metrics = new Metrics();
  const reloaded: string[] = [];
  const reloads = new Reloads(clock, (name, outcome) => reloaded.push(`${name} ${wordsOf(outcome)}`));
  return {
    ...createAuthenticator(settings, { clock, logger, reloads, metrics, proxyFor: noProxy }),
    clock,
    lines: () => lines.map((line) => JSON.parse(line)),
    /** The samples of the metrics of callers' keys. */
    samples: async () => (await metrics.text()).body.match(/(?<=^amity_caller_keys_)\w.*/gm),
    reloads,
    /** What was told of files. */
    reloaded,
  };
}

const both = authenticatorFor({ ...noScope, jwt, apiKeys });
const tokenOfAlice = () => signToken(signingKey, claimsOf(issuer, nowMs));

/** The caller's subject, or why there is none. */
function outcome(attempt: Promise<{ subject: string } | undefined>): Promise<unknown> {
  return attempt.then(
    (caller) => caller?.subject,
    (error: unknown) => (error instanceof InvalidCredential ? error.reason : error),
  );
}

describe("an Authorization header", () => {
  test("that is not there names nobody", async () => {
    expect(await both.authenticate(undefined)).toBeUndefined();
  });

  test.each(["Bearer", "bearer", "BEARER", "Bearer  "])("may bring a token under %j", async (scheme) => {
    expect(await outcome(both.authenticate(`${scheme} ${await tokenOfAlice()}`))).toBe("user:alice");
  });

  test.each(["ApiKey", "apikey", "APIKEY"])("may bring a service key under %s", async (scheme) => {
    expect(await outcome(both.authenticate(`${scheme} ${billing.credential}`))).toBe("key:billing");
  });

  test.each([
    ["nothing", () => ""],
    ["a no-break space", () => "\u00a0"],
    ["nothing twice", () => ", "],
    ["a credential after nothing", () => `, ApiKey ${billing.credential}`],
    ["one credential twice", () => `ApiKey ${billing.credential}, ApiKey ${billing.credential}`],
    ["a scheme alone", () => "Bearer"],
    ["a scheme and a space", () => "Bearer "],
    ["a credential alone", () => billing.credential],
    ["another scheme", () => "Basic eDp5"],
    ["a scheme that every object has", () => "constructor x"],
    ["two credentials", () => `ApiKey ${billing.credential} ${billing.credential}`],
    ["a space before", () => ` ApiKey ${billing.credential}`],
    ["a space behind", () => `ApiKey ${billing.credential} `],
    ["a tab between", () => `ApiKey\t${billing.credential}`],
  ])("with %s is refused", async (_what, header) => {
    expect(await outcome(both.authenticate(header()))).toBe("unknown scheme");
  });

  test("takes no credential under the other's scheme", async () => {
    expect(await outcome(both.authenticate(`Bearer ${billing.credential}`))).toBe("ERR_JWS_INVALID");
    expect(await outcome(both.authenticate(`ApiKey ${await tokenOfAlice()}`))).toBe("no such key");
  });

  test("takes no credential of a mode that is off", async () => {
    const onlyKeys = authenticatorFor({ ...noScope, apiKeys });
    const onlyTokens = authenticatorFor({ ...noScope, jwt });
    expect(await outcome(onlyKeys.authenticate(`Bearer ${await tokenOfAlice()}`))).toBe("unknown scheme");
    expect(await outcome(onlyTokens.authenticate(`ApiKey ${billing.credential}`))).toBe("unknown scheme");
  });

  test("is not read under AUTH_MODE=none", async () => {
    const none = authenticatorFor({ mode: "none" });
    for (const header of [undefined, "", "Bearer x"]) expect(await outcome(none.authenticate(header))).toBe("anybody");
  });
});

describe("a service key's scope", () => {
  const delegateWith = async (scopes: string[], delegateScope: string | undefined) => {
    const { credential, entry } = createApiKey({ id: "a", scopes });
    const keys = { path: "/nowhere", first: parseApiKeys(JSON.stringify([entry])) };
    const caller = await authenticatorFor({ mode: "credentials", apiKeys: keys, delegateScope }).authenticate(
      `ApiKey ${credential}`,
    );
    return caller?.mayActFor("bob");
  };

  test("is amity:mint:any unless another is named", async () => {
    expect(await delegateWith(["amity:mint:any"], undefined)).toBe(true);
    expect(await delegateWith(["amity:mint"], undefined)).toBe(false);
    expect(await delegateWith(["mint"], "mint")).toBe(true);
    expect(await delegateWith(["amity:mint:any"], "mint")).toBe(false);
  });
});

test("a service key ends by the wall clock", async () => {
  const { credential, entry } = createApiKey({ id: "a", scopes: [], expires: "2026-01-01T00:00:10Z" });
  const keys = { path: "/nowhere", first: parseApiKeys(JSON.stringify([entry])) };
  const { authenticate, clock } = authenticatorFor({ ...noScope, apiKeys: keys });
  clock.setWall(9_999);
  expect(await outcome(authenticate(`ApiKey ${credential}`))).toBe("key:a");
  clock.setWall(1);
  expect(await outcome(authenticate(`ApiKey ${credential}`))).toBe("expired key");
});

/** Lends the path of a file that is not there yet, and what writes it. */
async function withFile(use: (path: string, write: (text: string) => Promise<void>) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  try {
    const path = join(folder, "file");
    await use(path, (text) => writeFile(path, text));
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("service keys in a file", () => {
  const shop = createApiKey({ id: "shop", scopes: [] });
  const followed = (path: string) => authenticatorFor({ ...noScope, apiKeys: { ...apiKeys, path } });

  test("follow it", async () => {
    await withFile(async (path, write) => {
      const { authenticate, reloads, reloaded } = followed(path);
      await write(JSON.stringify([shop.entry]));
      await reloads.reloadAll();
      expect(await outcome(authenticate(`ApiKey ${shop.credential}`))).toBe("key:shop");
      expect(await outcome(authenticate(`ApiKey ${billing.credential}`))).toBe("no such key");
      expect(reloaded).toEqual(["AUTH_API_KEYS_FILE taken"]);
    });
  });

  test("stay as they were while it cannot be used", async () => {
    await withFile(async (path, write) => {
      const { authenticate, reloads, reloaded } = followed(path);
      await write("[");
      await reloads.reloadAll();
      expect(await outcome(authenticate(`ApiKey ${billing.credential}`))).toBe("key:billing");
      expect(reloaded).toEqual(["AUTH_API_KEYS_FILE is not JSON"]);
    });
  });

  test("age until others are taken", async () => {
    await withFile(async (path, write) => {
      const { clock, reloads, samples } = followed(path);
      const ageAfter = async (text: string, ms: number) => {
        await write(text);
        await reloads.reloadAll();
        clock.advance(ms);
        return (await samples())?.filter((sample) => sample.startsWith("age_"));
      };
      expect(await ageAfter("[", 2_500)).toEqual(['age_seconds{source="file"} 2.5']);
      expect(await ageAfter("{", 500)).toEqual(['age_seconds{source="file"} 3']);
      expect(await ageAfter("[]", 250)).toEqual(['age_seconds{source="file"} 0.25']);
    });
  });
});

describe("a JWT key in a file", () => {
  test.each([
    ["HS256", "AUTH_JWT_SECRET"],
    ["EdDSA", "AUTH_JWT_PUBLIC_KEY"],
  ] as const)("for %s is followed, under the name of its setting", async (alg, name) => {
    await withFile(async (path, write) => {
      const [old, next] = [await makeKey(alg), await makeKey(alg)];
      const keys = { kind: "static", key: jwtKeyParsers[name](old.text), file: { name, path } } as const;
      const rules = { ...jwt.rules, algorithms: [alg] };
      const { authenticate, isReady, reloads, reloaded } = authenticatorFor({ ...noScope, jwt: { rules, keys } });
      const ask = async (key: SigningKey) =>
        outcome(authenticate(`Bearer ${await signToken(key, claimsOf(issuer, nowMs))}`));
      const refused = "ERR_JWS_SIGNATURE_VERIFICATION_FAILED";
      expect([await isReady(), await ask(old), await ask(next)]).toEqual([true, "user:alice", refused]);
      await write(next.text);
      await reloads.reloadAll();
      expect([await ask(old), await ask(next), reloaded]).toEqual([refused, "user:alice", [`${name}_FILE taken`]]);
    });
  });
});

describe("the scheme to answer with", () => {
  test.each<[string, AuthSettings, string]>([
    ["tokens", { ...noScope, jwt }, "Bearer"],
    ["tokens and keys", { ...noScope, jwt, apiKeys }, "Bearer"],
    ["keys", { ...noScope, apiKeys }, "ApiKey"],
    ["nothing", { mode: "none" }, "Bearer"],
  ])("for %s is right", (_what, settings, scheme) => {
    expect(authenticatorFor(settings).scheme).toBe(scheme);
  });
});

describe("keys that are published", () => {
  const published = (jwksUrl: string) => {
    const times = { cacheMs: 60_000, staleMaxMs: 1, cooldownMs: 1, timeoutMs: 600_000 };
    const keys = { kind: "published", location: { jwksUrl: new URL(jwksUrl) }, ...times } as const;
    return authenticatorFor({ ...noScope, jwt: { rules: { ...jwt.rules, algorithms: ["EdDSA"] }, keys }, apiKeys });
  };

  test("verify callers once they are fetched, and have an age", async () => {
    const key = await makeKey("EdDSA");
    await withIssuer({ keys: [key] }, async ({ keysUrl }) => {
      const { isReady, authenticate, clock, samples, lines } = published(keysUrl);
      expect(await samples()).toContain('age_seconds{source="published"} +Inf');
      expect(await isReady()).toBe(true);
      const token = await signToken(key, claimsOf(issuer, nowMs));
      expect(await outcome(authenticate(`Bearer ${token}`))).toBe("user:alice");
      clock.advance(2_500);
      expect(await samples()).toEqual([
        "fetch_failures_total 0",
        'age_seconds{source="published"} 2.5',
        'age_seconds{source="file"} 2.5',
      ]);
      expect(lines()).toEqual([]);
    });
  });

  test("beside odd entries verify callers, and say so", async () => {
    const key = await makeKey("EdDSA");
    await withIssuer({ keys: [{ kty: "RSA" }, key, { kty: "EC", crv: "P-256" }] }, async ({ keysUrl }) => {
      const { isReady, lines } = published(keysUrl);
      expect(await isReady()).toBe(true);
      const message = "so many entries of the identity provider's key set cannot be used";
      expect(lines()).toEqual([{ level: "warn", message, entries: 2 }]);
    });
  });

  test("and cannot be fetched make callers unverifiable, and say so", async () => {
    const keysUrl = `http://127.0.0.1:${await closedPort()}/keys`;
    const { isReady, authenticate, lines, samples } = published(keysUrl);
    expect(await isReady()).toBe(false);
    expect(lines()).toEqual([
      {
        level: "warn",
        message: "the identity provider's keys cannot be fetched",
        reason: "ECONNREFUSED",
        document: "keys",
        host: new URL(keysUrl).host,
      },
    ]);
    expect(await samples()).toContain("fetch_failures_total 1");
    const token = await signToken(await makeKey("EdDSA"), claimsOf(issuer, nowMs));
    await expect(authenticate(`Bearer ${token}`)).rejects.toMatchObject({ code: "AUTH_UNAVAILABLE" });
    expect(await outcome(authenticate(`ApiKey ${billing.credential}`))).toBe("key:billing");
  });

  test("are nothing to wait for where keys are fixed", async () => {
    for (const settings of [{ ...noScope, jwt }, { ...noScope, apiKeys }, { mode: "none" }] as const) {
      expect(await authenticatorFor(settings).isReady()).toBe(true);
    }
  });
});

describe("a refusal", () => {
  test("is told from faults", () => {
    expect(isRefusal(new InvalidCredential("no such key"))).toBe(true);
    for (const fault of [new AppError("AUTH_UNAVAILABLE"), new Error("no such key"), "no such key", undefined]) {
      expect(isRefusal(fault)).toBe(false);
    }
  });

  test("never tells the client why", () => {
    expect(unauthenticated(new InvalidCredential("no such key"))).toMatchObject({
      code: "UNAUTHENTICATED",
      message: "The credential is not valid",
    });
  });

  test.each([
    ["its reason", new InvalidCredential("no such key"), { reason: "no such key" }],
    ["the claim", new InvalidCredential("claim missing", "sub"), { reason: "claim missing", claim: "sub" }],
  ])("tells the operator %s", (_what, refused, told) => {
    expect(unauthenticated(refused).log).toStrictEqual(told);
  });
});
