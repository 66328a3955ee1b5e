import { setImmediate } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "@jest/globals";
import type { JWK } from "jose";
import type { Env } from "../../src/config/reader.js";
import { testClock } from "../support/clock.js";
import { type Answered, errorOf, regionAt, type TestGateway, withGateway } from "../support/gateway.js";
import { type Issuer, type IssuerSetup, issuerFaults, withIssuer } from "../support/issuer.js";
import { type OddEntry, oddEntries } from "../support/key-entries.js";
import {
  audience,
  bearer,
  claimsOf,
  forgeToken,
  makeKey,
  renamed,
  type SigningKey,
  signToken,
} from "../support/tokens.js";

const cooldown = 10_000;
const cacheTime = 600_000;
const staleTime = 3_600_000;
const elsewhere = "https://issuer.example";

/** How a gateway finds the published keys. */
interface Source {
  readonly name: string;
  readonly settings: (issuer: Issuer) => Env;
  readonly issuerName: (issuer: Issuer) => string;
}

const discovery: Source = {
  name: "discovery",
  settings: () => ({}),
  issuerName: ({ url }) => url,
};
const keySetUrl: Source = {
  name: "a key set's URL",
  settings: ({ keysUrl }) => ({ AUTH_JWT_JWKS_URL: keysUrl }),
  issuerName: () => elsewhere,
};
const sources = [discovery, keySetUrl];

interface Setup extends IssuerSetup {
  readonly env?: Env;
  /** The name of the issuer that the gateway is told, when it is not the source's own. */
  readonly issuerName?: (issuer: Issuer) => string;
}

interface Scene extends TestGateway {
  readonly issuer: Issuer;
  readonly advance: (ms: number) => void;
  /** How much is still to run. */
  readonly pending: () => number;
  /** Sets the wall clock alone. */
  readonly setWall: (byMs: number) => void;
  /** Asks for a public field with a long-lived token of this key. */
  readonly askWith: (key: SigningKey) => Promise<Answered>;
  /** Answers once the gateway's first fetch is done. */
  readonly ready: () => Promise<Answered>;
}

/** A gateway of its own before an identity provider of its own, with a clock that stands still. */
function withScene(source: Source, setup: Setup, use: (scene: Scene) => Promise<void>): Promise<void> {
  return withIssuer(setup, async (issuer) => {
    const clock = testClock();
    const issuerName = (setup.issuerName ?? source.issuerName)(issuer);
    const env = {
      ...regionAt("http://127.0.0.1:9"),
      AUTH_MODE: "jwt",
      AUTH_JWT_ISSUER: issuerName,
      AUTH_JWT_AUDIENCE: audience,
      AUTH_JWKS_STALE_MAX_S: String(staleTime / 1000),
      RATE_LIMIT_FAILED_AUTH: "0",
      RATE_LIMIT_USER: "0",
      ...source.settings(issuer),
      ...setup.env,
    };
    const claims = claimsOf(issuerName, clock.now(), { iat: 0, exp: 4_000_000_000 });
    await withGateway({ env, ...clock }, async (gateway) => {
      const askWith = async (key: SigningKey) =>
        gateway.ask("{ regions { code } }", {}, bearer(await signToken(key, claims)));
      await use({ ...gateway, ...clock, issuer, askWith, ready: () => gateway.send("/readyz") });
    });
  });
}

/** Made once for the file: RSA keys are slow. The tests rename and publish them. */
let rsa: SigningKey;
let ec: SigningKey;
let current: SigningKey;
let next: SigningKey;

const oddEntry = (make: OddEntry) => make({ rsa: rsa.jwk, ec: ec.jwk, ed25519: current.jwk });

beforeAll(async () => {
  rsa = await makeKey("RS256", "rsa");
  ec = await makeKey("ES256", "ec");
  current = await makeKey("EdDSA", "current");
  next = await makeKey("EdDSA", "next");
});

function expectRefused(answered: Answered): void {
  expect([answered.status, errorOf(answered).extensions.code]).toEqual([401, "UNAUTHENTICATED"]);
}

function expectUnavailable(answered: Answered): void {
  const { code, retryable } = errorOf(answered).extensions;
  expect([answered.status, code, retryable]).toEqual([503, "AUTH_UNAVAILABLE", true]);
  expect(answered.headers.get("retry-after")).toBe("1");
  expect(answered.headers.get("www-authenticate")).toBeNull();
}

