import { fileURLToPath } from "node:url";
import { describe, expect, jest, test } from "@jest/globals";
import type { Emulator, EmulatorOptions } from "../../src/emulator/server.js";
import { stateOf } from "../support/agreement.js";
import { withApp } from "../support/app-process.js";
import { banOrUnban, manualClock, signIn, withEmulator } from "../support/emulator.js";
import { type TestGateway, withGateway } from "../support/gateway.js";
import { RevokeSessionDocument, RevokeUserSessionsDocument } from "../support/generated/graphql.js";

/** Those that apps ship: an app of ours with each. */
const generations = [
  ["ts-sdk 6.35.3", "./sdk-6/app.mjs"],
  ["ts-sdk-react-native 7.20.0", "../consumers/sdk-7/app.mjs"],
] as const;

/** Long enough for a busy machine to load the SDK, which is large; nothing waits for it to pass. */
const patienceMs = 15_000;
jest.setTimeout(patienceMs + 5_000); // the app gives up first, so that the servers are closed

const minuteMs = 60_000;
/** The SDK looks at its access token this often. */
const checkMs = 10 * minuteMs;

/** What the SDK holds and did after a command. */
interface Outcome {
  /** Empty without a session. */
  readonly accessToken: string;
  /** The states the session went through. */
  readonly states: readonly string[];
}

/** Each rejects with the `type`, `code` and message of what the SDK threw, and the outcome all the same. */
interface Sdk {
  /** Logs in with an auth token that the gateway gives for `tokenOf`. */
  login(userId: string, tokenOf?: string): Promise<Outcome>;
  /** Lets time pass here and in the SDK, through so many of its checks, until it has renewed its session. */
  renew(checks: number): Promise<Outcome>;
  /** Reads what only a session may. */
  read(userId: string): Promise<Outcome>;
  /** The same with a session that is over, until the SDK has taken notice. */
  readLast(userId: string): Promise<Outcome>;
  secureLogout(): Promise<Outcome>;
}

interface World {
  readonly sdk: Sdk;
  readonly emulator: Emulator;
  readonly gateway: TestGateway;
  /** What Amity and the gateway say of a session, when they agree. */
  stateOf(accessToken: string): Promise<string>;
}

type Use = (world: World) => Promise<void>;

/** An app with the SDK, a gateway in front of an emulator, and that emulator; all end when `use` does. */
async function withApplication(app: string, options: EmulatorOptions, use: Use): Promise<void> {
  const path = fileURLToPath(new URL(app, import.meta.url));
  const { clock, advance } = manualClock();
  // Single use: a renewal with anything but a token fresh from the gateway fails.
  await withEmulator({ clock, singleUseAuthTokens: true, ...options }, async (emulator) => {
    const { url, apiKey, serverKey, adminToken } = emulator;
    const keys = { AMITY_SG_API_KEY: apiKey, AMITY_SG_SERVER_KEY: serverKey, AMITY_SG_ADMIN_TOKEN: adminToken };
    const env = { AMITY_SG_BASE_URL: url, ...keys };
    await withGateway({ env }, (gateway) => {
      const args = [url, apiKey, gateway.url, String(clock())];
      return withApp<Outcome>({ path, args, patienceMs }, (tell) => {
        const renew = (checks: number) => {
          advance(checks * checkMs);
          return tell("renew", { checks });
        };
        const sdk: Sdk = {
          login: (userId, tokenOf = userId) => tell("login", { userId, tokenOf }),
          renew,
          read: (userId) => tell("read", { userId }),
          readLast: (userId) => tell("readLast", { userId }),
          secureLogout: () => tell("secureLogout"),
        };
        return use({ sdk, emulator, gateway, stateOf: (accessToken) => stateOf(emulator, gateway, accessToken) });
      });
    });
  });
}

/** A refusal by Amity that left the SDK without a session: it throws also when only the call after that is refused. */
function refusedWith(code: number) {
  return { type: "ASCApiError", code, accessToken: "" };
}

const ends: [title: string, end: (world: World, accessToken: string) => Promise<unknown>][] = [
  [
    "the gateway revoked its user's",
    ({ gateway }) => gateway.ask(RevokeUserSessionsDocument.toString(), { userId: "alice" }),
  ],
  [
    "the gateway revoked it",
    ({ gateway }, accessToken) => gateway.ask(RevokeSessionDocument.toString(), { accessToken }),
  ],
  ["another user took the device", ({ emulator }) => signIn(emulator, "bob", "device of alice")],
];

