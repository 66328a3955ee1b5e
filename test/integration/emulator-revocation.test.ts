import { describe, expect, test } from "@jest/globals";
import { type Emulator } from "../../src/emulator/server.js";
import { type Answer, bearer, call, requestSession, signIn, verify, withEmulator } from "../support/emulator.js";

const shapes: [
  title: string,
  revoke: (emulator: Emulator, userId: string, headers: Record<string, string>) => Promise<Answer>,
][] = [
  [
    "path",
    (emulator, userId, headers) =>
      call(emulator, `DELETE /api/v4/sessions/users/${encodeURIComponent(userId)}`, { headers }),
  ],
  [
    "query",
    (emulator, userId, headers) =>
      call(emulator, `DELETE /api/v4/sessions?userId=${encodeURIComponent(userId)}`, { headers }),
  ],
  ["body", (emulator, userId, headers) => call(emulator, "DELETE /api/v4/sessions", { headers, body: { userId } })],
];

describe("revoking one's own access token", () => {
  test("ends that token and no other", async () => {
    await withEmulator({}, async (emulator) => {
      const [phone, tablet] = [await signIn(emulator, "alice", "phone"), await signIn(emulator, "alice", "tablet")];
      const answer = await call(emulator, "DELETE /api/v4/sessions", { headers: bearer(phone) });
      expect(answer).toMatchObject({ status: 200, json: { success: true } });
      expect([await verify(emulator, phone), await verify(emulator, tablet)]).toEqual([401, 200]);
    });
  });

  test("accepts a JSON content type without a body", async () => {
    await withEmulator({}, async (emulator) => {
      const headers = { ...bearer(await signIn(emulator, "alice")), "content-type": "application/json" };
      expect((await call(emulator, "DELETE /api/v4/sessions", { headers })).status).toBe(200);
    });
  });

  test("works once only", async () => {
    await withEmulator({}, async (emulator) => {
      const headers = bearer(await signIn(emulator, "alice"));
      await call(emulator, "DELETE /api/v4/sessions", { headers });
      const again = await call(emulator, "DELETE /api/v4/sessions", { headers });
      expect(again).toMatchObject({ status: 401, json: { code: 400_100 } });
    });
  });

  test("an admin has no session to revoke", async () => {
    await withEmulator({}, async (emulator) => {
      const answer = await call(emulator, "DELETE /api/v4/sessions", { headers: bearer(emulator.adminToken) });
      expect(answer).toMatchObject({ status: 404, json: { code: 400_400, message: "Session Not Found." } });
    });
  });
});

describe.each(shapes)("an admin's revocation by %s", (_shape, revoke) => {
  test("ends all of the user's tokens and no other's", async () => {
    await withEmulator({}, async (emulator) => {
      const userId = "alice/ü";
      const [phone, tablet] = [await signIn(emulator, userId, "phone"), await signIn(emulator, userId, "tablet")];
      const bob = await signIn(emulator, "bob");
      const answer = await revoke(emulator, userId, bearer(emulator.adminToken));
      expect(answer).toMatchObject({ status: 200, json: { success: true } });
      const statuses = [await verify(emulator, phone), await verify(emulator, tablet), await verify(emulator, bob)];
      expect(statuses).toEqual([401, 401, 200]);
    });
  });

  test("takes the token in x-admin-token as well", async () => {
    await withEmulator({}, async (emulator) => {
      const alice = await signIn(emulator, "alice");
      await revoke(emulator, "alice", { "x-admin-token": emulator.adminToken });
      expect(await verify(emulator, alice)).toBe(401);
    });
  });

  test("refuses an unknown user with 404", async () => {
    await withEmulator({}, async (emulator) => {
      const answer = await revoke(emulator, "nobody", bearer(emulator.adminToken));
      expect(answer).toMatchObject({ status: 404, json: { code: 400_400, message: "userId Not Found." } });
    });
  });

  test("refuses a userId of 51 characters with 422", async () => {
    await withEmulator({}, async (emulator) => {
      const answer = await revoke(emulator, "😀".repeat(51), bearer(emulator.adminToken));
      expect(answer).toMatchObject({ status: 422, json: { code: 500_000 } });
    });
  });

  test("is denied to users, even for themselves", async () => {
    await withEmulator({}, async (emulator) => {
      const alice = await signIn(emulator, "alice");
      const answer = await revoke(emulator, "alice", bearer(alice));
      expect(answer).toMatchObject({ status: 403, json: { code: 400_301, message: "Permission denied" } });
      expect(await verify(emulator, alice)).toBe(200);
    });
  });

  test("is unauthorized with a wrong admin token", async () => {
    await withEmulator({}, async (emulator) => {
      const alice = await signIn(emulator, "alice");
      const answer = await revoke(emulator, "alice", { ...bearer(alice), "x-admin-token": "wrong" });
      expect(answer).toMatchObject({ status: 401, json: { code: 400_100 } });
    });
  });
});

test("isPublic=false revokes by the internal id", async () => {
  await withEmulator({ secureMode: false }, async (emulator) => {
    const {
      json,
      users: [user],
    } = await requestSession(emulator, { userId: "alice", deviceId: "phone" });
    const headers = bearer(emulator.adminToken);
    const { status } = await call(emulator, `DELETE /api/v4/sessions/users/${user?._id}?isPublic=false`, { headers });
    expect([status, await verify(emulator, String(json["accessToken"]))]).toEqual([200, 401]);
  });
});
