import { readFileSync } from "node:fs";
import { expect, jest, test } from "@jest/globals";
import { jwtEnv, signedIn } from "../support/callers.js";
import { answersTo, metricOf, toldOfRedis, untilAway, untilUsed, withGateways } from "../support/fleet.js";
import type { TestGateway } from "../support/gateway.js";
import { type RedisServer, redisProgram, until, withRedis } from "../support/redis.js";
import { describeWith } from "../support/system-programs.js";
import { withWire } from "../support/wire.js";

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

/** The rule of docs/operations.md for the gateway's user. */
const rule = /^ACL SETUSER (\S+) on >\S+ (.+)$/m.exec(
  readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8"),
);
const [user = "", rights = ""] = [rule?.[1], rule?.[2]];
const password = "p@ss,word/%#";

const setUser = (redis: RedisServer, ...changes: string[]) => redis.ask("ACL", "SETUSER", user, ...changes);
const withUser = ({ port }: RedisServer) => `redis://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}`;
const makeUser = (redis: RedisServer) => setUser(redis, "on", `>${password}`, ...rights.split(" "));

interface Fault {
  readonly reason: string;
  readonly begin: (redis: RedisServer) => Promise<unknown>;
  readonly end: (redis: RedisServer) => Promise<unknown>;
}

