import { randomBytes, randomUUID } from "node:crypto";
import { expect, jest, test } from "@jest/globals";
import { RegionCode } from "../../src/amity/regions.js";
import { parseRedisServers } from "../../src/config/redis.js";
import { Link } from "../../src/shared/link.js";
import { Names } from "../../src/shared/names.js";
import { RedisTokens } from "../../src/shared/tokens.js";
import { momentOf, systemClock } from "../../src/system/clock.js";
import { fixed } from "../../src/system/reloading-file.js";
import { silentLogger } from "../../src/telemetry/logger.js";
import { Metrics } from "../../src/telemetry/metrics.js";
import { datedToken } from "../../src/token/dated-token.js";
import { type RedisServer, redisProgram, until, withRedis } from "../support/redis.js";
import { describeWith } from "../support/system-programs.js";

jest.setTimeout(60_000);

const key = { region: RegionCode.EU, generation: "1", userId: "alice" };

/** The tokens of one process, and what it takes to keep one. */
async function withTokens(
  redis: RedisServer,
  use: (tokens: RedisTokens, minted: Parameters<Awaited<ReturnType<RedisTokens["find"]>>["keep"]>[0]) => Promise<void>,
  reuseMs = 60_000,
): Promise<void> {
  const { redis: metrics } = new Metrics();
  metrics.announce("standalone", []);
  const link = new Link({
    destination: { mode: "standalone", sentinelMaster: undefined, sentinelPassword: undefined, ca: undefined },
    servers: fixed(parseRedisServers(redis.url, "standalone")),
    prefix: "test",
    timeoutMs: 1_000,
    clock: systemClock,
    logger: silentLogger,
    metrics,
  });
  const secret = randomBytes(32);
  const secrets = async () => [secret];
  const options = { link, names: new Names(secrets), cacheKeys: secrets, prefix: "test", reuseMs };
  const tokens = new RedisTokens({ ...options, clock: systemClock, newId: randomUUID });
  const askedAt = momentOf(systemClock);
  const token = datedToken({ token: "token", userId: "alice", region: RegionCode.EU }, askedAt.now);
  await link.start();
  try {
    await use(tokens, { token, askedAt });
  } finally {
    link.close();
  }
}

const kept = (redis: RedisServer) => redis.ask("KEYS", "test:token:*") as Promise<unknown[]>;

describeWith(redisProgram)("a token", () => {
  test("is kept in the era in which it was looked for", async () => {
    await withRedis([], async (redis) => {
      await withTokens(redis, async (tokens, minted) => {
        (await tokens.find(key)).keep(minted);
        await until(async () => (await kept(redis)).length === 1, "the token");
        expect((await tokens.find(key)).found?.token).toMatchObject({ token: "token", userId: "alice" });
      });
    });
  });

  test("is not kept once its user was forgotten", async () => {
    await withRedis([], async (redis) => {
      await withTokens(redis, async (tokens, minted) => {
        const place = await tokens.find(key);
        await tokens.forget(key);
        place.keep(minted);
        // The connection carries commands in their order.
        expect((await tokens.find(key)).found).toBeUndefined();
        expect(await kept(redis)).toEqual([]);
      });
    });
  });

  test("that was there leaves with its user", async () => {
    await withRedis([], async (redis) => {
      await withTokens(redis, async (tokens, minted) => {
        (await tokens.find(key)).keep(minted);
        await until(async () => (await kept(redis)).length === 1, "the token");
        await tokens.forget(key);
        expect(await kept(redis)).toEqual([]);
      });
    });
  });

  test("is not kept when it is too old by then", async () => {
    await withRedis([], async (redis) => {
      await withTokens(redis, async (tokens, minted) => {
        const { askedAt } = minted;
        (await tokens.find(key)).keep({ ...minted, askedAt: { ...askedAt, now: askedAt.now - 60_000 } });
        expect((await tokens.find(key)).found).toBeUndefined();
      });
    });
  });

  test("ages by Redis's clock where ours stood still", async () => {
    await withRedis([], async (redis) => {
      const reuseMs = 200;
      await withTokens(
        redis,
        async (tokens, minted) => {
          const place = await tokens.find(key);
          const end = performance.now() + reuseMs + 1;
          await until(() => performance.now() > end);
          place.keep({ ...minted, askedAt: momentOf(systemClock) });
          expect((await tokens.find(key)).found).toBeUndefined();
        },
        reuseMs,
      );
    });
  });
});
