import { expect, jest, test } from "@jest/globals";
import { chanceOf } from "../support/chance.js";
import { redisProgram } from "../support/redis.js";
import { describeWith } from "../support/system-programs.js";
import { settingsFor, withCluster } from "./cluster.js";
import { nginxPath } from "./nginx.js";
import { type Fleet, withFleet } from "./world.js";

jest.setTimeout(120_000);

/** Three gateways that use a Redis Cluster, with these settings besides. */
async function withSharing(env: Readonly<Record<string, string>>, use: (fleet: Fleet) => Promise<void>): Promise<void> {
  await withCluster(async (nodes) => {
    await withFleet({ chance: chanceOf(4), env: { ...settingsFor(nodes), ...env } }, async (fleet) => {
      for (const gateway of fleet.gateways) while ((await gateway.metric("amity_redis_used")) !== 1);
      await use(fleet);
    });
  });
}

/** How often nginx and the gateways behind it answered so, by code or status. */
async function answers({ nginx, callers }: Fleet, userId: string, count: number): Promise<Record<string, number>> {
  const headers = { authorization: await callers.authorizationOf(userId), "content-type": "application/json" };
  const body = JSON.stringify({ query: "{ authToken { userId } }" });
  const counts: Record<string, number> = {};
  const each = Array.from({ length: count }, async () => {
    const answer = await fetch(`${nginx.url}/graphql`, { method: "POST", headers, body });
    const { errors } = (await answer.json()) as { errors?: readonly { extensions: { code: string } }[] };
    const code = errors?.[0]?.extensions.code ?? answer.status;
    counts[code] = (counts[code] ?? 0) + 1;
  });
  await Promise.all(each);
  return counts;
}

describeWith(nginxPath, redisProgram)("three gateways behind nginx", () => {
  test("have one limit for a user, whoever is asked", async () => {
    await withSharing({ RATE_LIMIT_USER: "30" }, async (fleet) => {
      expect(await answers(fleet, "user-1", 120)).toEqual({ 200: 30, RATE_LIMITED: 90 });
      const shares = await Promise.all(fleet.gateways.map((gateway) => gateway.metric("amity_root_fields_total")));
      // Each took part in it.
      expect(shares.filter((share) => share > 10)).toHaveLength(3);
    });
  });
});
