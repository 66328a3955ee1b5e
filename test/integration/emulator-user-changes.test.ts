import { describe, expect, test } from "@jest/globals";
import type { Emulator } from "../../src/emulator/server.js";
import { bearer, call, manualClock, signIn, withEmulator } from "../support/emulator.js";

describe("changing a user", () => {
  const change = (emulator: Emulator, body: object, token = emulator.adminToken, path = "/api/v3/users") =>
    call(emulator, `PUT ${path}`, { headers: bearer(token), body });

  test("takes over what is given, and nothing else", async () => {
    const { clock, advance } = manualClock();
    await withEmulator({ clock }, async (emulator) => {
      await signIn(emulator, "alice");
      const all = {
        displayName: "Alice",
        roles: ["super-moderator", "ours"],
        metadata: { plan: "gold", nested: { a: [1] } },
        avatarFileId: "file",
        avatarCustomUrl: "https://app.example/alice.png",
        description: "Hello",
      };
      advance(1_000);
      await change(emulator, { userId: "alice", ...all });
      advance(1_000);
      const changed = await change(emulator, { userId: "alice", description: "Bye", unknown: 1 });
      const times = { createdAt: "2026-01-01T00:00:00.000Z", updatedAt: "2026-01-01T00:00:02.000Z" };
      expect(changed.users).toMatchObject([{ userId: "alice", ...all, description: "Bye", ...times }]);
      expect(changed.users[0]).not.toHaveProperty("unknown");
      expect(changed.json["roles"]).toMatchObject([{ roleId: "super-moderator" }]);
    });
  });

  test("creates a user who is not there, unless told not to", async () => {
    await withEmulator({}, async (emulator) => {
      const refused = await change(emulator, { userId: "alice", createNewUserWhenNotFound: false });
      const created = await change(emulator, { userId: "alice", displayName: "Alice" });
      expect([refused, created]).toMatchObject([
        { status: 404, json: { message: "User Not Found." } },
        { status: 200, users: [{ userId: "alice", displayName: "Alice" }] },
      ]);
    });
  });

  test("is for oneself too, with the SDK's slash, but without roles", async () => {
    await withEmulator({}, async (emulator) => {
      const alice = await signIn(emulator, "alice");
      const statuses = [
        (await change(emulator, { userId: "alice", displayName: "Al" }, alice, "/api/v3/users/")).status,
        (await change(emulator, { userId: "alice", roles: [] }, alice)).status,
        (await change(emulator, { userId: "bob", displayName: "Al" }, alice)).status,
        (await change(emulator, { userId: "alice" }, "unknown")).status,
      ];
      expect(statuses).toEqual([200, 403, 403, 401]);
    });
  });

  test.each([
    ["displayName", "x".repeat(100), "x".repeat(101)],
    ["description", "😀".repeat(500), "x".repeat(501)],
    ["avatarFileId", "x".repeat(50), "x".repeat(51)],
    ["avatarCustomUrl", "x".repeat(1_000), "x".repeat(1_001)],
    ["roles", Array(10).fill("x".repeat(100)), Array(11).fill("x")],
    ["roles", [], ["x".repeat(101)]],
    ["metadata", { x: "y".repeat(4_992) }, { x: "y".repeat(4_993) }], // with its punctuation 5,000 bytes
    ["metadata", { x: "é".repeat(2_496) }, { x: "é".repeat(2_497) }],
    ["metadata", {}, "text"],
  ])("takes %s up to its limit", async (field, longest, tooLong) => {
    await withEmulator({}, async (emulator) => {
      const taken = await change(emulator, { userId: "alice", [field]: longest });
      const refused = await change(emulator, { userId: "alice", [field]: tooLong });
      expect([taken.status, taken.users[0]]).toEqual([200, expect.objectContaining({ [field]: longest })]);
      expect(refused).toMatchObject({ status: 400, json: { code: 400_000, data: { detail: [expect.any(String)] } } });
    });
  });
});