describe.each(generations)("Amity's %s", (_name, app) => {
  const withSdk = (options: EmulatorOptions, use: Use) => withApplication(app, options, use);

  test("logs in with the gateway's auth token", async () => {
    await withSdk({}, async ({ sdk, stateOf }) => {
      const { accessToken, states } = await sdk.login("alice");
      expect(states).toEqual(["establishing", "established"]);
      expect(await stateOf(accessToken)).toBe("ACTIVE");
      expect(await sdk.read("alice")).toMatchObject({ accessToken, states: [] });
    });
  });

  test("renews a session that is about to expire", async () => {
    await withSdk({ accessTokenLifetimeMs: 60 * minuteMs }, async ({ sdk, stateOf }) => {
      const before = await sdk.login("alice");
      // The SDK renews from 80 % of the life less five minutes: from minute 44, so at its check in minute 50.
      const after = await sdk.renew(5);
      expect(await stateOf(after.accessToken)).toBe("ACTIVE");
      const later = await sdk.renew(5);
      expect([...after.states, ...later.states]).not.toContain("tokenExpired");
      expect(new Set([before, after, later].map(({ accessToken }) => accessToken)).size).toBe(3);
      expect(await stateOf(later.accessToken)).toBe("ACTIVE");
    });
  });

  test("renews a session after its expiry", async () => {
    // Dead before the SDK's first check.
    await withSdk({ accessTokenLifetimeMs: 8 * minuteMs }, async ({ sdk, stateOf }) => {
      const before = await sdk.login("alice");
      expect(await stateOf(before.accessToken)).toBe("ACTIVE");
      const after = await sdk.renew(1);
      expect(after.states[0]).toBe("tokenExpired");
      expect(await stateOf(before.accessToken)).toBe("INVALID");
      expect(await stateOf(after.accessToken)).toBe("ACTIVE");
    });
  });

  test("kills its access token by secure logout", async () => {
    await withSdk({}, async ({ sdk, stateOf }) => {
      const { accessToken } = await sdk.login("alice");
      expect(await stateOf(accessToken)).toBe("ACTIVE");
      expect(await sdk.secureLogout()).toMatchObject({ accessToken: "", states: ["notLoggedIn"] });
      expect(await stateOf(accessToken)).toBe("INVALID");
    });
  });

  test("is refused with another user's auth token", async () => {
    await withSdk({}, async ({ sdk }) => {
      await expect(sdk.login("mallory", "alice")).rejects.toMatchObject(refusedWith(400_100));
    });
  });

  test("cannot log in a globally banned user", async () => {
    await withSdk({}, async ({ sdk, emulator, stateOf }) => {
      const accessToken = await signIn(emulator, "alice"); // only a user who exists can be banned
      await banOrUnban(emulator, "ban", "alice");
      await expect(sdk.login("alice")).rejects.toMatchObject(refusedWith(400_312));
      expect(await stateOf(accessToken)).toBe("BANNED");
    });
  });

  test("keeps its session while a global ban lasts", async () => {
    await withSdk({}, async ({ sdk, emulator, stateOf }) => {
      const { accessToken } = await sdk.login("alice");
      await banOrUnban(emulator, "ban", "alice");
      await expect(sdk.read("alice")).rejects.toMatchObject({ ...refusedWith(400_312), accessToken, states: [] });
      expect(await stateOf(accessToken)).toBe("BANNED");
      await banOrUnban(emulator, "unban", "alice");
      expect(await sdk.read("alice")).toMatchObject({ accessToken });
      expect(await stateOf(accessToken)).toBe("ACTIVE");
    });
  });

  test.each(ends)("sees its session end: %s", async (_title, end) => {
    await withSdk({}, async (world) => {
      const { sdk, emulator, stateOf } = world;
      const other = await signIn(emulator, "carol");
      const { accessToken } = await sdk.login("alice");
      await end(world, accessToken);
      expect(await stateOf(accessToken)).toBe("INVALID");
      await expect(sdk.readLast("alice")).rejects.toMatchObject({ ...refusedWith(400_100), states: ["terminated"] });
      expect(await stateOf(other)).toBe("ACTIVE");
    });
  });
});