describe.each(sources)("keys by $name", (source) => {
  test("are fetched once for parallel requests", async () => {
    await withScene(source, { keys: [current], fault: "is down" }, async ({ issuer, advance, askWith, ready }) => {
      await ready();
      issuer.fail(undefined);
      const before = issuer.fetches;
      advance(cooldown);
      const answers = await Promise.all(Array.from({ length: 20 }, () => askWith(current)));
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      expect(issuer.fetches - before).toBe(1);
    });
  });

  test("are tried again until they are there, though nobody asks", async () => {
    await withScene(source, { keys: [current], fault: "is down" }, async ({ issuer, advance, askWith, pending }) => {
      while (pending() === 0) await setImmediate();
      issuer.fail(undefined);
      const before = issuer.fetches;
      for (let ms = 1_000; ms < cooldown; ms += 1_000) {
        advance(1_000);
        while (pending() === 0) await setImmediate();
      }
      expect(issuer.fetches).toBe(before);
      advance(1_000);
      await issuer.fetched(before + 1);
      expect((await askWith(current)).status).toBe(200);
      expect(issuer.fetches).toBe(before + 1);
    });
  });

  test("are picked up after a rotation", async () => {
    await withScene(source, { keys: [current] }, async ({ issuer, advance, askWith, ready }) => {
      await ready();
      issuer.publish(next);
      advance(cooldown);
      expect((await askWith(next)).status).toBe(200);
      expect(issuer.fetches).toBe(2);
    });
  });

  test("that were withdrawn are refused after a rotation", async () => {
    await withScene(source, { keys: [current] }, async ({ issuer, advance, askWith, ready }) => {
      await ready();
      issuer.publish(next);
      advance(cooldown);
      await askWith(next);
      expectRefused(await askWith(current));
    });
  });

  test("that were withdrawn are refused after the cache time", async () => {
    await withScene(source, { keys: [current] }, async ({ issuer, advance, askWith, ready }) => {
      await ready();
      issuer.publish(next);
      advance(cacheTime);
      expectRefused(await askWith(current));
    });
  });

  test("are fetched in the background from half-life", async () => {
    await withScene(source, { keys: [current] }, async ({ issuer, advance, askWith, ready }) => {
      await ready();
      issuer.publish(next);
      advance(cacheTime / 2);
      expect((await askWith(current)).status).toBe(200);
      await issuer.fetched(2);
      expect((await askWith(next)).status).toBe(200);
      expect(issuer.fetches).toBe(2);
    });
  });

  test("are not fetched again before half-life", async () => {
    await withScene(source, { keys: [current] }, async ({ issuer, advance, askWith, ready }) => {
      await ready();
      advance(cacheTime / 2 - 1);
      expect((await askWith(current)).status).toBe(200);
      expect(issuer.fetches).toBe(1);
    });
  });

  test("that nobody published cost one fetch", async () => {
    await withScene(source, { keys: [current] }, async ({ issuer, advance, ask, askWith, ready }) => {
      await ready();
      advance(cooldown);
      const tokens = Array.from({ length: 100 }, (_, index) =>
        forgeToken({ alg: "EdDSA", kid: `unknown-${index}` }, {}, () => Buffer.alloc(64)),
      );
      const answers = await Promise.all(tokens.map((token) => ask("{ regions { code } }", {}, bearer(token))));
      expect(answers.filter(({ status }) => status !== 401)).toEqual([]);
      expect(issuer.fetches).toBe(2);
      expect((await askWith(current)).status).toBe(200);
    });
  });

  test("unknown to a healthy provider are refused", async () => {
    await withScene(source, { keys: [current] }, async ({ advance, askWith, ready }) => {
      await ready();
      expectRefused(await askWith(next));
      advance(cooldown);
      expectRefused(await askWith(next));
    });
  });

  test("unknown during an outage are no refusal", async () => {
    await withScene(source, { keys: [current] }, async ({ issuer, advance, askWith, ready }) => {
      await ready();
      issuer.fail("is down");
      advance(cooldown);
      expectUnavailable(await askWith(next));
    });
  });

  test("never loaded make the gateway unready", async () => {
    await withScene(source, { keys: [current], fault: "is down" }, async ({ askWith, ready, send }) => {
      const { status, body } = await ready();
      expect([status, body]).toEqual([503, { status: "no caller keys" }]);
      expectUnavailable(await askWith(current));
      expect((await send("/livez")).status).toBe(200);
    });
  });

  test("never loaded stay so through every fault", async () => {
    const env = { AUTH_JWKS_TIMEOUT_MS: "50" };
    await withScene(source, { keys: [current], fault: "is down", env }, async ({ issuer, advance, askWith, ready }) => {
      for (const fault of issuerFaults) {
        issuer.fail(fault);
        advance(cooldown);
        expect([fault, (await ready()).status, (await askWith(current)).status]).toEqual([fault, 503, 503]);
      }
    });
  });

  test("never loaded still refuse what cannot be valid", async () => {
    await withScene(source, { keys: [current], fault: "is down" }, async ({ ask }) => {
      const unsigned = forgeToken({ alg: "none" }, {}, () => Buffer.alloc(0));
      expectRefused(await ask("{ regions { code } }", {}, bearer(unsigned)));
      expectRefused(await ask("{ regions { code } }", {}, bearer("garbage")));
    });
  });

  test("never loaded leave public fields to strangers", async () => {
    await withScene(source, { keys: [current], fault: "is down" }, async ({ ask }) => {
      expect((await ask("{ regions { code } }")).status).toBe(200);
    });
  });

  test("never loaded are tried once a cooldown", async () => {
    await withScene(source, { keys: [current], fault: "is down" }, async ({ issuer, advance, askWith, ready }) => {
      await ready();
      await Promise.all(Array.from({ length: 50 }, () => askWith(current)));
      expect(issuer.seen).toHaveLength(1);
      advance(cooldown - 1);
      await askWith(current);
      expect(issuer.seen).toHaveLength(1);
      advance(1);
      await Promise.all(Array.from({ length: 50 }, () => askWith(current)));
      expect(issuer.seen).toHaveLength(2);
    });
  });

  test("that come late make the gateway ready", async () => {
    await withScene(source, { keys: [current], fault: "is down" }, async ({ issuer, advance, askWith, ready }) => {
      await ready();
      issuer.fail(undefined);
      advance(cooldown);
      expect((await ready()).status).toBe(200);
      expect((await askWith(current)).status).toBe(200);
    });
  });

  test("serve through an outage and no longer", async () => {
    await withScene(source, { keys: [current] }, async ({ issuer, advance, askWith, ready }) => {
      await ready();
      issuer.fail("is down");
      advance(cacheTime + staleTime - 1);
      expect((await askWith(current)).status).toBe(200);
      advance(1);
      expectUnavailable(await askWith(current));
    });
  });

  test("do not serve stale when that is off", async () => {
    const env = { AUTH_JWKS_STALE_MAX_S: "0" };
    await withScene(source, { keys: [current], env }, async ({ issuer, advance, askWith, ready }) => {
      await ready();
      issuer.fail("is down");
      advance(cacheTime);
      expectUnavailable(await askWith(current));
    });
  });

  test("come back when an outage ends", async () => {
    await withScene(source, { keys: [current] }, async ({ issuer, advance, askWith, ready }) => {
      await ready();
      issuer.fail("is down");
      advance(cacheTime + staleTime);
      expectUnavailable(await askWith(current));
      issuer.fail(undefined);
      advance(cooldown);
      expect((await askWith(current)).status).toBe(200);
    });
  });

  test("come although the clock was set back", async () => {
    await withScene(
      source,
      { keys: [current], fault: "is down" },
      async ({ issuer, advance, setWall, askWith, ready }) => {
        await ready();
        issuer.fail(undefined);
        setWall(-staleTime);
        advance(cooldown);
        expect((await askWith(current)).status).toBe(200);
      },
    );
  });

  test("grow old although the clock was set back", async () => {
    await withScene(source, { keys: [current] }, async ({ issuer, advance, setWall, askWith, ready }) => {
      await ready();
      issuer.publish(next);
      setWall(-staleTime);
      advance(cacheTime);
      expectRefused(await askWith(current));
    });
  });

  test("of an outage serve without waiting for it", async () => {
    const env = { AUTH_JWKS_TIMEOUT_MS: "60000" };
    await withScene(source, { keys: [current], env }, async ({ issuer, advance, askWith, ready }) => {
      await ready();
      issuer.fail("is down");
      advance(cooldown);
      expectUnavailable(await askWith(next));
      issuer.fail("hangs");
      advance(cacheTime);
      expect((await askWith(current)).status).toBe(200);
    });
  });

  test.each(["hangs", "hangs in the body"] as const)("of a provider that %s are given up", async (fault) => {
    const env = { AUTH_JWKS_TIMEOUT_MS: "50" };
    await withScene(source, { keys: [current], fault, env }, async ({ askWith }) => {
      expectUnavailable(await askWith(current));
    });
  });

  test("stay as they were through every fault", async () => {
    const env = { AUTH_JWKS_TIMEOUT_MS: "50" };
    await withScene(source, { keys: [current], env }, async ({ issuer, advance, askWith, ready }) => {
      // On a busy machine even a good fetch may take longer than that.
      for (let tries = 0; tries < 100 && (await ready()).status !== 200; tries++) advance(cooldown);
      issuer.publish(next);
      for (const fault of issuerFaults) {
        issuer.fail(fault);
        advance(cooldown);
        const { status } = await askWith(next);
        expect([fault, status, (await askWith(current)).status]).toEqual([fault, 503, 200]);
      }
      expect(issuer.seen.filter((path) => path.includes("moved"))).toEqual([]);
    });
  });

  test("of every type verify side by side", async () => {
    await withScene(source, { keys: [rsa, ec, current] }, async ({ askWith }) => {
      for (const key of [rsa, ec, current]) expect((await askWith(key)).status).toBe(200);
    });
  });
});

