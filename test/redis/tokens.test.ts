import type { ServerResponse } from "node:http";
import { expect, jest, test } from "@jest/globals";
import type { GatewayOptions } from "../../src/app.js";
import { untilAway, untilUsed } from "../support/fleet.js";
import { regionAt, type TestGateway, withGateway } from "../support/gateway.js";
import { type RedisServer, redisProgram, until, withRedis } from "../support/redis.js";
import { describeWith } from "../support/system-programs.js";
import { type Upstream, withUpstream } from "../support/upstream.js";
import { withWire } from "../support/wire.js";

jest.setTimeout(60_000);

const key = (first: number) => Buffer.from(Array.from({ length: 32 }, (_, i) => first + i)).toString("base64");
const [one, other] = [key(1), key(100)];

/** What a gateway has that others have not. */
interface Own extends GatewayOptions {
  readonly env?: Record<string, string>;
}

interface Fleet {
  readonly gateways: readonly TestGateway[];
  readonly redis: RedisServer;
  readonly amity: Amity;
}

interface Amity {
  readonly minted: () => number;
  /** The next token is answered when this is called. */
  readonly hold: () => () => void;
  /** Does one wait? */
  readonly isHolding: () => boolean;
}

/** Gateways before an Amity that mints canary-token-1, canary-token-2 and so on. */
async function withFleet(own: readonly Own[], use: (fleet: Fleet) => Promise<void>): Promise<void> {
  await withRedis([], (redis) => withFleetAt(redis, own, use));
}

async function withFleetAt(
  redis: RedisServer,
  own: readonly Own[],
  use: (fleet: Fleet) => Promise<void>,
): Promise<void> {
  let count = 0;
  let held: ((answer: () => void) => void) | undefined;
  const mint = (response: ServerResponse) => {
    const answer = () => response.end(`"canary-token-${++count}"`);
    if (held) held(answer);
    else answer();
    held = undefined;
  };
  let release: (() => void) | undefined;
  const hold = () => {
    held = (answer) => {
      release = answer;
    };
    return () => release?.();
  };
  const answer: Parameters<typeof withUpstream>[0] = (response, { url }) =>
    url.includes("/authentication/token") ? mint(response) : response.end('{"success":true}');
  await withUpstream(answer, async (upstream) => {
    const start = async (gateways: readonly TestGateway[]): Promise<void> => {
      const next = own[gateways.length];
      if (!next) {
        await untilUsed(gateways);
        return use({ gateways, redis, amity: { minted: () => count, hold, isHolding: () => release !== undefined } });
      }
      await withGateway({ ...next, env: settings(upstream, redis, next.env) }, (gateway) =>
        start([...gateways, gateway]),
      );
    };
    await start([]);
  });
}

/** `unsealed`: without a key. */
const settings = ({ url }: Upstream, redis: RedisServer, { unsealed = "", ...more }: Record<string, string> = {}) =>
  regionAt(url, {
    AMITY_EU_ADMIN_TOKEN: "canary-admin-token",
    TOKEN_REUSE_SECONDS: "60",
    REDIS_URL: redis.url,
    REDIS_TIMEOUT_MS: "500",
    ...(unsealed === "" && { TOKEN_CACHE_KEY: one }),
    ...more,
  });

async function tokenOf(gateway: TestGateway | undefined, userId: string): Promise<string> {
  const answer = await gateway?.ask("query ($u: ID) { authToken(userId: $u) { token } }", { u: userId });
  return answer?.body.data.authToken.token.replace("canary-token-", "");
}

async function revoke(gateway: TestGateway | undefined, userId: string): Promise<void> {
  const query = "mutation ($u: ID!) { revokeUserSessions(input: { userId: $u }) { revoked } }";
  const answer = await gateway?.ask(query, { u: userId });
  expect(answer?.body.data.revokeUserSessions).toEqual({ revoked: true });
}

const keysOf = async (redis: RedisServer, kind: string) =>
  ((await redis.ask("KEYS", `amity-graphql:${kind}:*`)) as string[]).sort();

const same: readonly Own[] = [{}, {}, {}];

