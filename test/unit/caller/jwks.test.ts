import { describe, expect, test } from "@jest/globals";
import { createJwksSource, type FetchFailure, type JwksLocation } from "../../../src/caller/jwks.js";
import { AppError } from "../../../src/errors/app-error.js";
import type { Reason } from "../../../src/errors/reasons.js";
import { noProxy, proxyExcept } from "../../../src/system/forward-proxy.js";
import { testClock } from "../../support/clock.js";
import { type Issuer, type IssuerFault, withIssuer } from "../../support/issuer.js";
import { withForwardProxy } from "../../support/proxy.js";
import { closedPort } from "../../support/sockets.js";
import { makeKey } from "../../support/tokens.js";

function sourceAt(location: JwksLocation, { timeoutMs = 3_000, proxyFor = noProxy } = {}) {
  const clock = testClock();
  const { advance } = clock;
  const failures: FetchFailure[] = [];
  const oddEntries: number[] = [];
  const source = createJwksSource({
    location,
    cacheMs: 600_000,
    staleMaxMs: 3_600_000,
    cooldownMs: 10_000,
    timeoutMs,
    proxyFor,
    clock,
    onFailure: (failure) => failures.push(failure),
    onOddEntries: (entries) => oddEntries.push(entries),
  });
  const find = async (kid: string) => source.getKey({ alg: "EdDSA", kid });
  const reasonOf = (kid: string) => find(kid).catch((error: unknown) => error instanceof AppError && error.reason);
  return { source, advance, failures, oddEntries, find, reasonOf };
}

/** `asDiscovery`: when it is another for the discovery document. */
interface Expected {
  readonly asKeys: Reason;
  readonly asDiscovery?: Reason;
  readonly status?: number;
}

const reasons: Readonly<Record<IssuerFault, Expected>> = {
  "is down": { asKeys: "ECONNRESET" },
  hangs: { asKeys: "timeout" },
  "hangs in the body": { asKeys: "timeout" },
  "answers 500": { asKeys: "unexpected status", status: 500 },
  "answers 204": { asKeys: "unexpected status", status: 204 },
  "sends HTML": { asKeys: "HTML page" },
  "sends 10 MB": { asKeys: "too large" },
  "sends a compressed 10 MB": { asKeys: "too large" },
  "sends half of it": { asKeys: "not JSON" },
  "sends keys in no list": { asKeys: "no key set", asDiscovery: "no discovery document" },
  "sends null": { asKeys: "no key set", asDiscovery: "no discovery document" },
  "sends UTF-16": { asKeys: "not JSON" },
  "sends no keys": { asKeys: "no usable key", asDiscovery: "no discovery document" },
  "sends a list": { asKeys: "no key set", asDiscovery: "no discovery document" },
  "redirects to itself": { asKeys: "redirect", status: 302 },
};

