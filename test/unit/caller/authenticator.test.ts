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
import { AppError } from "../../../src/errors/app-error.js";
import { noProxy } from "../../../src/system/forward-proxy.js";
import { Reloads } from "../../../src/system/reloading-file.js";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { recordingLogger } from "../../support/canary.js";
import { testClock } from "../../support/clock.js";
import { closedPort } from "../../support/sockets.js";
import { claimsOf, type SigningKey, signToken } from "../../support/tokens.js";

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
  return {
    ...createAuthenticator(settings, {
      clock,
      logger,
      reloads: new Reloads(clock, () => {}),
      metrics: new Metrics(),
      proxyFor: noProxy,
    }),
    lines,
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

test("service keys follow their file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  const path = join(folder, "keys.json");
  const clock = testClock(nowMs);
  const reloads = new Reloads(clock, () => {});
  const tools = { clock, logger: recordingLogger().logger, reloads, metrics: new Metrics(), proxyFor: noProxy };
  const { authenticate } = createAuthenticator({ ...noScope, apiKeys: { ...apiKeys, path } }, tools);
  const shop = createApiKey({ id: "shop", scopes: [] });
  await writeFile(path, JSON.stringify([shop.entry]));
  await reloads.reloadAll();
  expect(await outcome(authenticate(`ApiKey ${shop.credential}`))).toBe("key:shop");
  expect(await outcome(authenticate(`ApiKey ${billing.credential}`))).toBe("no such key");
  await rm(folder, { recursive: true });
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
  test("and cannot be fetched make callers unverifiable, and say so", async () => {
    const location = { jwksUrl: new URL(`http://127.0.0.1:${await closedPort()}/keys`) };
    const keys = { kind: "published", location, cacheMs: 1, staleMaxMs: 1, cooldownMs: 1, timeoutMs: 1_000 } as const;
    const { isReady, authenticate, lines } = authenticatorFor({ ...noScope, jwt: { ...jwt, keys }, apiKeys });
    expect(await isReady()).toBe(false);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        level: "warn",
        message: "the identity provider's keys cannot be fetched",
        reason: "ECONNREFUSED",
        document: "keys",
        host: location.jwksUrl.host,
      },
    ]);
    await expect(authenticate(`Bearer ${await tokenOfAlice()}`)).rejects.toMatchObject({ code: "AUTH_UNAVAILABLE" });
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
});
