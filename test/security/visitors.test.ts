import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { visitorSignature } from "../../src/amity/visitor-signature.js";
import { callersAt, signedIn } from "../support/callers.js";
import { testClock } from "../support/clock.js";
import { errorOf, type GatewaySetup, type TestGateway, withGateway } from "../support/gateway.js";
import { likeAmity, withUpstream } from "../support/upstream.js";

const secret = "canary-visitor-secret";
const sign =
  "query ($d: String!, $r: RegionCode) { visitorSignature(deviceId: $d, region: $r) { authSignature authSignatureExpiresAt deviceId region } }";

/** A gateway for signed-in callers and visitors, in front of an upstream that is to hear nothing. */
async function withVisitors(
  env: Record<string, string>,
  use: (gateway: TestGateway) => Promise<void>,
  more: Omit<GatewaySetup, "env"> = {},
): Promise<void> {
  await withUpstream(likeAmity({}), async ({ url, seen }) => {
    const visitors = { VISITORS: "on", AMITY_EU_VISITOR_SECRET: secret };
    await withGateway({ ...more, ...callersAt(url, { ...visitors, ...env }) }, use);
    expect(seen).toEqual([]);
  });
}

const auditOf = ({ logged }: TestGateway) => logged.map((line) => JSON.parse(line)).filter(({ audit }) => audit);

describe("a visitor's signature", () => {
  test("is given to anybody, and signs what is told", async () => {
    await withVisitors({}, async ({ ask }) => {
      const { status, body } = await ask(sign, { d: 'ascWebSdk#1 "&x=%20😀' });
      const { authSignature, authSignatureExpiresAt, ...others } = body.data.visitorSignature;
      expect([status, others]).toEqual([200, { deviceId: 'ascWebSdk#1 "&x=%20😀', region: "EU" }]);
      expect(authSignature).toBe(visitorSignature(secret, others.deviceId, authSignatureExpiresAt));
    });
  });

  test("is given to a signed-in caller too, who is named in the audit", async () => {
    await withVisitors({}, async (gateway) => {
      await gateway.ask(sign, { d: "phone" }, await signedIn("alice"));
      expect(auditOf(gateway)).toMatchObject([{ by: "user:alice", deviceId: "phone", outcome: "issued" }]);
    });
  });

  test("is not given to whoever sends a bad credential", async () => {
    await withVisitors({}, async ({ ask }) => {
      const answered = await ask(sign, { d: "phone" }, { authorization: "Bearer nonsense" });
      expect([answered.status, errorOf(answered).extensions.code]).toEqual([401, "UNAUTHENTICATED"]);
    });
  });

  test.each<[string, Record<string, string>]>([
    ["by default", {}],
    ["with a secret", { AMITY_EU_VISITOR_SECRET: secret }],
    ["when VISITORS says so", { AMITY_EU_VISITOR_SECRET: secret, VISITORS: "off" }],
  ])("is off %s, without limit and audit", async (_when, env) => {
    await withGateway(callersAt("http://127.0.0.1:9", { VISITOR_LIMIT_ADDRESS: "1", ...env }), async (gateway) => {
      for (let i = 0; i < 3; i++) {
        const answered = await gateway.ask(sign, { d: "phone" });
        expect([answered.status, answered.body.data]).toEqual([200, null]);
        expect(errorOf(answered).extensions).toMatchObject({ code: "VISITORS_NOT_ENABLED", retryable: false });
      }
      expect(auditOf(gateway)).toEqual([]);
    });
  });

  test("is refused to a deviceId that holds another expiry", async () => {
    await withVisitors({}, async (gateway) => {
      const d = "phone&authSignatureExpiresAt=2099-01-01T00:00:00Z";
      const answered = await gateway.ask(sign, { d });
      expect(errorOf(answered)).toMatchObject({
        message: "deviceId must not hold &authSignatureExpiresAt=",
        extensions: { code: "BAD_USER_INPUT" },
      });
      expect(auditOf(gateway)).toMatchObject([{ deviceId: d, outcome: "BAD_USER_INPUT" }]);
    });
  });

  test("is refused for a region that is not configured", async () => {
    await withVisitors({}, async ({ ask }) => {
      const answered = await ask(sign, { d: "phone", r: "US" });
      expect(errorOf(answered).extensions.code).toBe("REGION_NOT_CONFIGURED");
    });
  });

  test("follows its secret's file", async () => {
    const clock = testClock();
    const path = join(await mkdtemp(join(tmpdir(), "amity-graphql-")), "secret");
    await writeFile(path, "canary-visitor-secret-1\n");
    const { AMITY_EU_VISITOR_SECRET: _, ...env } = callersAt("http://127.0.0.1:9", {
      VISITORS: "on",
      AMITY_EU_VISITOR_SECRET_FILE: path,
    }).env as Record<string, string>;
    await withGateway({ env, ...clock }, async ({ ask }) => {
      const signedBy = async (text: string) => {
        const { authSignature, authSignatureExpiresAt } = (await ask(sign, { d: "phone" })).body.data.visitorSignature;
        return authSignature === visitorSignature(text, "phone", authSignatureExpiresAt);
      };
      expect(await signedBy("canary-visitor-secret-1")).toBe(true);
      await writeFile(path, "canary-visitor-secret-2\n");
      clock.advance(1_000);
      expect(await signedBy("canary-visitor-secret-2")).toBe(true);
    });
  });
});

