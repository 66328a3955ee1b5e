import { expect, jest, test } from "@jest/globals";
import { chanceOf } from "../support/chance.js";
import { redisProgram, until } from "../support/redis.js";
import { describeWith } from "../support/system-programs.js";
import { settingsFor, withCluster } from "./cluster.js";
import { nginxPath } from "./nginx.js";
import { type Fleet, withFleet } from "./world.js";

jest.setTimeout(180_000);

/** Who gives up on Redis counts alone, and is not told of a revocation: a busy machine is no reason for that. */
const patience = { REDIS_TIMEOUT_MS: "1000" };

/** Three gateways that use a Redis Cluster, with these settings besides. */
async function withSharing(env: Readonly<Record<string, string>>, use: (fleet: Fleet) => Promise<void>): Promise<void> {
  await withCluster(async (nodes) => {
    await withFleet({ chance: chanceOf(4), env: { ...settingsFor(nodes), ...patience, ...env } }, async (fleet) => {
      for (const gateway of fleet.gateways) {
        await until(async () => (await gateway.metric("amity_redis_used")) === 1, "the use of Redis", 15_000);
      }
      await use(fleet);
    });
  });
}

/** An operation of a signed-in user, sent to this origin. */
async function ask(origin: string, { callers }: Fleet, userId: string, query: string): Promise<Answer> {
  const headers = { authorization: await callers.authorizationOf(userId), "content-type": "application/json" };
  const answer = await fetch(`${origin}/graphql`, { method: "POST", headers, body: JSON.stringify({ query }) });
  return (await answer.json()) as Answer;
}

interface Answer {
  readonly data?: { readonly authToken?: { readonly token: string }; readonly revokeUserSessions?: object };
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

describeWith(nginxPath, redisProgram)("three gateways behind nginx", () => {
  test("have one limit for a user, whoever is asked", async () => {
    await withSharing({ RATE_LIMIT_USER: "30" }, async (fleet) => {
      const asked = Array.from({ length: 120 }, () => ask(fleet.nginx.url, fleet, "user-1", "{ authToken { token } }"));
      const codes = (await Promise.all(asked)).map(({ errors }) => errors?.[0]?.extensions.code ?? "OK");
      expect(codes.filter((code) => code === "OK")).toHaveLength(30);
      expect(codes.filter((code) => code === "RATE_LIMITED")).toHaveLength(90);
      const shares = await Promise.all(fleet.gateways.map((gateway) => gateway.metric("amity_root_fields_total")));
      // Each took part in it.
      expect(shares.filter((share) => share > 10)).toHaveLength(3);
    });
  });

  test("hand out one token, and forget it together when its user's sessions end at one of them", async () => {
    await withSharing({ TOKEN_REUSE_SECONDS: "300" }, async (fleet) => {
      const origins = fleet.gateways.map(({ port }) => `http://127.0.0.1:${port}`);
      const tokenAt = async (origin = "") =>
        (await ask(origin, fleet, "user-1", "{ authToken(region: SG) { token } }")).data?.authToken?.token;
      const token = await tokenAt(origins[0]);
      for (const origin of origins) expect(await tokenAt(origin)).toBe(token);
      const revoke = 'mutation { revokeUserSessions(input: { userId: "user-1", region: SG }) { revoked } }';
      expect((await ask(origins[0] ?? "", fleet, "user-1", revoke)).errors).toBeUndefined();
      for (const origin of origins) {
        await until(async () => (await tokenAt(origin)) !== token, "another token", 15_000);
      }
      const next = await Promise.all(origins.map(tokenAt));
      expect(next.filter((other) => other === token)).toEqual([]);
    });
  });
});
