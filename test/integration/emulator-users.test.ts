import { describe, expect, test } from "@jest/globals";
import {
  banOrUnban,
  bearer,
  call,
  mint,
  requestSession,
  requestToken,
  signIn,
  verify,
  withEmulator,
} from "../support/emulator.js";

const globalBan = { status: 403, json: { status: "error", code: 400_312, message: "User is global banned." } };

describe("a global ban", () => {
  test("refuses new sessions but still mints tokens", async () => {
    await withEmulator({}, async (emulator) => {
      await signIn(emulator, "alice");
      await banOrUnban(emulator, "ban", "alice");
      expect((await requestToken(emulator, "alice")).status).toBe(200);
      const body = { userId: "alice", deviceId: "phone", authToken: await mint(emulator, "alice") };
      expect(await requestSession(emulator, body)).toMatchObject(globalBan);
    });
  });

  test("makes verification answer 403 without revoking", async () => {
    await withEmulator({}, async (emulator) => {
      const alice = await signIn(emulator, "alice");
      await banOrUnban(emulator, "ban", "alice");
      expect(await call(emulator, "GET /api/v3/sessions", { headers: bearer(alice) })).toMatchObject(globalBan);
      await banOrUnban(emulator, "unban", "alice");
      expect(await verify(emulator, alice)).toBe(200);
    });
  });

  test("does not show itself to a foreign auth token", async () => {
    await withEmulator({}, async (emulator) => {
      await signIn(emulator, "alice");
      await banOrUnban(emulator, "ban", "alice");
      const body = { userId: "alice", deviceId: "phone", authToken: await mint(emulator, "bob") };
      expect((await requestSession(emulator, body)).status).toBe(401);
    });
  });

  test.each(["ban", "unban"] as const)("%s can be repeated", async (action) => {
    await withEmulator({}, async (emulator) => {
      await signIn(emulator, "alice");
      const answers = [await banOrUnban(emulator, action, "alice"), await banOrUnban(emulator, action, "alice")];
      expect(answers.map(({ status, json }) => [status, json])).toEqual(Array(2).fill([200, { success: true }]));
    });
  });

  test.each(["ban", "unban"] as const)("%s of an unknown user is 404", async (action) => {
    await withEmulator({}, async (emulator) => {
      expect(await banOrUnban(emulator, action, "nobody")).toMatchObject({ status: 404, json: { code: 400_400 } });
    });
  });

  test("is denied to users and to strangers", async () => {
    await withEmulator({}, async (emulator) => {
      const body = { userId: "alice" };
      const headers = bearer(await signIn(emulator, "alice"));
      const user = await call(emulator, "POST /api/v2/users/ban", { headers, body });
      const stranger = await call(emulator, "POST /api/v2/users/ban", { body });
      expect([user, stranger]).toMatchObject([
        { status: 403, json: { code: 400_301 } },
        { status: 401, json: { code: 400_100 } },
      ]);
    });
  });

  test("needs a userId", async () => {
    await withEmulator({}, async (emulator) => {
      const headers = bearer(emulator.adminToken);
      const answer = await call(emulator, "POST /api/v2/users/ban", { headers, body: {} });
      expect(answer).toMatchObject({ status: 422, json: { code: 500_000 } });
    });
  });
});

