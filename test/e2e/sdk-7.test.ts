import { fileURLToPath } from "node:url";
import { describe, expect, jest, test } from "@jest/globals";
import type { Emulator, EmulatorOptions } from "../../src/emulator/server.js";
import { stateOf } from "../support/agreement.js";
import { type Tell, withApp } from "../support/app-process.js";
import {
  banOrUnban,
  bearer,
  call,
  manualClock,
  mint,
  requestSession,
  signIn,
  withEmulator,
} from "../support/emulator.js";
import { type TestGateway, withGateway } from "../support/gateway.js";
import { RevokeUserSessionsDocument } from "../support/generated/graphql.js";

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
  /** How often it asked its session handler for an auth token so far. */
  readonly asked: number;
}

interface World {
  readonly sdk: Tell<Outcome>;
  /** Lets time pass here and in the SDK, through so many of its checks, until it has renewed its session. */
  readonly renew: (checks: number) => Promise<Outcome>;
  /** Lets time pass here and in the SDK, through so many of its checks. */
  readonly pass: (checks: number) => Promise<Outcome>;
  readonly emulator: Emulator;
  readonly gateway: TestGateway;
  /** What Amity and the gateway say of a session, when they agree. */
  readonly stateOf: (accessToken: string) => Promise<string>;
}

