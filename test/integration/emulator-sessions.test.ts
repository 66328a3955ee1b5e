import { describe, expect, test } from "@jest/globals";
import { bearer, call, manualClock, mint, requestSession, signIn, verify, withEmulator } from "../support/emulator.js";

const dayMs = 86_400_000;
const start = "2026-01-01T00:00:00.000Z"; // where manualClock begins
const aliceOnPhone = { userId: "alice", deviceId: "phone" };

describe("registering a session", () => {
  test.each([
    ["v3", { refreshToken: expect.stringMatching(/^\w+$/) }],
    ["v4", { refreshToken: expect.stringMatching(/^\w+$/) }],
    ["v5", { userType: "signed-in" }],
  ])("%s answers its documented body", async (version, ownFields) => {
    const { clock } = manualClock();
    await withEmulator({ clock, secureMode: false }, async (emulator) => {
      const { status, json } = await requestSession(emulator, { ...aliceOnPhone, displayName: "Alice" }, version);
      const id = expect.stringMatching(/^[0-9a-f]{24}$/);
      const path = expect.stringMatching(/^[0-9a-f]{24}\/user\/[0-9a-f]{24}$/);
      const lists = { metadata: {}, roles: [], permissions: [] };
      const flags = { flagCount: 0, hashFlag: null, isGlobalBan: false, isDeleted: false };
      const names = { userId: "alice", displayName: "Alice", avatarFileId: null };
      const user = { _id: id, path, ...names, ...lists, ...flags, createdAt: start, updatedAt: start };
      expect(status).toBe(200);
      expect(json).toEqual({
        accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        ...ownFields,
        issuedAt: start,
        expiresAt: "2026-01-02T00:00:00.000Z",
        users: [user],
        files: [],
        roles: [],
        lastCachePurge: start,
      });
    });
  });

  test("a user's path ends with the user's own id", async () => {
    await withEmulator({ secureMode: false }, async (emulator) => {
      const {
        users: [user],
      } = await requestSession(emulator, aliceOnPhone);
      expect(user?.path.split("/").at(-1)).toBe(user?._id);
    });
  });

  test("an access token carries the claims that the SDK reads", async () => {
    const { clock } = manualClock();
    await withEmulator({ clock, accessTokenLifetimeMs: dayMs }, async (emulator) => {
      const deviceInfo = { kind: "node", model: "20", sdkVersion: "v7" };
      const body = { ...aliceOnPhone, deviceInfo, authToken: await mint(emulator, "alice") };
      const { json, users } = await requestSession(emulator, body, "v5");
      const [userId, networkId] = [users[0]?._id, users[0]?.path.split("/")[0]];
      const user = { userId, publicUserId: "alice", deviceInfo, networkId, refreshToken: expect.any(String) };
      const iat = Date.parse(start) / 1000;
      const [, payload = ""] = String(json["accessToken"]).split(".");
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
      expect(claims).toEqual({ user, iat, exp: iat + dayMs / 1000 });
    });
  });

  test.each(["v3", "v4", "v5"])("%s refuses a missing or wrong API key", async (version) => {
    await withEmulator({ secureMode: false }, async (emulator) => {
      const route = `POST /api/${version}/sessions`;
      const missing = await call(emulator, route, { body: aliceOnPhone });
      const wrong = await call(emulator, route, { headers: { "x-api-key": emulator.serverKey }, body: aliceOnPhone });
      const refusal = { status: 401, json: { status: "error", code: 400_100, message: "Unauthorized" } };
      expect([missing, wrong]).toMatchObject([refusal, refusal]);
    });
  });

  test.each(["v3", "v4", "v5"])("%s answers 422 with detail to bad parameters", async (version) => {
    await withEmulator({}, async (emulator) => {
      const answer = await requestSession(emulator, { userId: "alice" }, version);
      expect(answer).toMatchObject({
        status: 422,
        json: { status: "error", code: 500_000, data: { detail: ["The 'deviceId' field is required."] } },
      });
    });
  });

  test.each(["", "Bearer", "Bearer dead", "Basic eA=="])(
    "Authorization '%s' is not looked at",
    async (authorization) => {
      await withEmulator({ secureMode: false }, async (emulator) => {
        const headers = { "x-api-key": emulator.apiKey, authorization };
        const answer = await call(emulator, "POST /api/v5/sessions", { headers, body: aliceOnPhone });
        expect(answer.status).toBe(200);
      });
    },
  );

  test("an auth token is ignored without secure mode", async () => {
    await withEmulator({ secureMode: false }, async (emulator) => {
      expect((await requestSession(emulator, { ...aliceOnPhone, authToken: "unknown" })).status).toBe(200);
    });
  });

  test("a given name updates the user who keeps the id", async () => {
    const { clock, advance } = manualClock();
    await withEmulator({ clock, secureMode: false }, async (emulator) => {
      const first = await requestSession(emulator, aliceOnPhone, "v5");
      advance(1_000);
      const second = await requestSession(
        emulator,
        { ...aliceOnPhone, displayName: "Alice", profileHandle: "al" },
        "v5",
      );
      const [before] = first.users;
      expect(before).toMatchObject({ displayName: "alice", createdAt: start, updatedAt: start });
      const changed = { displayName: "Alice", profileHandle: "al", updatedAt: "2026-01-01T00:00:01.000Z" };
      expect(second.users).toEqual([{ ...before, ...changed }]);
    });
  });

  test("v3 does not know a profile handle", async () => {
    await withEmulator({ secureMode: false }, async (emulator) => {
      const { json } = await requestSession(emulator, { ...aliceOnPhone, profileHandle: "al" }, "v3");
      expect(JSON.stringify(json)).not.toContain("profileHandle");
    });
  });

  test("userIds named like object internals are ordinary", async () => {
    await withEmulator({}, async (emulator) => {
      const tokens = [await signIn(emulator, "__proto__"), await signIn(emulator, "constructor")];
      expect([await verify(emulator, tokens[0] ?? ""), await verify(emulator, tokens[1] ?? "")]).toEqual([200, 200]);
    });
  });
});

