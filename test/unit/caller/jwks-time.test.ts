import { describe, expect, test } from "@jest/globals";
import { errors } from "jose";
import { createJwksSource } from "../../../src/caller/jwks.js";
import { noProxy } from "../../../src/system/forward-proxy.js";
import { testClock } from "../../support/clock.js";
import { type Issuer, issuerFaults, withIssuer } from "../../support/issuer.js";
import { makeKey } from "../../support/tokens.js";

const cacheMs = 600_000;
const staleMaxMs = 3_600_000;
const cooldownMs = 10_000;
/** Longer than a test may take: who waits for a fetch that hangs fails. Milliseconds. */
const forEver = 600_000;

const current = await makeKey("EdDSA", "current");
const next = await makeKey("EdDSA", "next");

interface Scene {
  readonly issuer: Issuer;
  readonly advance: (ms: number) => void;
  readonly warmUp: () => Promise<boolean>;
  readonly ageMs: () => number;
  /** What becomes of the search for this key: found, unknown, or unavailable. */
  readonly find: (kid: string) => Promise<string>;
}

/** The current key published on loopback, and a source of published keys under a clock that stands still. */
async function withSource(use: (scene: Scene) => Promise<void>): Promise<void> {
  await withIssuer({ keys: [current] }, async (issuer) => {
    const clock = testClock();
    const source = createJwksSource({
      location: { jwksUrl: new URL(issuer.keysUrl) },
      cacheMs,
      staleMaxMs,
      cooldownMs,
      timeoutMs: forEver,
      proxyFor: noProxy,
      clock,
      onFailure: () => {},
      onOddEntries: () => {},
    });
    const { getKey, warmUp } = source;
    const ageMs = () => source.ageMs;
    const find = async (kid: string) => {
      try {
        await getKey({ alg: "EdDSA", kid });
        return "found";
      } catch (error) {
        if (error instanceof errors.JWKSNoMatchingKey) return "unknown";
        return error instanceof Error && "code" in error ? String(error.code) : "failed";
      }
    };
    await use({ issuer, advance: clock.advance, warmUp, ageMs, find });
  });
}

test("the age of published keys is endless until they are there", async () => {
  await withSource(async ({ advance, warmUp, ageMs }) => {
    advance(1_000);
    expect(ageMs()).toBe(Number.POSITIVE_INFINITY);
    await warmUp();
    advance(2_000);
    expect(ageMs()).toBe(2_000);
  });
});

describe("a published key", () => {
  test("is fetched once and not again before half of its time", async () => {
    await withSource(async ({ issuer, advance, find }) => {
      expect(await find("current")).toBe("found");
      advance(cacheMs / 2 - 1);
      expect(await find("current")).toBe("found");
      // Comes after whatever was asked for in the background.
      await fetch(`${issuer.url}/other`);
      expect(issuer.fetches).toBe(1);
    });
  });

  test("is fetched in the background from half of its time on", async () => {
    await withSource(async ({ issuer, advance, find }) => {
      await find("current");
      advance(cacheMs / 2);
      issuer.fail("hangs");
      expect(await find("current")).toBe("found");
      await issuer.fetched(2);
    });
  });

  test("is waited for when its time is over", async () => {
    await withSource(async ({ issuer, advance, find }) => {
      await find("current");
      issuer.publish(next);
      advance(cacheMs);
      expect(await find("current")).toBe("unknown");
    });
  });

  test("that is new is found after the cooldown", async () => {
    await withSource(async ({ issuer, advance, find }) => {
      await find("current");
      issuer.publish(next);
      advance(cooldownMs - 1);
      expect(await find("next")).toBe("unknown");
      advance(1);
      expect(await find("next")).toBe("found");
      expect(issuer.fetches).toBe(2);
    });
  });

  test("asked for in parallel is fetched once", async () => {
    await withSource(async ({ issuer, find }) => {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => find("current")));
      expect(new Set(outcomes)).toEqual(new Set(["found"]));
      expect(issuer.fetches).toBe(1);
    });
  });
});

test("keys that cannot be told apart are fetched again, once in the cooldown", async () => {
  await withSource(async ({ issuer, advance, find }) => {
    issuer.publish(current, { ...next.jwk, kid: "current" });
    advance(cooldownMs);
    expect(await find("current")).toBe("AUTH_UNAVAILABLE");
    const { fetches } = issuer;
    expect(await find("current")).toBe("AUTH_UNAVAILABLE");
    expect(issuer.fetches).toBe(fetches);
    advance(cooldownMs);
    expect(await find("current")).toBe("AUTH_UNAVAILABLE");
    expect(issuer.fetches).toBe(fetches + 1);
  });
});

describe("during an outage a key", () => {
  test("that is known serves until it is stale for too long", async () => {
    await withSource(async ({ issuer, advance, find }) => {
      await find("current");
      issuer.fail("is down");
      advance(cacheMs + staleMaxMs - 1);
      expect(await find("current")).toBe("found");
      advance(1);
      expect(await find("current")).toBe("AUTH_UNAVAILABLE");
    });
  });

  test("that is known waits for no fetch once one has failed", async () => {
    await withSource(async ({ issuer, advance, find }) => {
      await find("current");
      issuer.fail("is down");
      advance(cacheMs);
      await find("current");
      issuer.fail("hangs");
      advance(cooldownMs);
      let outcome = "waits";
      const finding = find("current").then((found) => {
        outcome = found;
      });
      await issuer.fetched(3);
      expect(outcome).toBe("found");
      await finding;
    });
  });

  test("comes back with its provider at once, however late", async () => {
    await withSource(async ({ issuer, advance, find }) => {
      await find("current");
      issuer.fail("is down");
      advance(cacheMs);
      await find("current");
      issuer.fail(undefined);
      advance(staleMaxMs);
      expect(await find("current")).toBe("found");
    });
  });

  test("that is unknown is no refusal, and again one when it ends", async () => {
    await withSource(async ({ issuer, advance, find }) => {
      await find("current");
      issuer.fail("is down");
      advance(cooldownMs);
      expect(await find("next")).toBe("AUTH_UNAVAILABLE");
      expect(await find("next")).toBe("AUTH_UNAVAILABLE");
      issuer.fail(undefined);
      advance(cooldownMs);
      expect(await find("next")).toBe("unknown");
    });
  });

  test("that was never loaded is tried once a cooldown", async () => {
    await withSource(async ({ issuer, advance, find, warmUp }) => {
      issuer.fail("is down");
      expect(await warmUp()).toBe(false);
      expect(await find("current")).toBe("AUTH_UNAVAILABLE");
      expect(issuer.fetches).toBe(1);
      issuer.fail(undefined);
      advance(cooldownMs - 1);
      expect(await warmUp()).toBe(false);
      advance(1);
      expect(await warmUp()).toBe(true);
    });
  });

  test.each(issuerFaults.filter((fault) => !fault.startsWith("hangs")))(
    "of a provider that %s stays as it was",
    async (fault) => {
      await withSource(async ({ issuer, advance, find }) => {
        await find("current");
        issuer.publish(next);
        issuer.fail(fault);
        advance(cacheMs);
        expect([await find("current"), await find("next")]).toEqual(["found", "AUTH_UNAVAILABLE"]);
      });
    },
  );
});

test("a warm source is asked for nothing", async () => {
  await withSource(async ({ issuer, advance, warmUp }) => {
    await warmUp();
    advance(cacheMs);
    expect(await warmUp()).toBe(true);
    expect(issuer.fetches).toBe(1);
  });
});
