import { once } from "node:events";
import { expect, jest, test } from "@jest/globals";
import { parseRedisServers } from "../../src/config/redis.js";
import { openRedis } from "../../src/shared/client.js";
import { jwtEnv } from "../support/callers.js";
import { answersTo, toldOfRedis, untilAway, untilUsed, withGateways } from "../support/fleet.js";
import type { TestGateway } from "../support/gateway.js";
import { type RedisServer, redisProgram, until, withCluster, withSentinels } from "../support/redis.js";
import { describeWith } from "../support/system-programs.js";

jest.setTimeout(120_000);

const urlsOf = (servers: readonly RedisServer[]) => servers.map(({ url }) => url).join();
const settings = {
  ...jwtEnv,
  RATE_LIMIT_USER: "30",
  REPLICAS: "3",
  TOKEN_REUSE_SECONDS: "60",
  REDIS_TIMEOUT_MS: "500",
};

/** While Redis goes or comes, a caller has the limit by it, and by each process its part of it, at most. */
async function answersInDoubt(userId: string, gateways: readonly TestGateway[]): Promise<void> {
  const { OK = 0, RATE_LIMITED = 0, ...others } = await answersTo(userId, 90, gateways);
  expect([OK + RATE_LIMITED, others]).toEqual([90, {}]);
  expect(OK).toBeGreaterThanOrEqual(30);
  expect(OK).toBeLessThanOrEqual(60);
}

describeWith(redisProgram)("three gateways", () => {
  test("follow the Sentinels to another master", async () => {
    await withSentinels(async ({ servers, sentinels }) => {
      const env = { ...settings, REDIS_URL: urlsOf(sentinels), REDIS_MODE: "sentinel", REDIS_SENTINEL_MASTER: "main" };
      await withGateways(3, env, async (gateways) => {
        await untilUsed(gateways);
        expect(await answersTo("alice", 90, gateways)).toEqual({ OK: 30, RATE_LIMITED: 60 });
        await servers[0]?.kill();
        await untilAway(gateways);
        await answersInDoubt("bob", gateways);
        await untilUsed(gateways);
        expect(await servers[1]?.ask("ROLE")).toContain("master");
        expect(await answersTo("carol", 90, gateways)).toEqual({ OK: 30, RATE_LIMITED: 60 });
        for (const gateway of gateways) expect(toldOfRedis(gateway)).toEqual([expect.any(String), "back"]);
      });
    });
  });

  test("count exactly by a Cluster, and fail nothing when one of its masters dies", async () => {
    await withCluster(async (nodes) => {
      const env = { ...settings, REDIS_URL: urlsOf(nodes), REDIS_MODE: "cluster" };
      await withGateways(3, env, async (gateways) => {
        await untilUsed(gateways);
        for (const user of ["a", "b", "c", "d"]) {
          expect(await answersTo(user, 90, gateways)).toEqual({ OK: 30, RATE_LIMITED: 60 });
        }
        await nodes[0]?.kill();
        for (const user of ["e", "f", "g", "h"]) {
          await answersInDoubt(user, gateways);
        }
        await until(async () => String(await nodes[3]?.ask("ROLE")).startsWith("master"), "the new master");
        await untilUsed(gateways);
        for (const user of ["i", "j", "k", "l"]) {
          expect(await answersTo(user, 90, gateways)).toEqual({ OK: 30, RATE_LIMITED: 60 });
        }
      });
    });
  });

  test("count once what a Cluster's master left unanswered", async () => {
    await withCluster(async (nodes) => {
      // No other takes its place.
      for (const node of nodes) await node.ask("CONFIG", "SET", "cluster-node-timeout", "60000");
      const to = { mode: "cluster", sentinelMaster: undefined, sentinelPassword: undefined, ca: undefined } as const;
      const client = openRedis({ ...to, servers: parseRedisServers(urlsOf(nodes), "cluster") });
      client.on("error", () => {});
      try {
        const isReady = once(client, "ready");
        await client.connect();
        await isReady;
        await until(async () => (await client.incr("counter").catch(() => 0)) === 1);
        const holds = await Promise.all(nodes.slice(0, 3).map((node) => node.ask("KEYS", "counter")));
        const master = nodes[holds.findIndex((keys) => String(keys) === "counter")];
        master?.pause();
        const unanswered = client.incr("counter").catch(() => {});
        // Longer than the client waits before it takes the connection for dead, and connects anew.
        const end = performance.now() + 1_300;
        await until(() => performance.now() > end);
        master?.resume();
        await unanswered;
        expect(await master?.ask("GET", "counter")).toBe("2");
      } finally {
        client.disconnect();
      }
    });
  });
});