describe("verifying an access token", () => {
  test("answers the last cache purge", async () => {
    const { clock } = manualClock();
    await withEmulator({ clock }, async (emulator) => {
      const headers = bearer(await signIn(emulator, "alice"));
      const { json } = await call(emulator, "GET /api/v3/sessions", { headers });
      expect(json).toEqual({ lastCachePurge: start });
    });
  });

  test.each([
    ["30 days in secure mode", true, 30 * dayMs],
    ["1 day without secure mode", false, dayMs],
  ])("it lives %s", async (_title, secureMode, lifetimeMs) => {
    const { clock, advance } = manualClock();
    await withEmulator({ clock, secureMode }, async (emulator) => {
      const authToken = secureMode ? await mint(emulator, "alice") : undefined;
      const { json } = await requestSession(emulator, { ...aliceOnPhone, authToken });
      const accessToken = String(json["accessToken"]);
      advance(lifetimeMs - 1);
      const last = await verify(emulator, accessToken);
      advance(1);
      expect([last, await verify(emulator, accessToken)]).toEqual([200, 401]);
    });
  });

  test("the scheme is matched in any case", async () => {
    await withEmulator({}, async (emulator) => {
      const headers = { authorization: `bearer ${await signIn(emulator, "alice")}` };
      expect((await call(emulator, "GET /api/v3/sessions", { headers })).status).toBe(200);
    });
  });

  test("a token forged with the same claims is unauthorized", async () => {
    await withEmulator({}, async (emulator) => {
      const forged = `${(await signIn(emulator, "alice")).slice(0, -1)}_`;
      const answer = await call(emulator, "GET /api/v3/sessions", { headers: bearer(forged) });
      expect(answer).toMatchObject({ status: 401, json: { status: "error", code: 400_100, message: "Unauthorized" } });
    });
  });

  test("an admin token is no session", async () => {
    await withEmulator({}, async (emulator) => {
      expect(await verify(emulator, emulator.adminToken)).toBe(401);
    });
  });

  test("another emulator's token is unauthorized", async () => {
    await withEmulator({}, async (emulator) => {
      await withEmulator({}, async (other) => {
        expect(await verify(other, await signIn(emulator, "alice"))).toBe(401);
      });
    });
  });

  test("a device's new user ends the former's token", async () => {
    await withEmulator({}, async (emulator) => {
      const [alice, aliceElsewhere] = [
        await signIn(emulator, "alice", "tablet"),
        await signIn(emulator, "alice", "phone"),
      ];
      const bob = await signIn(emulator, "bob", "tablet");
      const statuses = [
        await verify(emulator, alice),
        await verify(emulator, aliceElsewhere),
        await verify(emulator, bob),
      ];
      expect(statuses).toEqual([401, 200, 200]);
    });
  });
});
