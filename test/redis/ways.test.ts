import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { jwtEnv } from "../support/callers.js";
import { createTestAuthority } from "../support/certificates.js";
import { answersTo, toldOfRedis, untilAway, untilUsed, withGateways } from "../support/fleet.js";
import { freePorts, redisProgram, until, withRedis } from "../support/redis.js";
import { describeWith } from "../support/system-programs.js";

jest.setTimeout(60_000);

const settings = { ...jwtEnv, RATE_LIMIT_USER: "30", REPLICAS: "3", REDIS_TIMEOUT_MS: "500" };

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "amity-graphql-")), name);
  await writeFile(path, text);
  return path;
}

describeWith(redisProgram)("Redis is used", () => {
  test("over TLS, by whom REDIS_CA_FILE trusts alone", async () => {
    const authority = await createTestAuthority();
    const { cert, key } = await authority.server();
    const [port] = await freePorts(1);
    const files = [await fileOf("cert.pem", cert), await fileOf("key.pem", key)];
    const ca = await fileOf("ca.pem", authority.ca);
    const tls = ["--tls-port", String(port), "--tls-cert-file", `${files[0]}`, "--tls-key-file", `${files[1]}`];
    await withRedis([...tls, "--tls-ca-cert-file", ca, "--tls-auth-clients", "no"], async () => {
      const env = { ...settings, REDIS_URL: `rediss://localhost:${port}`, TOKEN_REUSE_SECONDS: "60" };
      await withGateways(1, { ...env, REDIS_CA_FILE: ca }, async (gateways) => {
        await untilUsed(gateways);
        expect(await answersTo("alice", 40, gateways)).toEqual({ OK: 30, RATE_LIMITED: 10 });
      });
      await withGateways(1, env, async (gateways) => {
        await untilAway(gateways);
        for (const gateway of gateways) expect(toldOfRedis(gateway)).toEqual(["TLS failure"]);
      });
    });
  });

  test("at another server once REDIS_URL_FILE names it", async () => {
    await withRedis([], async (before) => {
      await withRedis([], async (after) => {
        const path = await fileOf("url", before.url);
        await withGateways(1, { ...settings, REDIS_URL_FILE: path, TOKEN_REUSE_SECONDS: "60" }, async (gateways) => {
          await untilUsed(gateways);
          await writeFile(path, after.url);
          const listeners = async () => String(await after.ask("PUBSUB", "CHANNELS"));
          await until(async () => (await listeners()).includes("amity-graphql:forgotten"), "the subscription");
          await untilUsed(gateways);
          for (const gateway of gateways) expect(toldOfRedis(gateway)).toEqual([]);
        });
      });
    });
  });

  test("by another password once REDIS_URL_FILE holds it", async () => {
    await withRedis(["--requirepass", "the right one"], async ({ port }) => {
      const path = await fileOf("url", `redis://:wrong@127.0.0.1:${port}`);
      await withGateways(1, { ...settings, REDIS_URL_FILE: path }, async (gateways) => {
        await untilAway(gateways);
        await writeFile(path, `redis://:the%20right%20one@127.0.0.1:${port}`);
        await untilUsed(gateways);
        for (const gateway of gateways) expect(toldOfRedis(gateway)).toEqual(["wrong password", "back"]);
      });
    });
  });
});