describe("published keys", () => {
  test("asked for a thousand unknown ids are fetched once", async () => {
    const key = await makeKey("EdDSA");
    await withIssuer({ keys: [key] }, async (issuer) => {
      const { source, advance, find } = sourceAt({ jwksUrl: new URL(issuer.keysUrl) });
      await source.warmUp();
      advance(10_000);
      const tries = Array.from({ length: 1_000 }, (_, index) => find(`unknown-${index}`));
      const outcomes = await Promise.allSettled(tries);
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toEqual([]);
      expect(issuer.fetches).toBe(2);
    });
  });

  test("are fetched at most once a cooldown", async () => {
    const key = await makeKey("EdDSA");
    await withIssuer({ keys: [key] }, async (issuer) => {
      const { advance, find } = sourceAt({ jwksUrl: new URL(issuer.keysUrl) });
      for (let second = 0; second < 60; second++) {
        await expect(find("unknown")).rejects.toThrow();
        advance(1_000);
      }
      expect(issuer.fetches).toBe(6);
    });
  });

  test.each(Object.entries(reasons) as [IssuerFault, Expected][])(
    "of a provider that %s fail with the reason %j",
    async (fault, expected) => {
      await withIssuer({ fault }, async ({ url, keysUrl }) => {
        const times = { timeoutMs: fault.startsWith("hangs") ? 50 : 10_000 };
        const { asKeys, asDiscovery = asKeys, ...more } = expected;
        const ofKeys = sourceAt({ jwksUrl: new URL(keysUrl) }, times);
        expect([await ofKeys.source.warmUp(), ofKeys.failures]).toEqual([
          false,
          [{ reason: asKeys, document: "keys", host: new URL(url).host, ...more }],
        ]);
        const ofDiscovery = sourceAt({ issuer: url }, times);
        expect([await ofDiscovery.source.warmUp(), ofDiscovery.failures]).toEqual([
          false,
          [{ reason: asDiscovery, document: "discovery", host: new URL(url).host, ...more }],
        ]);
      });
    },
  );

  test("that do not come are unavailable for that reason", async () => {
    await withIssuer({ fault: "answers 500" }, async ({ keysUrl }) => {
      const { reasonOf } = sourceAt({ jwksUrl: new URL(keysUrl) });
      expect([await reasonOf("key"), await reasonOf("key")]).toEqual(["unexpected status", "unexpected status"]);
    });
  });

  test("that cannot be used are unavailable as odd", async () => {
    const [key, other] = [await makeKey("EdDSA", "key"), await makeKey("EdDSA", "other")];
    await withIssuer({ keys: [{ ...key.jwk, x: "short" }, other] }, async ({ keysUrl }) => {
      expect(await sourceAt({ jwksUrl: new URL(keysUrl) }).reasonOf("key")).toBe("odd key");
    });
  });

  test("tell of odd entries when their number changes", async () => {
    const key = await makeKey("EdDSA");
    const [none, two] = [[key], [key, {}, {}]];
    await withIssuer({ keys: none }, async (issuer) => {
      const { source, advance, oddEntries, find } = sourceAt({ jwksUrl: new URL(issuer.keysUrl) });
      await source.warmUp();
      for (const keys of [two, two, none, none, two]) {
        issuer.publish(...keys);
        advance(10_000);
        await expect(find("unknown")).rejects.toThrow();
      }
      expect([issuer.fetches, oddEntries]).toEqual([6, [2, 0, 2]]);
    });
  });

  test("fail by a proxy, which is named", async () => {
    await withForwardProxy({ ports: {} }, async (proxy) => {
      proxy.fail(407);
      const proxyFor = proxyExcept({ url: new URL(proxy.url), name: "proxy.test" }, () => false);
      const { source, failures } = sourceAt({ jwksUrl: new URL("https://id.test:8443/keys") }, { proxyFor });
      expect([await source.warmUp(), failures]).toEqual([
        false,
        [
          {
            reason: "PROXY_AUTH_REQUIRED",
            document: "keys",
            host: "id.test:8443",
            problem: expect.stringMatching(/^the proxy proxy\.test wants a user/),
          },
        ],
      ]);
    });
  });

  test("fail by what nobody knows, without its text", async () => {
    const proxyFor = () => {
      throw Object.assign(new Error("S3CRET"), { code: "S3CRET" });
    };
    const { source, failures } = sourceAt({ jwksUrl: new URL("https://id.test/keys") }, { proxyFor });
    expect([await source.warmUp(), failures]).toEqual([
      false,
      [{ reason: "unknown fault", document: "keys", host: "id.test" }],
    ]);
  });

  test("are ready once and for all", async () => {
    const key = await makeKey("EdDSA");
    await withIssuer({ keys: [key] }, async (issuer) => {
      const { source, advance } = sourceAt({ issuer: issuer.url });
      expect(await source.warmUp()).toBe(true);
      issuer.fail("is down");
      advance(10_000);
      expect(await source.warmUp()).toBe(true);
      expect(issuer.fetches).toBe(1);
    });
  });
});