describe("visitors are limited", () => {
  const refusal = { code: "RATE_LIMITED", retryable: true, retryAfterSeconds: expect.any(Number) };

  test("by address, aliases counted, and the whole operation refused", async () => {
    await withVisitors({ VISITOR_LIMIT_ADDRESS: "3" }, async (gateway) => {
      const aliases = (names: string) =>
        `{ ${[...names].map((name) => `${name}: visitorSignature(deviceId: "${name}") { region }`).join(" ")} }`;
      expect((await gateway.ask(aliases("ab"))).status).toBe(200);
      const answered = await gateway.ask(aliases("cd"));
      expect([answered.status, answered.headers.get("retry-after")]).toEqual([429, expect.stringMatching(/^\d+$/)]);
      expect(errorOf(answered).extensions).toMatchObject(refusal);
      expect(answered.body).not.toHaveProperty("data");
      const refused = { by: "visitor", outcome: "RATE_LIMITED", reason: "visitors' rate" };
      expect(auditOf(gateway).slice(2)).toMatchObject([
        { deviceId: "c", ...refused },
        { deviceId: "d", ...refused },
      ]);
    });
  });

  test("by /64 of IPv6, as a trusted proxy tells it", async () => {
    const env = { VISITOR_LIMIT_ADDRESS: "2", TRUSTED_PROXIES: "127.0.0.1" };
    await withVisitors(env, async ({ ask }) => {
      const from = async (address: string) => (await ask(sign, { d: address }, { "x-forwarded-for": address })).status;
      expect(await from("2001:db8:0:1::1")).toBe(200);
      expect(await from("2001:db8:0:1::2")).toBe(200);
      expect(await from("2001:db8:0:1:ffff::3")).toBe(429);
      expect(await from("2001:db8:0:2::1")).toBe(200);
    });
  });

  test("by device, from whatever address", async () => {
    const env = { VISITOR_LIMIT_DEVICE: "2", TRUSTED_PROXIES: "127.0.0.1" };
    await withVisitors(env, async ({ ask }) => {
      const from = (address: string, d: string) => ask(sign, { d }, { "x-forwarded-for": address });
      for (const address of ["192.0.2.1", "192.0.2.2"]) expect((await from(address, "phone")).status).toBe(200);
      expect(errorOf(await from("192.0.2.3", "phone")).extensions).toMatchObject(refusal);
      expect((await from("192.0.2.3", "tablet")).status).toBe(200);
    });
  });

  test("and nobody else by them", async () => {
    await withVisitors({ VISITOR_LIMIT_ADDRESS: "1" }, async ({ ask }) => {
      expect((await ask(sign, { d: "a" })).status).toBe(200);
      expect((await ask(sign, { d: "b" })).status).toBe(429);
      expect((await ask("{ regions { code } }")).status).toBe(200);
    });
  });
});

test("sessions and signatures of visitors share their limits, and the audit names both", async () => {
  const answer = likeAmity({ accessToken: "canary-access-token", users: [{ userId: "v" }] });
  await withUpstream(answer, async ({ url, seen }) => {
    const env = { VISITORS: "on", AMITY_EU_VISITOR_SECRET: secret, VISITOR_LIMIT_DEVICE: "2" };
    await withGateway(callersAt(url, env), async (gateway) => {
      const open = 'mutation { createVisitorSession(input: { deviceId: "phone" }) { userType } }';
      expect((await gateway.ask(open)).body.data.createVisitorSession).toEqual({ userType: "VISITOR" });
      expect((await gateway.ask(sign, { d: "phone" })).status).toBe(200);
      expect((await gateway.ask(open)).status).toBe(429);
      const line = { by: "visitor", deviceId: "phone", region: "EU" };
      expect(auditOf(gateway)).toMatchObject([
        { ...line, operation: "createVisitorSession", outcome: "issued" },
        { ...line, operation: "visitorSignature", outcome: "issued" },
        { ...line, operation: "createVisitorSession", outcome: "RATE_LIMITED" },
      ]);
      expect(JSON.stringify(gateway.logged)).not.toContain("canary-access-token");
    });
    expect(seen).toHaveLength(1);
  });
});

test("whoever asks for a token beside a signature gets neither without a credential", async () => {
  await withVisitors({}, async (gateway) => {
    const query = '{ visitorSignature(deviceId: "d") { region } authToken(userId: "alice") { token } }';
    const answered = await gateway.ask(query);
    expect([answered.status, errorOf(answered).extensions.code]).toEqual([401, "UNAUTHENTICATED"]);
    expect(answered.body).not.toHaveProperty("data");
  });
});
