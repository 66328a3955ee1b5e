import { setTimeout } from "node:timers/promises";
import { expect, jest, test } from "@jest/globals";
import { jwtEnv, signedIn } from "../support/callers.js";
import { answersTo, metricOf, untilUsed, withGateways } from "../support/fleet.js";
import { redisProgram, until, withCluster } from "../support/redis.js";
import { describeWith } from "../support/system-programs.js";

jest.setTimeout(120_000);

const requests = 3_000;
const everyMs = 4;
const mostInFlight = 50;
/** Each asks twice as often as the limit allows. */
const userCount = 50;
const settings = { ...jwtEnv, RATE_LIMIT_USER: "30", REPLICAS: "3", REDIS_MODE: "cluster" };

describeWith(redisProgram)("250 requests a second", () => {
  test("feel nothing of a Cluster's master that dies but limits of each process", async () => {
    await withCluster(async (nodes) => {
      const env = { ...settings, REDIS_URL: nodes.map(({ url }) => url).join() };
      await withGateways(3, env, async (gateways) => {
        await untilUsed(gateways);
        // A replica in step is one that can take over.
        const replicas = nodes.slice(3);
        for (const node of replicas) await until(async () => /:up/.test(String(await node.ask("INFO", "replication"))));
        const users = await Promise.all(Array.from({ length: userCount }, (_, index) => signedIn(`user-${index}`)));
        const answers: Record<string, number> = {};
        const allowed: number[] = Array(userCount).fill(0);
        const times: number[] = [];
        let inFlight = 0;
        const send = async (index: number) => {
          const sentAt = performance.now();
          inFlight++;
          const code = await gateways[index % 3]
            ?.ask("{ regions { code } }", {}, users[index % userCount])
            .then(({ status, body }) => body?.errors?.[0].extensions.code ?? (body?.data ? "OK" : status))
            .catch((error: Error) => `${error.message} ${error.cause}`);
          inFlight--;
          answers[code] = (answers[code] ?? 0) + 1;
          if (code === "OK") allowed[index % userCount] = (allowed[index % userCount] ?? 0) + 1;
          times.push(performance.now() - sentAt);
        };
        const all: Promise<void>[] = [];
        const startedAt = performance.now();
        for (let index = 0; index < requests; index++) {
          if (index === requests / 4) void nodes[0]?.kill();
          // A busy machine is asked less often.
          await until(() => inFlight < mostInFlight, "an answer");
          all.push(send(index));
          const early = startedAt + index * everyMs - performance.now();
          if (early > 0) await setTimeout(early);
        }
        await Promise.all(all);
        const rate = Math.round((requests * 1_000) / (performance.now() - startedAt));
        const { OK = 0, RATE_LIMITED = 0, ...others } = answers;
        expect([OK + RATE_LIMITED, others]).toEqual([requests, {}]);
        await untilUsed(gateways);
        expect(await answersTo("afterwards", 90, gateways)).toEqual({ OK: 30, RATE_LIMITED: 60 });
        const insured = await Promise.all(
          gateways.map((gateway) => metricOf(gateway, 'amity_rate_limit_insurance_total{limit="user"}')),
        );
        // In each minute the limit by Redis, and each process's part of it besides.
        const minutes = Math.ceil((performance.now() - startedAt) / 60_000);
        expect(Math.max(...allowed)).toBeLessThanOrEqual(minutes * (30 + 3 * 10));
        expect(Math.min(...allowed)).toBeGreaterThanOrEqual(30);
        expect(insured.reduce((sum, count) => sum + count)).toBeGreaterThan(0);
        const sorted = times.toSorted((a, b) => a - b).map(Math.round);
        process.stderr.write(
          `${requests} requests at ${rate}/s, ${OK} within and ${RATE_LIMITED} beyond the limit, ${insured.join(" + ")} insured; ` +
            `p50 ${sorted[requests / 2]} ms, p99 ${sorted[(requests * 99) / 100]} ms, most ${sorted.at(-1)} ms\n`,
        );
      });
    });
  });
});