describeWith(redisProgram)("a token that one replica minted", () => {
  test("is handed out by the others", async () => {
    await withFleet(same, async ({ gateways: [a, b, c], amity }) => {
      expect([await tokenOf(a, "alice"), await tokenOf(b, "alice"), await tokenOf(c, "bob")]).toEqual(["1", "1", "2"]);
      expect(amity.minted()).toBe(2);
    });
  });

  test("is handed out by nobody without a key to seal it", async () => {
    const env = { unsealed: "yes" };
    await withFleet([{ env }, { env }], async ({ gateways: [a, b], redis }) => {
      expect([await tokenOf(a, "alice"), await tokenOf(b, "alice")]).toEqual(["1", "2"]);
      expect(await keysOf(redis, "token")).toEqual([]);
    });
  });

  test("opens for nobody in another's place", async () => {
    await withFleet(same, async ({ gateways: [a, b], redis }) => {
      await tokenOf(a, "alice");
      const [alices = ""] = await keysOf(redis, "token");
      await tokenOf(a, "bob");
      const bobs = (await keysOf(redis, "token")).find((name) => name !== alices) ?? "";
      await redis.ask("COPY", alices, bobs, "REPLACE");
      expect(await tokenOf(b, "bob")).toBe("3");
    });
  });

  test("is minted anew where its value was damaged, or lives for ever", async () => {
    await withFleet(same, async ({ gateways: [a, b, c], redis }) => {
      await tokenOf(a, "alice");
      const [name = ""] = await keysOf(redis, "token");
      await redis.ask("PERSIST", name);
      expect(await tokenOf(b, "alice")).toBe("2");
      await redis.ask("SET", name, "1nonsense", "PX", "10000");
      expect(await tokenOf(c, "alice")).toBe("3");
    });
  });

  test("is as old as Redis says, whatever the clocks say", async () => {
    const hourMs = 3_600_000;
    const behind = { now: () => Date.now() - hourMs, elapsed: () => performance.now() };
    await withFleet([{}, behind], async ({ gateways: [a, b], redis }) => {
      await tokenOf(a, "alice");
      const [name = ""] = await keysOf(redis, "token");
      // Of its sixty seconds twenty are left, so it is forty seconds old.
      await redis.ask("PEXPIRE", name, "20000");
      const { body } = (await b?.ask('{ authToken(userId: "alice") { token issuedAt } }')) ?? {};
      expect(body.data.authToken.token).toBe("canary-token-1");
      const ageMs = Date.now() - hourMs - Date.parse(body.data.authToken.issuedAt);
      expect(Math.abs(ageMs - 40_000)).toBeLessThan(15_000);
    });
  });

  test("lives in Redis no longer than it is reused", async () => {
    await withFleet(same, async ({ gateways: [a], redis }) => {
      await tokenOf(a, "alice");
      const [name = ""] = await keysOf(redis, "token");
      const life = Number(await redis.ask("PTTL", name));
      expect(life > 0 && life <= 60_000).toBe(true);
    });
  });

  test.each([
    ["a second key is announced", one, `${one},${other}`],
    ["the keys change places", `${one},${other}`, `${other},${one}`],
    ["the first key goes", `${other},${one}`, other],
  ])("reaches others, or is minted anew, while %s", async (_what, before, after) => {
    const fleet = [before, after].map((TOKEN_CACHE_KEY) => ({ env: { TOKEN_CACHE_KEY } }));
    await withFleet(fleet, async ({ gateways: [a, b] }) => {
      const tokens = [await tokenOf(a, "alice"), await tokenOf(b, "alice"), await tokenOf(a, "alice")];
      expect([
        ["1", "1", "1"],
        ["1", "2", "1"],
      ]).toContainEqual(tokens);
      await revoke(a, "alice");
      await until(async () => Number(await tokenOf(b, "alice")) > Number(tokens[1]), "the revocation");
      await revoke(b, "alice");
      const newest = await tokenOf(b, "alice");
      await until(async () => Number(await tokenOf(a, "alice")) >= Number(newest), "the revocation");
    });
  });
});