describe("a discovery document", () => {
  const badDocuments: Record<string, Record<string, (issuer: Issuer) => object>> = {
    "that names another issuer": {
      foreign: () => ({ issuer: elsewhere }),
      "with a slash": ({ url }) => ({ issuer: `${url}/` }),
      "in capitals": ({ url }) => ({ issuer: url.toUpperCase() }),
      "in a list": ({ url }) => ({ issuer: [url] }),
      none: () => ({ issuer: undefined }),
    },
    "that names an unsafe key set": {
      "over http elsewhere": ({ keysUrl }) => ({ jwks_uri: keysUrl.replace("127.0.0.1", "issuer.example") }),
      "on a metadata service": () => ({ jwks_uri: "http://169.254.169.254/keys" }),
      "on all addresses": ({ keysUrl }) => ({ jwks_uri: keysUrl.replace("127.0.0.1", "0.0.0.0") }),
      "with a password": ({ keysUrl }) => ({ jwks_uri: keysUrl.replace("//", "//user:secret@") }),
      "in a file": () => ({ jwks_uri: "file:///etc/passwd" }),
      "within itself": () => ({ jwks_uri: `data:application/json,${JSON.stringify({ keys: [next.jwk] })}` }),
      "at a relative URL": () => ({ jwks_uri: "/keys" }),
      none: () => ({ jwks_uri: undefined }),
    },
  };

  test.each(Object.entries(badDocuments))("%s is refused", async (_what, documents) => {
    await withScene(discovery, { keys: [next], fault: "is down" }, async ({ issuer, advance, askWith, ready }) => {
      await ready();
      issuer.fail(undefined);
      for (const [variant, say] of Object.entries(documents)) {
        issuer.describe(say(issuer));
        advance(cooldown);
        expect([variant, (await askWith(next)).status, issuer.fetches]).toEqual([variant, 503, 0]);
      }
      expect(issuer.discoveries).toBe(1 + Object.keys(documents).length);
    });
  });

  test("of an issuer with a slash is found", async () => {
    const issuerName = ({ url }: Issuer) => `${url}/`;
    await withScene(discovery, { keys: [current], fault: "is down", issuerName }, async (scene) => {
      const { issuer, advance, askWith, ready } = scene;
      await ready();
      issuer.describe({ issuer: `${issuer.url}/` });
      issuer.fail(undefined);
      advance(cooldown);
      expect((await askWith(current)).status).toBe(200);
      expect(issuer.seen.filter((path) => path.startsWith("//"))).toEqual([]);
    });
  });

  test("is not asked for beside a key set's URL", async () => {
    await withScene(keySetUrl, { keys: [current] }, async ({ issuer, askWith }) => {
      expect((await askWith(current)).status).toBe(200);
      expect(issuer.seen).toEqual(["/keys"]);
    });
  });
});

