import { describe, expect, test } from "@jest/globals";
import type { Emulator } from "../../src/emulator/server.js";
import {
  type Answer,
  bearer,
  call,
  manualClock,
  requestSession,
  signIn,
  verify,
  withEmulator,
} from "../support/emulator.js";

const dayMs = 86_400_000;

function replaceToken(emulator: Emulator, token: string): Promise<Answer> {
  return call(emulator, "POST /api/v1/admin-token", { headers: bearer(token) });
}

/** Whether it is the admin's: what a look at the network's users answers. */
async function isAdmin(emulator: Emulator, token: string): Promise<boolean> {
  const { status } = await call(emulator, "GET /api/v3/users", { headers: { "x-admin-token": token } });
  return status === 200;
}

const adminRoutes = [
  "POST /api/v2/users/ban",
  "POST /api/v2/users/unban",
  "DELETE /api/v4/users/alice",
  "DELETE /api/v4/sessions/users/alice",
  "POST /api/v1/admin-token",
  "PUT /api/v3/network-settings",
  "PUT /api/v3/channels/news/users/ban",
  "PUT /api/v3/channels/news/users/unban",
];

describe("the admin's routes", () => {
  test.each(adminRoutes)("%s takes the admin token in both headers, and no other", async (route) => {
    await withEmulator({ secureMode: false }, async (emulator) => {
      const body = { userId: "alice", userIds: ["alice"] };
      const statuses = [];
      for (const headers of [
        {},
        bearer("wrong"),
        { "x-admin-token": "wrong" },
        bearer(String((await requestSession(emulator, { userId: "bob", deviceId: "phone" })).json["accessToken"])),
      ]) {
        statuses.push((await call(emulator, route, { headers, body })).status);
      }
      expect(statuses).toEqual([401, 401, 401, 403]);
      for (const headers of [bearer(emulator.adminToken), { "x-admin-token": emulator.adminToken }]) {
        await requestSession(emulator, { userId: "alice", deviceId: "phone" });
        const { status, json } = await call(emulator, route, { headers, body });
        // The second deletion finds that the first one was done.
        expect([status, json["message"]]).toEqual(
          route.startsWith("DELETE /api/v4/users") && "x-admin-token" in headers
            ? [400, "User is already deleted"]
            : [200, undefined],
        );
      }
    });
  });
});

describe("renewing the admin token", () => {
  test("gives one for a year, beside the old one for a day", async () => {
    const { clock, advance } = manualClock();
    await withEmulator({ clock }, async (emulator) => {
      const { json } = await replaceToken(emulator, emulator.adminToken);
      const token = String(json["adminToken"]);
      const times = { issuedAt: "2026-01-01T00:00:00.000Z", expiresAt: "2027-01-01T00:00:00.000Z" };
      expect(json).toEqual({ adminToken: expect.any(String), ...times });
      const both = () => Promise.all([emulator.adminToken, token].map((known) => isAdmin(emulator, known)));
      advance(dayMs - 1);
      expect(await both()).toEqual([true, true]);
      advance(1);
      expect(await both()).toEqual([false, true]);
      advance(364 * dayMs);
      expect(await both()).toEqual([false, false]);
    });
  });

  test("twice ends the first of three", async () => {
    await withEmulator({}, async (emulator) => {
      const second = String((await replaceToken(emulator, emulator.adminToken)).json["adminToken"]);
      const third = String((await replaceToken(emulator, second)).json["adminToken"]);
      const live = await Promise.all([emulator.adminToken, second, third].map((token) => isAdmin(emulator, token)));
      expect(live).toEqual([false, true, true]);
    });
  });
});

describe("deleting a user", () => {
  const deleteAlice = (emulator: Emulator) =>
    call(emulator, "DELETE /api/v4/users/alice?deleteAll=true", { headers: bearer(emulator.adminToken) });

  test("ends the sessions and the name, once", async () => {
    await withEmulator({}, async (emulator) => {
      const [alice, bob] = [await signIn(emulator, "alice"), await signIn(emulator, "bob")];
      expect(await deleteAlice(emulator)).toMatchObject({ status: 200, json: { success: true } });
      const { users } = await call(emulator, "GET /api/v3/users/alice", { headers: bearer(bob) });
      expect(users).toMatchObject([{ userId: "alice", displayName: "Deleted user", isDeleted: true }]);
      expect([await verify(emulator, alice), await verify(emulator, bob)]).toEqual([401, 200]);
      const again = { status: 400, json: { code: 400_000, message: "User is already deleted" } };
      expect(await deleteAlice(emulator)).toMatchObject(again);
    });
  });

  test("of nobody is 404", async () => {
    await withEmulator({}, async (emulator) => {
      expect(await deleteAlice(emulator)).toMatchObject({ status: 404, json: { message: "User Not Found." } });
    });
  });

  test.each([
    ["200", { status: 200, users: [{ isDeleted: true, displayName: "Deleted user" }] }],
    ["404", { status: 404, json: { code: 400_400 } }],
  ] as const)("lets a session answer %s as the network is set", async (deletedUserSession, answer) => {
    await withEmulator({ secureMode: false, deletedUserSession }, async (emulator) => {
      const body = { userId: "alice", deviceId: "phone", displayName: "Alice" };
      await requestSession(emulator, body);
      await deleteAlice(emulator);
      expect(await requestSession(emulator, body)).toMatchObject(answer);
    });
  });
});

describe("a channel ban", () => {
  test("says who is banned, and stops nothing of the session", async () => {
    await withEmulator({}, async (emulator) => {
      const alice = await signIn(emulator, "alice");
      const change = (action: string) =>
        call(emulator, `PUT /api/v3/channels/a%2Fb/users/${action}`, {
          headers: bearer(emulator.adminToken),
          body: { userIds: ["alice"] },
        });
      const member = { channelId: "a/b", userId: "alice" };
      expect((await change("ban")).json["channelUsers"]).toEqual([{ ...member, membership: "banned", isBanned: true }]);
      expect(await verify(emulator, alice)).toBe(200);
      expect(await verify(emulator, await signIn(emulator, "alice"))).toBe(200);
      expect((await change("unban")).json["channelUsers"]).toEqual([
        { ...member, membership: "none", isBanned: false },
      ]);
    });
  });

  test.each([
    [404, ["nobody"]],
    [400, []],
    [400, Array(101).fill("alice")],
  ])("answers %d to users who cannot be banned", async (status, userIds) => {
    await withEmulator({}, async (emulator) => {
      await signIn(emulator, "alice");
      const headers = bearer(emulator.adminToken);
      const answer = await call(emulator, "PUT /api/v3/channels/news/users/ban", { headers, body: { userIds } });
      expect(answer.status).toBe(status);
    });
  });
});

describe("a ban from the system", () => {
  const change = (emulator: Emulator, method: string) =>
    call(emulator, `${method} /__emulator/system-bans/alice`, { headers: bearer(emulator.controlKey) });

  test("refuses sessions old and new until it is lifted", async () => {
    await withEmulator({ secureMode: false }, async (emulator) => {
      const open = () => requestSession(emulator, { userId: "alice", deviceId: "phone" }, "v5");
      const alice = String((await open()).json["accessToken"]);
      await change(emulator, "PUT");
      const refusal = { status: 401, json: { code: 400_100, message: "User is banned from the system." } };
      const verified = await call(emulator, "GET /api/v3/sessions", { headers: bearer(alice) });
      expect([await open(), verified]).toMatchObject([refusal, refusal]);
      await change(emulator, "DELETE");
      expect([(await open()).status, await verify(emulator, alice)]).toEqual([200, 200]);
    });
  });
});