describeWith(redisProgram)("a revoked user's token", () => {
  test("is handed out by no replica", async () => {
    await withFleet(same, async ({ gateways: [a, b, c], redis }) => {
      for (const gateway of [a, b, c]) expect(await tokenOf(gateway, "alice")).toBe("1");
      expect(await tokenOf(b, "bob")).toBe("2");
      await revoke(a, "alice");
      await until(async () => (await keysOf(redis, "era")).length === 1, "the new era");
      await until(async () => (await tokenOf(b, "alice")) !== "1", "the revocation");
      await until(async () => (await tokenOf(c, "alice")) !== "1", "the revocation");
      expect(await tokenOf(b, "bob")).toBe("2");
    });
  });

  test("is handed out by no replica that shares no tokens either", async () => {
    const env = { unsealed: "yes" };
    await withFleet([{ env }, { env }], async ({ gateways: [a, b] }) => {
      expect(await tokenOf(b, "alice")).toBe("1");
      await revoke(a, "alice");
      await until(async () => (await tokenOf(b, "alice")) === "2", "the revocation");
    });
  });

  test("is handed out by no replica where one may not write its mark", async () => {
    await withRedis([], async (redis) => {
      const keys = ["look", "limit", "token"].map((kind) => `~amity-graphql:${kind}:*`);
      await redis.ask("ACL", "SETUSER", "markless", "on", ">secret", ...keys, "&*", "+@all");
      const env = { unsealed: "yes", REDIS_URL: redis.url.replace("//", "//markless:secret@") };
      await withFleetAt(redis, [{ env }, { env: { unsealed: "yes" } }], async ({ gateways: [a, b] }) => {
        expect(await tokenOf(b, "alice")).toBe("1");
        await revoke(a, "alice");
        await until(async () => (await tokenOf(b, "alice")) === "2", "the revocation");
      });
    });
  });

  test("is handed out by no replica where one reuses none itself", async () => {
    await withFleet([{ env: { TOKEN_REUSE_SECONDS: "0" } }, {}], async ({ gateways: [a, b], redis }) => {
      expect([await tokenOf(b, "alice"), await tokenOf(a, "alice")]).toEqual(["1", "2"]);
      await revoke(a, "alice");
      await until(async () => (await keysOf(redis, "era")).length === 1, "the new era");
      await until(async () => (await tokenOf(b, "alice")) === "3", "the revocation");
    });
  });

  test.each([
    ["no key", { unsealed: "yes" }],
    ["another key", { TOKEN_CACHE_KEY: other }],
  ])("is handed out by no replica where one has %s", async (_what, env: Record<string, string>) => {
    await withFleet([{ env }, {}, {}], async ({ gateways: [a, b, c] }) => {
      expect([await tokenOf(b, "alice"), await tokenOf(c, "alice")]).toEqual(["1", "1"]);
      await revoke(a, "alice");
      await until(async () => (await tokenOf(b, "alice")) !== "1", "the revocation");
      await until(async () => (await tokenOf(c, "alice")) !== "1", "the revocation");
      expect([await tokenOf(b, "alice"), await tokenOf(c, "alice")]).not.toContain("1");
    });
  });

  test("is not put back by a replica that had asked for it before", async () => {
    await withFleet(same, async ({ gateways: [a, b, c], redis, amity }) => {
      const release = amity.hold();
      const late = tokenOf(b, "alice");
      await until(amity.isHolding, "the call");
      await revoke(a, "alice");
      await until(async () => (await keysOf(redis, "era")).length === 1, "the new era");
      release();
      expect(await late).toBe("1");
      expect([await tokenOf(c, "alice"), await tokenOf(b, "alice")]).not.toContain("1");
    });
  });

  test("is forgotten by a replica that was cut off meanwhile", async () => {
    await withRedis([], async (redis) => {
      await withWire(redis.port, async (wire) => {
        await withFleetAt(
          redis,
          [{}, { env: { REDIS_URL: `redis://127.0.0.1:${wire.port}` } }],
          async ({ gateways: [a, b] }) => {
            expect([await tokenOf(a, "alice"), await tokenOf(b, "alice")]).toEqual(["1", "1"]);
            wire.cut();
            await untilAway([b as TestGateway]);
            await revoke(a, "alice");
            expect(await tokenOf(b, "alice")).toBe("1");
            wire.mend();
            await untilUsed([b as TestGateway]);
            expect(await tokenOf(b, "alice")).toBe("2");
          },
        );
      });
    });
  });

  test("leaves Redis once the replica that revoked reaches it again", async () => {
    await withRedis([], async (redis) => {
      await withWire(redis.port, async (wire) => {
        await withFleetAt(
          redis,
          [{ env: { REDIS_URL: `redis://127.0.0.1:${wire.port}` } }, {}],
          async ({ gateways: [a, b] }) => {
            await tokenOf(b, "alice");
            wire.cut();
            await untilAway([a as TestGateway]);
            await revoke(a, "alice");
            expect(await keysOf(redis, "token")).toHaveLength(1);
            wire.mend();
            await until(async () => (await tokenOf(b, "alice")) !== "1", "the revocation");
          },
        );
      });
    });
  });
});
