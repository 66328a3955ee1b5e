import { expect, jest, test } from "@jest/globals";
import { loadConfig } from "../../src/config/config.js";
import { examine } from "../../src/doctor/doctor.js";
import { type RedisServer, redisProgram, withRedis } from "../support/redis.js";
import { describeWith } from "../support/system-programs.js";

jest.setTimeout(60_000);

const rowsFor = async (env: Record<string, string>) => {
  const checks = await examine(loadConfig({ REPLICAS: "3", REDIS_TIMEOUT_MS: "1000", ...env }));
  return checks.filter(({ scope }) => scope === "Redis").map(({ check, status, detail }) => [check, status, detail]);
};

describeWith(redisProgram)("the doctor", () => {
  test("writes to Redis and subscribes", async () => {
    await withRedis([], async ({ url }) => {
      expect(await rowsFor({ REDIS_URL: url, TOKEN_REUSE_SECONDS: "60" })).toEqual([
        ["connection", "ok", "standalone by 1 address; keys begin with amity-graphql"],
        ["write", "ok", expect.stringMatching(/^took \d+ of the 1000 ms/)],
      ]);
    });
  });

  test("warns of a single replica", async () => {
    await withRedis([], async ({ url }) => {
      expect(await rowsFor({ REDIS_URL: url, REPLICAS: "1" })).toContainEqual(["replicas", "warn", expect.any(String)]);
    });
  });

  test.each(["eval", "evalsha", "get", "set", "del", "incrby", "expire", "pttl", "time", "publish", "subscribe"])(
    "finds that the user may not %s",
    async (command) => {
      await withRedis([], async (redis) => {
        await redis.ask("ACL", "SETUSER", "default", `-${command}`);
        const rows = await rowsFor({ REDIS_URL: redis.url });
        expect(rows).toEqual([[expect.any(String), "fail", expect.stringContaining("(not permitted)")]]);
      });
    },
  );

  test.each<[string, string, (redis: RedisServer) => Promise<unknown>, (url: string) => Record<string, string>]>([
    ["connection", "unreachable", (redis) => redis.kill(), (url) => ({ REDIS_URL: url })],
    ["connection", "wrong password", async () => {}, (url) => ({ REDIS_URL: url.replace("//", "//u:C4N4RY@") })],
    ["write", "no such database", async () => {}, (url) => ({ REDIS_URL: `${url}/99` })],
    ["write", "read-only", (redis) => redis.ask("REPLICAOF", "127.0.0.1", "1"), (url) => ({ REDIS_URL: url })],
    [
      "write",
      "not permitted",
      (redis) => redis.ask("ACL", "SETUSER", "default", "-incrby"),
      (url) => ({ REDIS_URL: url }),
    ],
    [
      "subscription",
      "not permitted",
      (redis) => redis.ask("ACL", "SETUSER", "default", "resetchannels"),
      (url) => ({ REDIS_URL: url, TOKEN_REUSE_SECONDS: "60" }),
    ],
    ["connection", "another mode", async () => {}, (url) => ({ REDIS_URL: url, REDIS_MODE: "cluster" })],
    [
      "connection",
      "another mode",
      async () => {},
      (url) => ({ REDIS_URL: url, REDIS_MODE: "sentinel", REDIS_SENTINEL_MASTER: "m" }),
    ],
    ["connection", "unreachable", async () => {}, (url) => ({ REDIS_URL: url.replace("redis:", "rediss:") })],
  ])("says of the %s: %s", async (check, failure, prepare, envOf) => {
    await withRedis([], async (redis) => {
      await prepare(redis);
      const rows = await rowsFor(envOf(redis.url));
      expect(rows).toEqual([[check, "fail", expect.stringContaining(`(${failure})`)]]);
      expect(JSON.stringify(rows)).not.toContain("C4N4RY");
    });
  });
});