const faults: Readonly<Record<string, Fault>> = {
  "is killed, and starts again with an empty disk": {
    reason: "unreachable",
    begin: (redis) => redis.kill(),
    async end(redis) {
      await redis.restart();
      await makeUser(redis);
    },
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
  "has too few replicas": {
    reason: "disk failure",
    begin: (redis) => redis.ask("CONFIG", "SET", "min-replicas-to-write", "1"),
    end: (redis) => redis.ask("CONFIG", "SET", "min-replicas-to-write", "0"),
  },
  "has another password, until it is mended": {
    reason: "wrong password",
    async begin(redis) {
      await setUser(redis, "resetpass", ">another");
      await redis.ask("CLIENT", "KILL", "USER", user);
    },
    end: (redis) => setUser(redis, "resetpass", `>${password}`),
  },
  "forbids a command": {
    reason: "not permitted",
    begin: (redis) => setUser(redis, "-incrby"),
    end: (redis) => setUser(redis, "+incrby"),
  },
  "forbids the subscription": {
    reason: "not permitted",
    begin: (redis) => setUser(redis, "resetchannels"),
    end: (redis) => setUser(redis, "&amity-graphql:*"),
  },
};

/** Each that the rule permits and that this mode needs. */
const commands = [...rights.matchAll(/\+(\S+)/g)]
  .map(([, command]) => command ?? "")
  .filter((it) => !/[|]|select/.test(it));

describeWith(redisProgram)("Redis is not used by a user who may not", () => {
  test.each(commands)("%s", async (command) => {
    await withRedis([], async (redis) => {
      await makeUser(redis);
      await setUser(redis, `-${command}`);
      const more = { REDIS_URL: withUser(redis), TOKEN_REUSE_SECONDS: "60" };
      await withGateways(1, env(redis, more), async (gateways) => {
        await untilAway(gateways);
        for (const gateway of gateways) expect(toldOfRedis(gateway)).toEqual(["not permitted"]);
      });
    });
  });
});

describeWith(redisProgram)("the database of REDIS_URL", () => {
  test("is the one that is used", async () => {
    await withRedis([], async (redis) => {
      await makeUser(redis);
      await withGateways(1, env(redis, { REDIS_URL: `${withUser(redis)}/3` }), async (gateways) => {
        await untilUsed(gateways);
        await answersTo(somebody(), 1, gateways);
        expect(String(await redis.ask("INFO", "keyspace"))).toMatch(/Keyspace\s+db3:keys=1/);
      });
    });
  });

  test.each([
    ["no such database", "99", ""],
    ["not permitted", "3", "-select"],
  ])("is told of: %s", async (reason, database, change) => {
    await withRedis([], async (redis) => {
      await makeUser(redis);
      if (change) await setUser(redis, change);
      await withGateways(1, env(redis, { REDIS_URL: `${withUser(redis)}/${database}` }), async (gateways) => {
        await untilAway(gateways);
        for (const gateway of gateways) expect(toldOfRedis(gateway)).toEqual([reason]);
        expect(await redis.ask("KEYS", "*")).toEqual([]);
      });
    });
  });
});

describeWith(redisProgram)("no request fails when Redis", () => {
  test.each(Object.entries(faults))("%s", async (_what, { reason, begin, end }) => {
    await withRedis([], async (redis) => {
      await makeUser(redis);
      const more = { REDIS_TIMEOUT_MS: "100", REDIS_URL: withUser(redis), TOKEN_REUSE_SECONDS: "60" };
      await withGateways(1, env(redis, more), async (gateways) => {
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

  test("answers too late once", async () => {
    await withRedis([], async (redis) => {
      await withGateways(1, env(redis, { REDIS_TIMEOUT_MS: "100" }), async (gateways) => {
        const [gateway] = gateways as [TestGateway];
        const slow = () => metricOf(gateway, 'amity_redis_failures_total{reason="too slow"}');
        await untilUsed(gateways);
        redis.pause();
        await until(async () => (await slow()) === 1, "the slow look");
        redis.resume();
        expect(await answersTo(somebody(), 40, gateways)).toEqual({ OK: 30, RATE_LIMITED: 10 });
        expect([await slow(), toldOfRedis(gateway)]).toEqual([1, []]);
      });
    });
  });

  test("has gone, though a request asks for all that it may", async () => {
    await withRedis([], async (redis) => {
      await withGateways(1, env(redis, { REPLICAS: "20" }), async (gateways) => {
        await untilUsed(gateways);
        await redis.kill();
        await untilAway(gateways);
        const headers = await signedIn(somebody());
        const query = "{ a: regions { code } b: regions { code } c: regions { code } d: regions { code } }";
        const answers = await Promise.all([1, 2].map(async () => gateways[0]?.ask(query, {}, headers)));
        expect(answers.map((answer) => answer?.body.errors?.[0].extensions.code ?? "OK").sort()).toEqual([
          "OK",
          "RATE_LIMITED",
        ]);
      });
    });
  });

  test("is cut off without a word", async () => {
    await withRedis([], async (redis) => {
      await withWire(redis.port, async (wire) => {
        await withGateways(1, env(redis, { REDIS_URL: `redis://127.0.0.1:${wire.port}` }), async (gateways) => {
          await untilUsed(gateways);
          wire.cut();
          expect(await answersTo(somebody(), 20, gateways)).toEqual({ OK: 10, RATE_LIMITED: 10 });
          await untilAway(gateways);
          wire.mend();
          await untilUsed(gateways);
          for (const gateway of gateways) expect(toldOfRedis(gateway)).toEqual(["too slow", "back"]);
        });
      });
    });
  });

  test("is not there yet at the start", async () => {
    await withRedis([], async (redis) => {
      await redis.kill();
      await withGateways(1, env(redis), async (gateways) => {
        expect(await answersTo(somebody(), 20, gateways)).toEqual({ OK: 10, RATE_LIMITED: 10 });
        for (const { send } of gateways) expect((await send("/readyz")).status).toBe(200);
        await redis.restart();
        await untilUsed(gateways);
        for (const gateway of gateways) expect(toldOfRedis(gateway)).toEqual(["unreachable", "back"]);
      });
    });
  });

  test("loses all that it held", async () => {
    await withRedis([], async (redis) => {
      await withGateways(2, env(redis), async (gateways) => {
        await untilUsed(gateways);
        const whom = somebody();
        expect(await answersTo(whom, 40, gateways)).toEqual({ OK: 30, RATE_LIMITED: 10 });
        await redis.ask("FLUSHALL");
        expect(await answersTo(whom, 40, gateways)).toEqual({ OK: 30, RATE_LIMITED: 10 });
        for (const gateway of gateways) expect(toldOfRedis(gateway)).toEqual([]);
      });
    });
  });
});

describeWith(redisProgram)("a Redis that falls silent", () => {
  test("costs three waits, and then no request its time", async () => {
    await withRedis([], async (redis) => {
      await withWire(redis.port, async (wire) => {
        const settings = { REDIS_URL: `redis://127.0.0.1:${wire.port}`, REDIS_TIMEOUT_MS: "500" };
        await withGateways(1, env(redis, settings), async (gateways) => {
          await untilUsed(gateways);
          wire.cut();
          const startedAt = performance.now();
          await answersTo(somebody(), 40, gateways, 1);
          // Forty waits would be twenty seconds.
          expect(performance.now() - startedAt).toBeLessThan(10_000);
          expect(await metricOf(gateways[0] as TestGateway, "amity_redis_used")).toBe(0);
        });
      });
    });
  });
});
