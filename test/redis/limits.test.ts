import { expect, jest, test } from "@jest/globals";
import { jwtEnv } from "../support/callers.js";
import { answersTo, toldOfRedis, untilAway, untilUsed, withGateways } from "../support/fleet.js";
import { type RedisServer, redisProgram, withRedis } from "../support/redis.js";
import { describeWith } from "../support/system-programs.js";

jest.setTimeout(60_000);

const env = (redis: RedisServer, more: Record<string, string> = {}) => ({
  ...jwtEnv,
  RATE_LIMIT_USER: "30",
  REDIS_URL: redis.url,
  REPLICAS: "3",
  // A busy machine is no reason to be without Redis.
  REDIS_TIMEOUT_MS: "500",
  ...more,
});

/** Each time somebody whom no counter knows. */
let users = 0;
const somebody = () => `user-${++users}`;

describeWith(redisProgram)("limits that three gateways share", () => {
  test("are counted once for all", async () => {
    await withRedis([], async (redis) => {
      await withGateways(3, env(redis), async (gateways) => {
        await untilUsed(gateways);
        expect(await answersTo("alice", 90, gateways)).toEqual({ OK: 30, RATE_LIMITED: 60 });
        expect(await answersTo("bob", 300, gateways, 60)).toEqual({ OK: 30, RATE_LIMITED: 270 });
      });
    });
  });

  test("are split among them while Redis is away, and shared again when it is back", async () => {
    await withRedis([], async (redis) => {
      await withGateways(3, env(redis), async (gateways) => {
        await untilUsed(gateways);
        await redis.kill();
        expect(await answersTo(somebody(), 90, gateways)).toEqual({ OK: 30, RATE_LIMITED: 60 });
        await untilAway(gateways);
        await redis.restart();
        await untilUsed(gateways);
        expect(await answersTo(somebody(), 90, gateways.slice(0, 1))).toEqual({ OK: 30, RATE_LIMITED: 60 });
        for (const gateway of gateways) expect(toldOfRedis(gateway)).toEqual(["unreachable", "back"]);
      });
    });
  });
});

interface Fault {
  readonly reason: string;
  readonly begin: (redis: RedisServer) => Promise<unknown>;
  readonly end: (redis: RedisServer) => Promise<unknown>;
  readonly settings?: readonly string[];
}

const faults: Readonly<Record<string, Fault>> = {
  "is killed, and starts again with an empty disk": {
    reason: "unreachable",
    begin: (redis) => redis.kill(),
    end: (redis) => redis.restart(),
  },
  "stands still": {
    reason: "too slow",
    begin: async (redis) => redis.pause(),
    end: async (redis) => redis.resume(),
  },
  "becomes a replica": {
    reason: "read-only",
    begin: (redis) => redis.ask("REPLICAOF", "127.0.0.1", "1"),
    end: (redis) => redis.ask("REPLICAOF", "NO", "ONE"),
  },
  "is full": {
    reason: "out of memory",
    begin: (redis) => redis.ask("CONFIG", "SET", "maxmemory", "1mb", "maxmemory-policy", "noeviction"),
    end: (redis) => redis.ask("CONFIG", "SET", "maxmemory", "0"),
  },
  "cannot save": {
    reason: "disk failure",
    begin: (redis) => redis.ask("CONFIG", "SET", "min-replicas-to-write", "1"),
    end: (redis) => redis.ask("CONFIG", "SET", "min-replicas-to-write", "0"),
  },
};

describeWith(redisProgram)("no request fails when Redis", () => {
  test.each(Object.entries(faults))("%s", async (_what, { reason, begin, end, settings = [] }) => {
    await withRedis(settings, async (redis) => {
      await withGateways(1, env(redis, { REDIS_TIMEOUT_MS: "100" }), async (gateways) => {
        await untilUsed(gateways);
        await begin(redis);
        await untilAway(gateways);
        expect(await answersTo(somebody(), 20, gateways)).toEqual({ OK: 10, RATE_LIMITED: 10 });
        await end(redis);
        await untilUsed(gateways);
        expect(await answersTo(somebody(), 40, gateways)).toEqual({ OK: 30, RATE_LIMITED: 10 });
        for (const gateway of gateways) expect(toldOfRedis(gateway)).toEqual([reason, "back"]);
      });
    });
  });
});
