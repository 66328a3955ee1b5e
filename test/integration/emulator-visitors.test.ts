import { createHmac } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import type { Emulator, EmulatorOptions } from "../../src/emulator/server.js";
import { type Answer, bearer, call, manualClock, requestSession, verify, withEmulator } from "../support/emulator.js";

/** A signature that was made apart: for the secret "secret" and this device and time, by the documented rule. */
const known = {
  deviceId: "dev-1",
  authSignature: "d439d155f788b3a5619af9a6702a87ef962f0bc0ef1e9cef90a42c9252b07c17",
  authSignatureExpiresAt: "2024-12-31T23:59:59Z",
};
const beforeItsEnd = Date.parse(known.authSignatureExpiresAt) - 1;

function openSession(emulator: Emulator, kind: "visitor" | "bot", body: object): Promise<Answer> {
  return call(emulator, `POST /api/v5/sessions/${kind}`, { headers: { "x-api-key": emulator.apiKey }, body });
}

/** An emulator that wants signatures, a millisecond before the known one ends. */
function withSecureVisitors(
  run: (emulator: Emulator, advance: (ms: number) => void) => Promise<void>,
  options: EmulatorOptions = {},
): Promise<void> {
  const { clock, advance } = manualClock(beforeItsEnd);
  const secure = { clock, secureVisitorMode: true, visitorSecret: "secret", ...options };
  return withEmulator(secure, (emulator) => run(emulator, advance));
}

describe.each(["visitor", "bot"] as const)("a %s session", (kind) => {
  test("needs no auth token, and brings back the device's own user", async () => {
    await withEmulator({}, async (emulator) => {
      const deviceInfo = { kind: "web", model: "m", sdkVersion: "v7" };
      const [first, again, other] = [
        await openSession(emulator, kind, { deviceId: "phone", deviceInfo, sessionHandler: {} }),
        await openSession(emulator, kind, { deviceId: "phone" }),
        await openSession(emulator, kind, { deviceId: "tablet" }),
      ];
      expect(first.json).toMatchObject({
        userType: kind,
        expiresAt: expect.any(String),
        users: [{ isDeleted: false }],
      });
      expect(first.json).not.toHaveProperty("refreshToken");
      expect(again.users[0]?.userId).toBe(first.users[0]?.userId);
      expect(other.users[0]?.userId).not.toBe(first.users[0]?.userId);
      expect(await verify(emulator, String(first.json["accessToken"]))).toBe(200);
    });
  });

  test("needs the API key and a deviceId", async () => {
    await withEmulator({}, async (emulator) => {
      const noKey = await call(emulator, `POST /api/v5/sessions/${kind}`, { body: { deviceId: "phone" } });
      const noDevice = await openSession(emulator, kind, {});
      expect([noKey.status, noDevice.status]).toEqual([401, 422]);
    });
  });

  test("reads, and changes nothing", async () => {
    await withEmulator({}, async (emulator) => {
      const { json, users } = await openSession(emulator, kind, { deviceId: "phone" });
      const headers = bearer(String(json["accessToken"]));
      const userId = users[0]?.userId;
      const read = await call(emulator, `GET /api/v3/users/${userId}`, { headers });
      const changed = await call(emulator, "PUT /api/v3/users", { headers, body: { userId, displayName: "Me" } });
      const code = kind === "visitor" ? 403_999 : 403_998;
      expect([read.status, changed]).toMatchObject([200, { status: 403, json: { code } }]);
    });
  });

  test("is refused to the banned", async () => {
    await withEmulator({}, async (emulator) => {
      const { users } = await openSession(emulator, kind, { deviceId: "phone" });
      const headers = bearer(emulator.adminToken);
      await call(emulator, "POST /api/v2/users/ban", { headers, body: { userId: users[0]?.userId } });
      expect(await openSession(emulator, kind, { deviceId: "phone" })).toMatchObject({ json: { code: 400_312 } });
    });
  });
});

describe("secure visitor mode", () => {
  test("takes the documented signature until its time", async () => {
    await withSecureVisitors(async (emulator, advance) => {
      expect((await openSession(emulator, "visitor", known)).status).toBe(200);
      advance(1);
      const late = await openSession(emulator, "visitor", known);
      expect(late).toMatchObject({ status: 422, json: { code: 500_000, message: "Invalid signature" } });
    });
  });

  test("signs every character as it is", async () => {
    await withSecureVisitors(async (emulator) => {
      const deviceId = '😀 "x"&y=%20+/\\'; // nothing is encoded or escaped
      const authSignatureExpiresAt = "2099-01-01T07:00:00.000+07:00";
      const message = `deviceId=${deviceId}&authSignatureExpiresAt=${authSignatureExpiresAt}`;
      const authSignature = createHmac("sha256", "secret").update(message).digest("hex");
      const signed = { deviceId, authSignature, authSignatureExpiresAt };
      expect((await openSession(emulator, "visitor", signed)).status).toBe(200);
    });
  });

  test.each([
    ["another device", { deviceId: "dev-2" }, "Invalid signature"],
    ["another time", { authSignatureExpiresAt: "2099-12-31T23:59:59Z" }, "Invalid signature"],
    ["the same time otherwise", { authSignatureExpiresAt: "2024-12-31T23:59:59.000Z" }, "Invalid signature"],
    ["capital letters", { authSignature: known.authSignature.toUpperCase() }, "Invalid signature"],
    ["63 digits", { authSignature: known.authSignature.slice(1) }, "Parameters error."],
    ["no signature", { authSignature: undefined }, "Parameters error."],
    ["no time", { authSignatureExpiresAt: undefined }, "Parameters error."],
    ["no date", { authSignatureExpiresAt: "tomorrow" }, "Parameters error."],
  ])("refuses %s", async (_title, change, message) => {
    await withSecureVisitors(async (emulator) => {
      const answer = await openSession(emulator, "visitor", { ...known, ...change });
      expect(answer).toMatchObject({ status: 422, json: { code: 500_000, message } });
    });
  });

  test("refuses a signature by another secret", async () => {
    await withSecureVisitors(
      async (emulator) => {
        expect((await openSession(emulator, "visitor", known)).status).toBe(422);
      },
      { visitorSecret: "another" },
    );
  });

  test("asks bots for nothing", async () => {
    await withSecureVisitors(async (emulator) => {
      expect((await openSession(emulator, "bot", { deviceId: "phone" })).status).toBe(200);
    });
  });
});

test.each(["v3", "v4", "v5"])("%s tells no times where the network does not", async (version) => {
  await withEmulator({ secureMode: false, sessionTimes: false }, async (emulator) => {
    const { json } = await requestSession(emulator, { userId: "alice", deviceId: "phone" }, version);
    expect(json).not.toHaveProperty("issuedAt");
    expect(json).not.toHaveProperty("expiresAt");
    expect(await verify(emulator, String(json["accessToken"]))).toBe(200);
  });
});
