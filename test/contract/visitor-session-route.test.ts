import { describe, expect, test } from "@jest/globals";
import { visitorSignature } from "../../src/amity/visitor-signature.js";
import { testClock } from "../support/clock.js";
import { errorOf, regionAt, withGateway } from "../support/gateway.js";
import { hostileIds } from "../support/hostile-ids.js";
import { type Answer, always, likeAmity, withUpstream } from "../support/upstream.js";

const secret = "canary-visitor-secret";
const visitors = { VISITORS: "on", AMITY_EU_VISITOR_SECRET: secret };
const open =
  "mutation ($input: CreateVisitorSessionInput!) { createVisitorSession(input: $input) { accessToken userId userType issuedAt expiresAt } }";

const session = {
  accessToken: "access-1",
  issuedAt: "2026-01-01T00:00:00.000Z",
  expiresAt: "2026-01-31T00:00:00.000Z",
  userType: "visitor",
  users: [{ userId: "visitor-1" }, { userId: "another" }],
};

describe("the route for visitors", () => {
  test.each(["v3", "v4", "v5"])(
    "gets exactly the documented request, whatever AMITY_SESSION_API is (%s)",
    async (api) => {
      const clock = testClock();
      await withUpstream(likeAmity(session), async ({ url, seen }) => {
        const env = regionAt(url, { ...visitors, AMITY_SESSION_API: api });
        await withGateway({ env, ...clock }, async ({ ask }) => {
          const deviceInfo = { kind: "WEB", model: "m".repeat(300), sdkVersion: "7.20" };
          const { body } = await ask(open, { input: { deviceId: "phone", deviceInfo } });
          expect(body.data.createVisitorSession).toEqual({
            accessToken: "access-1",
            userId: "visitor-1",
            userType: "VISITOR",
            issuedAt: session.issuedAt,
            expiresAt: session.expiresAt,
          });
          const authSignatureExpiresAt = new Date(clock.now() + 600_000).toISOString();
          expect(JSON.parse(seen[0]?.body ?? "")).toEqual({
            deviceId: "phone",
            deviceInfo: { ...deviceInfo, kind: "web" },
            authSignature: visitorSignature(secret, "phone", authSignatureExpiresAt),
            authSignatureExpiresAt,
          });
        });
        expect(seen.map(({ method, url: path }) => `${method} ${path}`)).toEqual(["POST /api/v5/sessions/visitor"]);
        expect(seen[0]?.headers).toEqual({
          accept: "application/json, text/plain",
          "accept-encoding": "identity",
          connection: "keep-alive",
          "content-length": String(Buffer.byteLength(seen[0]?.body ?? "")),
          "content-type": "application/json",
          host: new URL(url).host,
          "user-agent": "amity-graphql/2.0.0",
          "x-api-key": "canary-api-key-eu",
        });
      });
    },
  );

  test.each(hostileIds)("gets the device %j as it is, and signed so", async (deviceId) => {
    await withUpstream(likeAmity(session), async ({ url, seen }) => {
      await withGateway({ env: regionAt(url, visitors) }, async ({ ask }) => {
        expect((await ask(open, { input: { deviceId } })).body.errors).toBeUndefined();
      });
      const { authSignature, authSignatureExpiresAt, ...others } = JSON.parse(seen[0]?.body ?? "");
      expect(others).toEqual({ deviceId });
      expect(authSignature).toBe(visitorSignature(secret, deviceId, authSignatureExpiresAt));
    });
  });

  test("gets another signature each time", async () => {
    const clock = testClock();
    await withUpstream(likeAmity(session), async ({ url, seen }) => {
      await withGateway({ env: regionAt(url, visitors), ...clock }, async ({ ask }) => {
        for (let i = 0; i < 2; i++) {
          await ask(open, { input: { deviceId: "phone" } });
          clock.advance(1);
        }
      });
      expect(new Set(seen.map(({ body }) => JSON.parse(body).authSignature)).size).toBe(2);
    });
  });
});

test("what Amity does not tell of a visitor's session is filled in", async () => {
  const clock = testClock();
  await withUpstream(likeAmity({ accessToken: "access-1", users: [{ userId: "v" }] }), async ({ url }) => {
    await withGateway({ env: regionAt(url, visitors), ...clock }, async ({ ask }) => {
      const { body } = await ask(open, { input: { deviceId: "phone" } });
      expect(body.data.createVisitorSession).toMatchObject({
        userType: "VISITOR",
        issuedAt: new Date(clock.now()).toISOString(),
        expiresAt: new Date(clock.now() + 30 * 86_400_000).toISOString(),
      });
    });
  });
});

test.each<[string, Answer, string]>([
  ["no user", likeAmity({ accessToken: "a", users: [] }), "UPSTREAM_BAD_RESPONSE"],
  ["no access token", likeAmity({ users: [{ userId: "v" }] }), "UPSTREAM_BAD_RESPONSE"],
  ["a refused signature", always(422, '{"code":500000,"message":"Invalid signature"}'), "UPSTREAM_AUTH_FAILED"],
  ["a refused parameter", always(422, '{"code":500000,"message":"Parameters error."}'), "UPSTREAM_REJECTED"],
  ["a wrong API key", always(401, '{"code":400100}'), "UPSTREAM_AUTH_FAILED"],
  ["a ban", always(403, '{"code":400312}'), "USER_BANNED"],
])("a visitor's session with %s is an error", async (_what, answer, code) => {
  await withUpstream(answer, async ({ url }) => {
    await withGateway({ env: regionAt(url, visitors) }, async ({ ask }) => {
      const answered = await ask(open, { input: { deviceId: "phone" } });
      expect([answered.status, errorOf(answered).extensions.code]).toEqual([200, code]);
    });
  });
});

describe("nothing is sent for a visitor's session", () => {
  test.each<[string, object, Record<string, string>, string]>([
    ["while visitors are off", { deviceId: "phone" }, { VISITORS: "off" }, "VISITORS_NOT_ENABLED"],
    ["to a region that is not configured", { deviceId: "phone", region: "US" }, {}, "REGION_NOT_CONFIGURED"],
    ["with another expiry in the deviceId", { deviceId: "x&authSignatureExpiresAt=y" }, {}, "BAD_USER_INPUT"],
    ["without a deviceId", { deviceId: "" }, {}, "BAD_USER_INPUT"],
    ["with too long a model", { deviceId: "d", deviceInfo: { model: "m".repeat(301) } }, {}, "BAD_USER_INPUT"],
  ])("%s", async (_why, input, env, code) => {
    await withUpstream(likeAmity(session), async ({ url, seen }) => {
      await withGateway({ env: regionAt(url, { ...visitors, ...env }) }, async ({ ask }) => {
        const { message, extensions } = errorOf(await ask(open, { input }));
        expect(extensions.code).toBe(code);
        if (code === "BAD_USER_INPUT") expect(message).toMatch(/^input\.device/);
      });
      expect(seen).toEqual([]);
    });
  });

  test("without an API key", async () => {
    await withUpstream(likeAmity(session), async ({ url, seen }) => {
      const { AMITY_EU_API_KEY: _, ...env } = regionAt(url, visitors);
      await withGateway({ env }, async ({ ask }) => {
        const answered = await ask(open, { input: { deviceId: "phone" } });
        expect(errorOf(answered).extensions.code).toBe("REGION_NOT_CONFIGURED");
      });
      expect(seen).toEqual([]);
    });
  });
});