describe("a discovery document", () => {
  const elsewhere = "https://issuer.example";

  test("leads to the keys, of an issuer with a slash too", async () => {
    const key = await makeKey("EdDSA");
    await withIssuer({ keys: [key] }, async (issuer) => {
      expect(await sourceAt({ issuer: issuer.url }).source.warmUp()).toBe(true);
      issuer.describe({ issuer: `${issuer.url}/` });
      expect(await sourceAt({ issuer: `${issuer.url}/` }).source.warmUp()).toBe(true);
      expect(issuer.seen.filter((path) => path.startsWith("//"))).toEqual([]);
    });
  });

  const inDocument = (reason: Reason) => ({ reason, document: "discovery" }) as const;
  const plain = { reason: "not https", document: "keys" } as const;
  const hostOf = { discovery: ({ url }: Issuer) => new URL(url).host, keys: () => expect.any(String) as unknown };

  test.each<[string, Omit<FetchFailure, "host">, (url: string) => object]>([
    ["names another issuer", inDocument("another issuer"), () => ({ issuer: elsewhere })],
    ["names the issuer with a slash", inDocument("another issuer"), (url) => ({ issuer: `${url}/` })],
    ["names no issuer", inDocument("no discovery document"), () => ({ issuer: undefined })],
    ["names the issuer in a list", inDocument("no discovery document"), (url) => ({ issuer: [url] })],
    ["names keys in a list", inDocument("no discovery document"), (url) => ({ jwks_uri: [`${url}/keys`] })],
    [
      "names keys by another protocol",
      inDocument("no discovery document"),
      () => ({ jwks_uri: "xhttps://127.0.0.1/" }),
    ],
    ["names no keys", inDocument("no discovery document"), () => ({ jwks_uri: undefined })],
    ["names keys on all addresses", plain, (url) => ({ jwks_uri: `${url.replace("127.0.0.1", "0.0.0.0")}/keys` })],
    ["names keys over http elsewhere", plain, () => ({ jwks_uri: "http://issuer.example/keys" })],
    ["names keys in a file", inDocument("no discovery document"), () => ({ jwks_uri: "file:///etc/passwd" })],
    ["names keys at a relative address", inDocument("no discovery document"), () => ({ jwks_uri: "/keys" })],
    [
      "holds the keys in an address",
      inDocument("no discovery document"),
      () => ({ jwks_uri: 'data:application/json,{"keys":[{"kty":"OKP"}]}' }),
    ],
  ])("that %s leads nowhere", async (_what, failure, describeBy) => {
    const key = await makeKey("EdDSA");
    await withIssuer({ keys: [key] }, async (issuer) => {
      issuer.describe(describeBy(issuer.url));
      const { source, failures } = sourceAt({ issuer: issuer.url });
      const told = { ...failure, host: hostOf[failure.document](issuer) };
      expect([await source.warmUp(), failures, issuer.fetches]).toEqual([false, [told], 0]);
    });
  });

  test("leads to keys by https", async () => {
    await withIssuer({}, async (issuer) => {
      const host = `127.0.0.1:${await closedPort()}`;
      issuer.describe({ jwks_uri: `https://${host}/keys` });
      const { source, failures } = sourceAt({ issuer: issuer.url });
      expect(await source.warmUp()).toBe(false);
      expect(failures).toEqual([{ reason: "ECONNREFUSED", document: "keys", host }]);
    });
  });

  test("that leads elsewhere leaves the host in the failure", async () => {
    await withIssuer({ keys: [] }, async (issuer) => {
      issuer.describe({ jwks_uri: "http://keys.example:8080/keys" });
      const { source, failures } = sourceAt({ issuer: issuer.url });
      expect([await source.warmUp(), failures[0]?.host]).toEqual([false, "keys.example:8080"]);
    });
  });
});
