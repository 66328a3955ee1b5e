import { describe, expect, test } from "@jest/globals";
import { type Emulator } from "../../src/emulator/server.js";
import {
  banOrUnban,
  call,
  manualClock,
  mint,
  requestSession,
  requestToken,
  signIn,
  withEmulator,
} from "../support/emulator.js";

const tenMinutesMs = 600_000;
const unauthorized = { status: "error", code: 400_100, message: "Unauthorized" };
const forbidden = { status: "error", code: 400_300, message: "Forbidden error." };

function requestTokenV3(emulator: Emulator, query: string, serverKey = emulator.serverKey) {
  return call(emulator, `GET /api/v3/authentication/token${query}`, { headers: { "x-server-key": serverKey } });
}

describe("minting an auth token", () => {
  test("v4 answers quoted plain text", async () => {
    await withEmulator({}, async (emulator) => {
      const { status, contentType, text } = await requestToken(emulator, "alice");
      expect([status, contentType]).toEqual([200, "text/plain; charset=utf-8"]);
      expect(text).toMatch(/^"[A-Za-z0-9]{42}"$/);
    });
  });

  test("v3 answers a JSON string", async () => {
    await withEmulator({}, async (emulator) => {
      const { status, contentType, text } = await requestTokenV3(emulator, "?userId=alice");
      expect([status, contentType]).toEqual([200, "application/json; charset=utf-8"]);
      expect(JSON.parse(text)).toMatch(/^[A-Za-z0-9]{42}$/);
    });
  });

  test("a v3 token opens a session for its encoded userId", async () => {
    await withEmulator({}, async (emulator) => {
      const userId = "a&b=c d/é😀";
      const { text } = await requestTokenV3(emulator, `?userId=${encodeURIComponent(userId)}`);
      const { status } = await requestSession(emulator, { userId, deviceId: "phone", authToken: JSON.parse(text) });
      expect(status).toBe(200);
    });
  });

  test("v4 refuses a wrong server key in plain text", async () => {
    await withEmulator({}, async (emulator) => {
      const answer = await requestToken(emulator, "alice", "wrong");
      expect(answer).toMatchObject({ status: 401, contentType: "text/plain; charset=utf-8", text: "Unauthorized" });
    });
  });

  test("v3 refuses a wrong server key with 403", async () => {
    await withEmulator({}, async (emulator) => {
      expect(await requestTokenV3(emulator, "?userId=alice", "wrong")).toMatchObject({ status: 403, json: forbidden });
    });
  });

  test("v3 refuses a wrong key with 401 if asked", async () => {
    await withEmulator({ v3KeyError: "401" }, async (emulator) => {
      const answer = await requestTokenV3(emulator, "?userId=alice", "wrong");
      expect(answer).toMatchObject({ status: 401, contentType: "text/plain; charset=utf-8", text: "Unauthorized" });
    });
  });

  test("a missing server key counts as wrong", async () => {
    await withEmulator({}, async (emulator) => {
      const v3 = await call(emulator, "GET /api/v3/authentication/token?userId=alice");
      const v4 = await call(emulator, "POST /api/v4/authentication/token", { body: { userId: "alice" } });
      expect([v3.status, v4.status]).toEqual([403, 401]);
    });
  });

  test("both routes are forbidden without secure mode", async () => {
    await withEmulator({ secureMode: false }, async (emulator) => {
      const answers = [await requestToken(emulator, "alice"), await requestTokenV3(emulator, "?userId=alice")];
      expect(answers).toMatchObject([
        { status: 403, json: forbidden },
        { status: 403, json: forbidden },
      ]);
    });
  });

  test.each(["", "?userId=", "?userId=a&userId=b"])("v3 answers 500 with detail to query '%s'", async (query) => {
    await withEmulator({}, async (emulator) => {
      const { status, json } = await requestTokenV3(emulator, query);
      expect(status).toBe(500);
      expect(json).toMatchObject({ status: "error", code: 500_000, message: "Parameters error." });
      expect(json["data"]).toEqual({ detail: [expect.stringContaining("'userId'")] });
    });
  });

  test("v4 answers 422 with detail to bad parameters", async () => {
    await withEmulator({}, async (emulator) => {
      expect(await requestToken(emulator, "")).toMatchObject({
        status: 422,
        json: {
          status: "error",
          code: 500_000,
          message: "Parameters error.",
          data: { detail: ["The 'userId' field length must be greater than or equal to 1 characters long."] },
        },
      });
    });
  });

  test("header names are matched in any case", async () => {
    await withEmulator({}, async (emulator) => {
      const headers = { "X-SERVER-KEY": emulator.serverKey };
      const answer = await call(emulator, "POST /api/v4/authentication/token", { headers, body: { userId: "alice" } });
      expect(answer.status).toBe(200);
    });
  });
});

describe("using an auth token", () => {
  test.each([
    ["until its tenth minute", tenMinutesMs - 1, 200],
    ["no more from its tenth minute", tenMinutesMs, 401],
  ])("works %s", async (_title, ageMs, status) => {
    const { clock, advance } = manualClock();
    await withEmulator({ clock }, async (emulator) => {
      const authToken = await mint(emulator, "alice");
      advance(ageMs);
      expect((await requestSession(emulator, { userId: "alice", deviceId: "phone", authToken })).status).toBe(status);
    });
  });

  test.each([
    ["missing", async () => ({})],
    ["unknown", async () => ({ authToken: "unknown" })],
    ["another user's", async (emulator: Emulator) => ({ authToken: await mint(emulator, "bob") })],
  ])("a session is unauthorized if it is %s", async (_title, credentials) => {
    await withEmulator({}, async (emulator) => {
      const body = { userId: "alice", deviceId: "phone", ...(await credentials(emulator)) };
      expect(await requestSession(emulator, body)).toMatchObject({ status: 401, json: unauthorized });
    });
  });

  test("it opens any number of sessions by default", async () => {
    await withEmulator({}, async (emulator) => {
      const body = { userId: "alice", deviceId: "phone", authToken: await mint(emulator, "alice") };
      const answers = [await requestSession(emulator, body), await requestSession(emulator, body)];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    });
  });

  test("a single-use token opens one session", async () => {
    await withEmulator({ singleUseAuthTokens: true }, async (emulator) => {
      const body = { userId: "alice", deviceId: "phone", authToken: await mint(emulator, "alice") };
      const answers = [await requestSession(emulator, body), await requestSession(emulator, body)];
      expect(answers.map(({ status }) => status)).toEqual([200, 401]);
    });
  });

  test("a refused session does not spend a single-use token", async () => {
    await withEmulator({ singleUseAuthTokens: true }, async (emulator) => {
      await signIn(emulator, "alice");
      const body = { userId: "alice", deviceId: "phone", authToken: await mint(emulator, "alice") };
      await banOrUnban(emulator, "ban", "alice");
      const refused = await requestSession(emulator, body);
      await banOrUnban(emulator, "unban", "alice");
      const opened = await requestSession(emulator, body);
      expect([refused.status, opened.status]).toEqual([403, 200]);
    });
  });
});
