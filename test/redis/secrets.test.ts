import { expect, jest, test } from "@jest/globals";
import { Redis } from "ioredis";
import { jwtEnv, signedIn } from "../support/callers.js";
import { untilUsed, withGateways } from "../support/fleet.js";
import { regionAt } from "../support/gateway.js";
import { adminLogin, redisProgram, until, withRedis } from "../support/redis.js";
import { describeWith } from "../support/system-programs.js";
import { withUpstream } from "../support/upstream.js";

jest.setTimeout(60_000);

const cacheKey = Buffer.from(Array.from({ length: 32 }, (_, i) => i + 7)).toString("base64");

/** What must not be found, in whatever form. */
const secrets = [
  "canary-auth-token",
  "user-of-the-canary",
  "device-of-the-canary",
  "canary-server-key-eu",
  "canary-api-key-eu",
  "canary-admin-token",
  cacheKey,
  jwtEnv.AUTH_JWT_SECRET,
  "127.0.0.1",
];

/** Each way that a text may be written in a key or a value. */
const formsOf = (text: string) => [
  text,
  Buffer.from(text).toString("base64").replace(/=+$/, "").slice(0, -1),
  Buffer.from(text).toString("base64url").slice(0, -1),
  Buffer.from(text).toString("hex"),
];

describeWith(redisProgram)("nothing that Redis is told", () => {
  test("names a user, an address or a device, or holds a token or a key", async () => {
    const answer: Parameters<typeof withUpstream>[0] = (response, { url }) =>
      response.end(url.includes("/authentication/token") ? '"canary-auth-token"' : '{"success":true}');
    await withRedis([], async (redis) => {
      const told: string[] = [];
      const listener = new Redis({ ...adminLogin, port: redis.port, host: "127.0.0.1" });
      const monitor = await listener.monitor();
      monitor.on("monitor", (_time: string, args: string[]) => told.push(args.join(" ")));
      await withUpstream(answer, async ({ url }) => {
        const env = regionAt(url, {
          ...jwtEnv,
          AMITY_EU_ADMIN_TOKEN: "canary-admin-token",
          AMITY_EU_VISITOR_SECRET: "canary-visitor-secret",
          VISITORS: "on",
          TOKEN_REUSE_SECONDS: "60",
          TOKEN_CACHE_KEY: cacheKey,
          REDIS_URL: redis.url,
          REDIS_TIMEOUT_MS: "500",
        });
        await withGateways(2, env, async (gateways) => {
          await untilUsed(gateways);
          const headers = await signedIn("user-of-the-canary", { scope: "amity:mint:any" });
          for (const { ask } of gateways) {
            await ask("{ authToken { token } }", {}, headers);
            await ask('{ visitorSignature(deviceId: "device-of-the-canary") { deviceId } }');
            await ask("{ authToken { token } }", {}, { authorization: "Bearer refused" });
          }
          const revoke = "mutation { revokeUserSessions(input: {}) { revoked } }";
          const { body } = (await gateways[0]?.ask(revoke, {}, headers)) ?? {};
          expect(body).toEqual({ data: { revokeUserSessions: { revoked: true } } });
          await until(() => told.some((line) => /publish\S* amity-graphql:forgotten/i.test(line)), "the message");
          for (const { ask } of gateways) await ask("{ authToken { token } }", {}, headers);
          const keys = (await redis.ask("KEYS", "*")) as string[];
          const values = await Promise.all(keys.map((key) => redis.ask("GET", key)));
          const kinds = new Set(keys.map((key) => key.replace(/^(amity-graphql:\w+(?::[a-z]+)?):?\{.*/i, "$1")));
          for (const kind of ["token", "era", "limit:user", "limit:failedAuth", "limit:visitorDevice"]) {
            expect(kinds).toContain(`amity-graphql:${kind}`);
          }
          told.push(...keys, ...values.map(String));
        });
      });
      monitor.disconnect();
      listener.disconnect();
      // Who asks is told by the monitor itself, by address.
      const text = told.join("\n");
      for (const secret of secrets.flatMap(formsOf)) expect(text.includes(secret) ? secret : undefined).toBeUndefined();
      expect(told.length).toBeGreaterThan(30);
    });
  });
});
