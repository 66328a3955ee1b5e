import { describe, expect, test } from "@jest/globals";
import { createJwksSource, type JwksLocation } from "../../../src/caller/jwks.js";
import { noProxy } from "../../../src/system/forward-proxy.js";
import { testClock } from "../../support/clock.js";
import { type IssuerFault, issuerFaults, withIssuer } from "../../support/issuer.js";
import { makeKey } from "../../support/tokens.js";

function sourceAt(location: JwksLocation, timeoutMs = 3_000) {
  const clock = testClock();
  const { advance } = clock;
  const failures: string[] = [];
  const source = createJwksSource({
    location,
    cacheMs: 600_000,
    staleMaxMs: 3_600_000,
    cooldownMs: 10_000,
    timeoutMs,
    proxyFor: noProxy,
    clock,
    onFailure: (reason) => failures.push(reason),
    onOddEntries: () => {},
  });
  const find = async (kid: string) => source.getKey({ alg: "EdDSA", kid }, { payload: "", signature: "" });
  return { source, advance, failures, find };
}

describe("published keys", () => {
  test("asked for 10,000 unknown ids are fetched once", async () => {
    const key = await makeKey("EdDSA");
    await withIssuer({ keys: [key] }, async (issuer) => {
      const { source, advance, find } = sourceAt({ jwksUrl: new URL(issuer.keysUrl) });
      await source.warmUp();
      advance(10_000);
      const tries = Array.from({ length: 10_000 }, (_, index) => find(`unknown-${index}`));
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

  test.each(issuerFaults)("of a provider that %s fail in fixed words", async (fault: IssuerFault) => {
    await withIssuer({ fault }, async ({ url, keysUrl }) => {
      const hangs = fault.startsWith("hangs");
      for (const location of [{ issuer: url }, { jwksUrl: new URL(keysUrl) }]) {
        const { source, failures } = sourceAt(location, hangs ? 50 : 10_000);
        expect(await source.warmUp()).toBe(false);
        expect(failures).toEqual([hangs ? "timeout" : "unusable answer"]);
      }
    });
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

  test.each<[string, (url: string) => object]>([
    ["names another issuer", () => ({ issuer: elsewhere })],
    ["names the issuer with a slash", (url) => ({ issuer: `${url}/` })],
    ["names no issuer", () => ({ issuer: undefined })],
    ["names the issuer in a list", (url) => ({ issuer: [url] })],
    ["names no keys", () => ({ jwks_uri: undefined })],
    ["names keys on all addresses", (url) => ({ jwks_uri: `${url.replace("127.0.0.1", "0.0.0.0")}/keys` })],
    ["names keys over http elsewhere", () => ({ jwks_uri: "http://issuer.example/keys" })],
    ["names keys in a file", () => ({ jwks_uri: "file:///etc/passwd" })],
    ["names keys at a relative address", () => ({ jwks_uri: "/keys" })],
    ["holds the keys in an address", () => ({ jwks_uri: 'data:application/json,{"keys":[{"kty":"OKP"}]}' })],
  ])("that %s leads nowhere", async (_what, describeBy) => {
    const key = await makeKey("EdDSA");
    await withIssuer({ keys: [key] }, async (issuer) => {
      issuer.describe(describeBy(issuer.url));
      const { source, failures } = sourceAt({ issuer: issuer.url });
      expect([await source.warmUp(), failures, issuer.fetches]).toEqual([false, ["unusable answer"], 0]);
    });
  });
});