describe("looking users up", () => {
  const names = ["a b", "c/d", "é&=1"];

  test.each([
    ["repeated names", () => "userIds"],
    ["empty brackets", () => "userIds%5B%5D"],
    ["bare brackets", () => "userIds[]"],
    ["indexes", (index: number) => `userIds%5B${index}%5D`],
  ])("reads an array written with %s", async (_title, key) => {
    await withEmulator({}, async (emulator) => {
      const tokens = [];
      for (const name of names) tokens.push(await signIn(emulator, name));
      const query = names.map((name, index) => `${key(index)}=${encodeURIComponent(name)}`).join("&");
      const headers = bearer(tokens[0] ?? "");
      const { status, json } = await call(emulator, `GET /api/v3/users/list?${query}`, { headers });
      expect(status).toBe(200);
      expect(json).toMatchObject({ users: names.map((userId) => ({ userId })), roles: [], files: [] });
    });
  });

  test("omits missing users and repeats none", async () => {
    await withEmulator({}, async (emulator) => {
      const headers = bearer(await signIn(emulator, "alice"));
      const route = "GET /api/v3/users/list?userIds=nobody&userIds=alice&userIds=alice";
      const { users } = await call(emulator, route, { headers });
      expect(users).toMatchObject([{ userId: "alice", isGlobalBan: false }]);
    });
  });

  test("shows a banned user to the admin", async () => {
    await withEmulator({}, async (emulator) => {
      await signIn(emulator, "alice");
      await banOrUnban(emulator, "ban", "alice");
      const headers = bearer(emulator.adminToken);
      const { users } = await call(emulator, "GET /api/v3/users/list?userIds=alice", { headers });
      expect(users).toMatchObject([{ userId: "alice", isGlobalBan: true }]);
    });
  });

  test.each([
    ["none", ""],
    ["101", `?${Array(101).fill("userIds=a").join("&")}`],
    ["a foreign key", "?userIdsX=a"],
  ])("refuses %s with 400 and detail", async (_title, query) => {
    await withEmulator({}, async (emulator) => {
      const headers = bearer(emulator.adminToken);
      const answer = await call(emulator, `GET /api/v3/users/list${query}`, { headers });
      expect(answer).toMatchObject({ status: 400, json: { code: 400_000, data: { detail: [expect.any(String)] } } });
    });
  });

  test("takes exactly 100 users", async () => {
    await withEmulator({}, async (emulator) => {
      const query = Array.from({ length: 100 }, (_, index) => `userIds=${index}`).join("&");
      const headers = bearer(emulator.adminToken);
      expect((await call(emulator, `GET /api/v3/users/list?${query}`, { headers })).status).toBe(200);
    });
  });

  test("needs an access token", async () => {
    await withEmulator({}, async (emulator) => {
      const answer = await call(emulator, "GET /api/v3/users/list?userIds=alice");
      expect(answer).toMatchObject({ status: 401, json: { code: 400_100 } });
    });
  });
});

describe("one user", () => {
  test.each(["a b", "c/d", "é&=1?", "😀".repeat(50)])("%s is found by the public id", async (userId) => {
    await withEmulator({}, async (emulator) => {
      const headers = bearer(await signIn(emulator, userId));
      const answer = await call(emulator, `GET /api/v3/users/${encodeURIComponent(userId)}`, { headers });
      expect(answer).toMatchObject({ status: 200, json: { users: [{ userId }], roles: [], files: [] } });
    });
  });

  test("is found by the internal id", async () => {
    await withEmulator({}, async (emulator) => {
      const headers = bearer(await signIn(emulator, "alice"));
      const [alice] = (await call(emulator, "GET /api/v3/users/alice", { headers })).users;
      const byInternalId = await call(emulator, `GET /api/v3/users/${alice?._id}?type=internal`, { headers });
      const byWrongKind = await call(emulator, `GET /api/v3/users/${alice?._id}`, { headers });
      expect([byInternalId.users, byWrongKind.status]).toEqual([[alice], 404]);
    });
  });

  test.each([
    ["nobody", 404, 400_400],
    ["😀".repeat(900), 404, 400_400],
    ["x".repeat(901), 400, 400_000],
    ["alice?type=private", 400, 400_000],
  ])("%.20s… is refused with %d", async (path, status, code) => {
    await withEmulator({}, async (emulator) => {
      const headers = bearer(emulator.adminToken);
      const answer = await call(emulator, `GET /api/v3/users/${encodeURI(path)}`, { headers });
      expect(answer).toMatchObject({ status, json: { code } });
    });
  });
});
