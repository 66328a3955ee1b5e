import { fileURLToPath } from "node:url";
import { describe, expect, jest, test } from "@jest/globals";
import type { Emulator, EmulatorOptions } from "../../src/emulator/server.js";
import { type Tell, withApp } from "../support/app-process.js";
import {
  banOrUnban,
  bearer,
  call,
  manualClock,
  mint,
  requestSession,
  signIn,
  verify,
  withEmulator,
} from "../support/emulator.js";
import { withGateway } from "../support/gateway.js";

// What version 7 has beside what test/e2e/sdk.test.ts asks of both generations.

const path = fileURLToPath(new URL("../consumers/sdk-7/app.mjs", import.meta.url));

/** Long enough for a busy machine to load the SDK, which is large; nothing waits for it to pass. */
const patienceMs = 15_000;
jest.setTimeout(patienceMs + 5_000); // the app gives up first, so that the servers are closed

const minuteMs = 60_000;
/** The SDK looks at its access token this often. */
const checkMs = 10 * minuteMs;

interface Outcome {
  /** Empty without a session. */
  readonly accessToken: string;
  readonly userId?: string;
  /** The states that the session went through during the command. */
  readonly states: readonly string[];
}

interface World {
  readonly sdk: Tell<Outcome>;
  /** Lets time pass here and in the SDK, through so many of its checks, until it has renewed its session. */
  readonly renew: (checks: number) => Promise<Outcome>;
  readonly emulator: Emulator;
}

async function withSdk(options: EmulatorOptions, use: (world: World) => Promise<void>): Promise<void> {
  const { clock, advance } = manualClock();
  await withEmulator({ clock, ...options }, async (emulator) => {
    const { url, apiKey, serverKey, visitorSecret } = emulator;
    const keys = { AMITY_SG_API_KEY: apiKey, AMITY_SG_SERVER_KEY: serverKey, AMITY_SG_VISITOR_SECRET: visitorSecret };
    await withGateway({ env: { AMITY_SG_BASE_URL: url, ...keys, VISITORS: "on" }, now: clock }, (gateway) => {
      const args = [url, apiKey, gateway.url, String(clock())];
      return withApp<Outcome>({ path, args, patienceMs }, (sdk) => {
        const renew = (checks: number) => {
          advance(checks * checkMs);
          return sdk("renew", { checks });
        };
        return use({ sdk, renew, emulator });
      });
    });
  });
}

/** A session that something else opened for alice, as the SDK takes it. */
async function openSession(emulator: Emulator) {
  const body = { userId: "alice", deviceId: "device of alice", authToken: await mint(emulator, "alice") };
  const { accessToken, issuedAt, expiresAt } = (await requestSession(emulator, body, "v5")).json;
  return { accessToken: String(accessToken), issuedAt, expiresAt };
}

function revokeSessions(emulator: Emulator, userId: string) {
  return call(emulator, `DELETE /api/v4/sessions/users/${userId}`, { headers: bearer(emulator.adminToken) });
}

/** How the SDK refuses what Amity answered with a code. */
function refusedWith(code: number) {
  return { type: "ASCApiError", code };
}

const hour = { accessTokenLifetimeMs: 60 * minuteMs };

describe("Amity's SDK 7.20.0 resumes", () => {
  test("a session that lives, and can end it", async () => {
    await withSdk({}, async ({ sdk, emulator }) => {
      const session = await openSession(emulator);
      const resumed = await sdk("resume", { userId: "alice", session });
      expect(resumed).toEqual({ ...resumed, accessToken: session.accessToken, userId: "alice" });
      await sdk("read", { userId: "alice" });
      await sdk("secureLogout");
      expect(await verify(emulator, session.accessToken)).toBe(401);
    });
  });

  test.each([
    ["revoked", 400_100, (emulator: Emulator) => revokeSessions(emulator, "alice")],
    ["of a banned user", 400_312, (emulator: Emulator) => banOrUnban(emulator, "ban", "alice")],
  ])("no session that was %s", async (_title, code, end) => {
    await withSdk({}, async ({ sdk, emulator }) => {
      const session = await openSession(emulator);
      await end(emulator);
      await expect(sdk("resume", { userId: "alice", session })).rejects.toMatchObject(refusedWith(code));
    });
  });
});