async function withSdk(options: EmulatorOptions, use: (world: World) => Promise<void>): Promise<void> {
  const { clock, advance } = manualClock();
  await withEmulator({ clock, ...options }, async (emulator) => {
    const { url, apiKey, serverKey, visitorSecret, adminToken } = emulator;
    const secrets = { AMITY_SG_VISITOR_SECRET: visitorSecret, AMITY_SG_ADMIN_TOKEN: adminToken };
    const keys = { AMITY_SG_API_KEY: apiKey, AMITY_SG_SERVER_KEY: serverKey, ...secrets };
    await withGateway({ env: { AMITY_SG_BASE_URL: url, ...keys, VISITORS: "on" }, now: clock }, (gateway) => {
      const args = [url, apiKey, gateway.url, String(clock())];
      return withApp<Outcome>({ path, args, patienceMs }, (sdk) => {
        const after = (command: string) => (checks: number) => {
          advance(checks * checkMs);
          return sdk(command, { checks });
        };
        return use({
          sdk,
          renew: after("renew"),
          pass: after("pass"),
          emulator,
          gateway,
          stateOf: (accessToken) => stateOf(emulator, gateway, accessToken),
        });
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

function revokeSessions(gateway: TestGateway, userId: string) {
  return gateway.ask(RevokeUserSessionsDocument.toString(), { userId });
}

/** How the SDK refuses what Amity answered with a code. */
function refusedWith(code: number) {
  return { type: "ASCApiError", code };
}

const hour = { accessTokenLifetimeMs: 60 * minuteMs };

describe("Amity's SDK 7.20.0 resumes", () => {
  test("a session that lives, and can end it", async () => {
    await withSdk({}, async ({ sdk, emulator, stateOf }) => {
      const session = await openSession(emulator);
      const resumed = await sdk("resume", { userId: "alice", session });
      expect(resumed).toEqual({ ...resumed, accessToken: session.accessToken, userId: "alice" });
      await sdk("read", { userId: "alice" });
      expect(await stateOf(session.accessToken)).toBe("ACTIVE");
      await sdk("secureLogout");
      expect(await stateOf(session.accessToken)).toBe("INVALID");
    });
  });

  test.each([
    ["revoked", 400_100, "INVALID", ({ gateway }: World) => revokeSessions(gateway, "alice")],
    ["of a banned user", 400_312, "BANNED", ({ emulator }: World) => banOrUnban(emulator, "ban", "alice")],
  ])("no session that was %s", async (_title, code, state, end) => {
    await withSdk({}, async (world) => {
      const { sdk, emulator, stateOf } = world;
      const session = await openSession(emulator);
      await end(world);
      await expect(sdk("resume", { userId: "alice", session })).rejects.toMatchObject(refusedWith(code));
      expect(await stateOf(session.accessToken)).toBe(state);
    });
  });

  // Its watcher asks the session handler only when `loginType` is set, which resumeSession does not do.
  test.each([
    ["and lets it expire", false, "INVALID"],
    ["and renews it once its loginType is set", true, "ACTIVE"],
  ])("a session %s", async (_title, setsLoginType, state) => {
    await withSdk(hour, async ({ sdk, renew, pass, emulator, stateOf }) => {
      const session = await openSession(emulator);
      await sdk("resume", { userId: "alice", session, setsLoginType });
      const { accessToken } = setsLoginType ? await renew(5) : await pass(5);
      const { asked } = await pass(1);
      expect([asked, accessToken === session.accessToken]).toEqual(setsLoginType ? [1, false] : [0, true]);
      expect(await stateOf(accessToken)).toBe(state);
    });
  });
});

describe("Amity's SDK 7.20.0 logs in with an access token", () => {
  test("of a session that the gateway opened, and renews it by the gateway", async () => {
    await withSdk(hour, async ({ sdk, renew, stateOf }) => {
      const before = await sdk("loginWithAccessToken", { userId: "alice" });
      expect(before).toMatchObject({ userId: "alice", states: ["establishing", "established"] });
      await sdk("read", { userId: "alice" });
      expect(await stateOf(before.accessToken)).toBe("ACTIVE");
      const after = await renew(5);
      expect(after.accessToken).not.toBe(before.accessToken);
      expect(await stateOf(after.accessToken)).toBe("ACTIVE");
    });
  });

  test("and sees the gateway revoke it", async () => {
    await withSdk({}, async ({ sdk, gateway, stateOf }) => {
      const { accessToken } = await sdk("loginWithAccessToken", { userId: "alice" });
      await revokeSessions(gateway, "alice");
      expect(await stateOf(accessToken)).toBe("INVALID");
      await expect(sdk("readLast", { userId: "alice" })).rejects.toMatchObject({
        ...refusedWith(400_100),
        states: ["terminated"],
      });
    });
  });
});

describe("Amity's SDK 7.20.0 visits", () => {
  const secure = { ...hour, secureVisitorMode: true, visitorSecret: "secret" };

  test.each([
    ["of the gateway", {}],
    ["made by the documented rule", { secret: "secret" }],
  ])("with a signature %s, renews with the next, and is the same visitor", async (_whose, options) => {
    await withSdk(secure, async ({ sdk, renew, stateOf }) => {
      const before = await sdk("loginAsVisitor", options);
      expect(before.userId).toMatch(/^visitor-/);
      await sdk("read", { userId: before.userId });
      expect(await stateOf(before.accessToken)).toBe("ACTIVE");
      const after = await renew(5);
      expect(after.accessToken).not.toBe(before.accessToken);
      expect([after.userId, await stateOf(after.accessToken)]).toEqual([before.userId, "ACTIVE"]);
    });
  });

  test("not with a wrong signature", async () => {
    await withSdk(secure, async ({ sdk }) => {
      const answer = sdk("loginAsVisitor", { secret: "another" });
      await expect(answer).rejects.toMatchObject({ ...refusedWith(500_000), accessToken: "" });
    });
  });

  test("and ends with the gateway's word", async () => {
    await withSdk(secure, async ({ sdk, gateway, stateOf }) => {
      const { userId, accessToken } = await sdk("loginAsVisitor");
      await revokeSessions(gateway, String(userId));
      expect(await stateOf(accessToken)).toBe("INVALID");
      await expect(sdk("readLast", { userId })).rejects.toMatchObject(refusedWith(400_100));
    });
  });

  test("as a bot, and cannot write", async () => {
    await withSdk(secure, async ({ sdk, stateOf }) => {
      const { userId, accessToken } = await sdk("loginAsBot");
      expect([userId, await stateOf(accessToken)]).toEqual([expect.stringMatching(/^bot-/), "ACTIVE"]);
      const change = sdk("changeName", { userId, displayName: "Bot" });
      await expect(change).rejects.toMatchObject(refusedWith(403_998));
      await sdk("secureLogout");
      expect(await stateOf(accessToken)).toBe("INVALID");
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
    await withSdk({}, async ({ sdk, emulator, stateOf }) => {
      const { accessToken } = await login(sdk);
      const admin = { headers: bearer(emulator.adminToken), body: { userIds: ["alice"] } };
      await call(emulator, "PUT /api/v3/channels/news/users/ban", admin);
      expect(await sdk("read", { userId: "alice" })).toMatchObject({ accessToken, states: [] });
      expect(await stateOf(accessToken)).toBe("ACTIVE");
    });
  });

  test("knows that it is over after a ban from the system", async () => {
    await withSdk({}, async ({ sdk, emulator }) => {
      await login(sdk);
      await call(emulator, "PUT /__emulator/system-bans/alice", { headers: bearer(emulator.controlKey) });
      await expect(sdk("readLast", { userId: "alice" })).rejects.toMatchObject({
        ...refusedWith(400_100),
        accessToken: "",
        states: ["terminated"],
      });
    });
  });
});