describe("a published key", () => {
  test("verifies a token without kid when alone", async () => {
    await withScene(keySetUrl, { keys: [current] }, async ({ ask }) => {
      const token = await signToken(current, claimsOf(elsewhere, testClock().now()), { kid: undefined });
      expect((await ask("{ regions { code } }", {}, bearer(token))).status).toBe(200);
    });
  });

  test("without kid verifies a token without kid", async () => {
    const { kid: _kid, ...jwk } = current.jwk;
    await withScene(keySetUrl, { keys: [jwk] }, async ({ ask }) => {
      const token = await signToken(current, claimsOf(elsewhere, testClock().now()), { kid: undefined });
      expect((await ask("{ regions { code } }", {}, bearer(token))).status).toBe(200);
    });
  });

  test("is not guessed among several", async () => {
    await withScene(keySetUrl, { keys: [current, next] }, async ({ ask }) => {
      const token = await signToken(current, claimsOf(elsewhere, testClock().now()), { kid: undefined });
      expectRefused(await ask("{ regions { code } }", {}, bearer(token)));
    });
  });

  const others: [string, () => JWK][] = [
    ["for encryption", () => ({ ...rsa.jwk, use: "enc" })],
    ["for other operations", () => ({ ...rsa.jwk, key_ops: ["encrypt"] })],
    ["of another algorithm", () => ({ ...rsa.jwk, alg: "PS256" })],
    ["of another type", () => renamed(ec, rsa.kid).jwk],
    ["of another id", () => renamed(rsa, "rsa ").jwk],
  ];
  test.each(others)("%s verifies nothing", async (_what, published) => {
    await withScene(keySetUrl, { keys: [published(), current] }, async ({ askWith }) => {
      expectRefused(await askWith(rsa));
      expect((await askWith(current)).status).toBe(200);
    });
  });

  test("that is a secret verifies nothing", async () => {
    const shared = await makeKey("HS256", "shared");
    await withScene(keySetUrl, { keys: [shared] }, async ({ askWith }) => expectRefused(await askWith(shared)));
  });
});