describe("Amity's SDK 7.20.0 logs in with an access token", () => {
  test("of a session that the gateway opened, and renews it by the gateway", async () => {
    await withSdk(hour, async ({ sdk, renew, emulator }) => {
      const before = await sdk("loginWithAccessToken", { userId: "alice" });
      expect(before).toMatchObject({ userId: "alice", states: ["establishing", "established"] });
      await sdk("read", { userId: "alice" });
      const after = await renew(5);
      expect(after.accessToken).not.toBe(before.accessToken);
      expect(await verify(emulator, after.accessToken)).toBe(200);
    });
  });
});

describe("Amity's SDK 7.20.0 visits", () => {
  const secure = { ...hour, secureVisitorMode: true, visitorSecret: "secret" };

  test.each([
    ["of the gateway", {}],
    ["made by the documented rule", { secret: "secret" }],
  ])("with a signature %s, renews with the next, and is the same visitor", async (_whose, options) => {
    await withSdk(secure, async ({ sdk, renew, emulator }) => {
      const before = await sdk("loginAsVisitor", options);
      expect(before.userId).toMatch(/^visitor-/);
      await sdk("read", { userId: before.userId });
      const after = await renew(5);
      expect(after.accessToken).not.toBe(before.accessToken);
      expect([after.userId, await verify(emulator, after.accessToken)]).toEqual([before.userId, 200]);
    });
  });

  test("not with a wrong signature", async () => {
    await withSdk(secure, async ({ sdk }) => {
      const answer = sdk("loginAsVisitor", { secret: "another" });
      await expect(answer).rejects.toMatchObject({ ...refusedWith(500_000), accessToken: "" });
    });
  });

  test("as a bot, and cannot write", async () => {
    await withSdk(secure, async ({ sdk, emulator }) => {
      const { userId, accessToken } = await sdk("loginAsBot");
      expect([userId, await verify(emulator, accessToken)]).toEqual([expect.stringMatching(/^bot-/), 200]);
      const change = sdk("changeName", { userId, displayName: "Bot" });
      await expect(change).rejects.toMatchObject(refusedWith(403_998));
    });
  });
});

describe("Amity's SDK 7.20.0 in a session", () => {
  const login = (sdk: Tell<Outcome>) => sdk("login", { userId: "alice", tokenOf: "alice" });

  test("changes its own name, and nobody else's", async () => {
    await withSdk({}, async ({ sdk, emulator }) => {
      await signIn(emulator, "bob");
      const { accessToken } = await login(sdk);
      await sdk("changeName", { userId: "alice", displayName: "Alice" });
      await expect(sdk("changeName", { userId: "bob", displayName: "B" })).rejects.toMatchObject(refusedWith(400_300));
      const { users } = await call(emulator, "GET /api/v3/users", { headers: bearer(accessToken) });
      expect(users.map(({ displayName }) => displayName)).toEqual(["Alice", "bob"]);
    });
  });

  test("goes on after a ban from a channel", async () => {
    await withSdk({}, async ({ sdk, emulator }) => {
      const { accessToken } = await login(sdk);
      const admin = { headers: bearer(emulator.adminToken), body: { userIds: ["alice"] } };
      await call(emulator, "PUT /api/v3/channels/news/users/ban", admin);
      expect(await sdk("read", { userId: "alice" })).toMatchObject({ accessToken, states: [] });
    });
  });

  test.each([
    ["the admin revoked it", (emulator: Emulator) => revokeSessions(emulator, "alice")],
    ["another user took the device", (emulator: Emulator) => signIn(emulator, "bob", "device of alice")],
    [
      "a ban from the system",
      (emulator: Emulator) =>
        call(emulator, "PUT /__emulator/system-bans/alice", { headers: bearer(emulator.adminToken) }),
    ],
  ])("knows that it is over: %s", async (_title, end) => {
    await withSdk({}, async ({ sdk, emulator }) => {
      await login(sdk);
      await end(emulator);
      await expect(sdk("readLast", { userId: "alice" })).rejects.toMatchObject({
        ...refusedWith(400_100),
        accessToken: "",
        states: ["terminated"],
      });
    });
  });

  test("is refused while a global ban lasts", async () => {
    await withSdk({}, async ({ sdk, emulator }) => {
      const { accessToken } = await login(sdk);
      await banOrUnban(emulator, "ban", "alice");
      await expect(sdk("read", { userId: "alice" })).rejects.toMatchObject(refusedWith(400_312));
      await banOrUnban(emulator, "unban", "alice");
      expect(await sdk("read", { userId: "alice" })).toMatchObject({ accessToken });
    });
  });
});