describe("an odd entry of a key set", () => {
  test.each(Object.entries(oddEntries))("%s locks out nobody else until it is mended", async (_what, odd) => {
    const keys = [oddEntry(odd), current, renamed(ec, "ec")];
    await withScene(keySetUrl, { keys }, async ({ issuer, advance, askWith, logged }) => {
      for (const key of [current, ec]) expect((await askWith(key)).status).toBe(200);
      expectUnavailable(await askWith(rsa));
      expect(logged.join()).toContain("of the identity provider's key set cannot be used");
      issuer.publish(rsa, current);
      advance(cooldown - 1);
      expectUnavailable(await askWith(rsa));
      advance(1);
      expect((await askWith(rsa)).status).toBe(200);
      expect(issuer.fetches).toBe(2);
    });
  });

  test.each(Object.entries(oddEntries))("%s alone leaves the last good keys in use", async (_what, odd) => {
    await withScene(keySetUrl, { keys: [rsa] }, async ({ issuer, advance, askWith }) => {
      expect((await askWith(rsa)).status).toBe(200);
      issuer.publish(oddEntry(odd));
      advance(cacheTime);
      expect((await askWith(rsa)).status).toBe(200);
      expect(issuer.fetches).toBe(2);
    });
  });

  test("that was never a key has no id to be asked for", async () => {
    const keys = [null, 42, "key", [], {}, true, { keys: [rsa.jwk] }] as unknown as JWK[];
    await withScene(keySetUrl, { keys: [...keys, current] }, async ({ askWith }) => {
      expect((await askWith(current)).status).toBe(200);
      expectRefused(await askWith(rsa));
    });
  });
});

describe("a key published twice", () => {
  test("as one and the same verifies", async () => {
    await withScene(keySetUrl, { keys: [current, current, { ...current.jwk, x5t: "x" }] }, async ({ askWith }) => {
      expect((await askWith(current)).status).toBe(200);
    });
  });

  test("as two keys is the provider's mistake until it is mended", async () => {
    await withScene(keySetUrl, { keys: [current, renamed(next, current.kid)] }, async (scene) => {
      const { issuer, advance, askWith } = scene;
      expectUnavailable(await askWith(current));
      issuer.publish(current);
      advance(cooldown);
      expect((await askWith(current)).status).toBe(200);
    });
  });

  test("with an odd entry verifies by the other", async () => {
    const { x: _x, ...odd } = current.jwk;
    await withScene(keySetUrl, { keys: [odd as JWK, current] }, async ({ askWith }) => {
      expect((await askWith(current)).status).toBe(200);
    });
  });
});
