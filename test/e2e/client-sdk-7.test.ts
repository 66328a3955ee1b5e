import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { EmulatorOptions } from "../../src/emulator/server.js";
import { stateOf } from "../support/agreement.js";
import { withApp } from "../support/app-process.js";
import { type Cable, withCable } from "../support/cable.js";
import { jwtEnv, signedIn } from "../support/callers.js";
import { type ClientModule, makeClientModule } from "../support/client-module.js";
import { manualClock, withEmulator } from "../support/emulator.js";
import { withGateway } from "../support/gateway.js";

const app = fileURLToPath(new URL("../consumers/sdk-7/app-with-client.mjs", import.meta.url));

/** Long enough for a busy machine to load the SDK, which is large; nothing waits for it to pass. */
const patienceMs = 15_000;
jest.setTimeout(patienceMs + 5_000); // the app gives up first, so that the servers are closed

const minuteMs = 60_000;
/** The SDK looks at its access token this often. */
const checkMs = 10 * minuteMs;

let module: ClientModule;

beforeAll(async () => {
  module = await makeClientModule();
});

afterAll(() => module.remove());

/** What the app's SDK holds, and what happened during a command. */
interface Outcome {
  /** Empty without a session. */
  readonly accessToken: string;
  readonly userId?: string;
  readonly events: readonly string[];
}

interface World {
  /** Gives the app a command; all that it does at the gateway is alice's. */
  readonly tell: (command: string, options?: object) => Promise<Outcome>;
  /** Lets time pass here and in the app, through so many of the SDK's checks, until the event has happened. */
  readonly pass: (checks: number, until: string) => Promise<Outcome>;
  /** The wire between app and gateway. */
  readonly cable: Cable;
  /** What Amity and the gateway say of a session, when they agree. */
  readonly stateOf: (accessToken: string) => Promise<string>;
}

async function withWorld(options: EmulatorOptions, use: (world: World) => Promise<void>): Promise<void> {
  const { clock, advance } = manualClock();
  const secure = { singleUseAuthTokens: true, secureVisitorMode: true, visitorSecret: "secret-of-visitors" };
  await withEmulator({ clock, ...secure, ...options }, async (emulator) => {
    const { url, apiKey, serverKey, adminToken, visitorSecret } = emulator;
    const keys = { AMITY_SG_API_KEY: apiKey, AMITY_SG_SERVER_KEY: serverKey, AMITY_SG_ADMIN_TOKEN: adminToken };
    const visitors = { VISITORS: "on", AMITY_SG_VISITOR_SECRET: visitorSecret };
    const amity = { AMITY_SG_BASE_URL: url, ...keys, ...visitors };
    const credential = () => signedIn("alice", {}, clock());
    await withGateway({ env: { ...jwtEnv, ...amity }, now: clock }, async (gateway) => {
      const ask = async (query: string, variables = {}) => gateway.ask(query, variables, await credential());
      await withCable(gateway.url, (cable) => {
        const args = [module.path, url, apiKey, cable.url, String(clock())];
        return withApp<Outcome>({ path: app, args, patienceMs }, (tellApp) => {
          const tell = async (command: string, options = {}) =>
            tellApp(command, { as: (await credential())["authorization"], ...options });
          const pass = (checks: number, until: string) => {
            advance(checks * checkMs);
            return tell("pass", { checks, until });
          };
          return use({
            tell,
            pass,
            cable,
            stateOf: (accessToken) => stateOf(emulator, { ...gateway, ask }, accessToken),
          });
        });
      });
    });
  });
}

const hour = { accessTokenLifetimeMs: 60 * minuteMs };

/** Dead before the SDK's first check. */
const short = { accessTokenLifetimeMs: 8 * minuteMs };

const ways: [title: string, command: string, options: object][] = [
  ["an auth token", "login", {}],
  ["a session of the gateway's", "loginWithAccessToken", {}],
  ["a visitor's signature", "loginAsVisitor", {}],
  ["the UI kit", "openUiKit", { userId: "alice" }],
  ["the mended native UI kit", "openNativeUiKit", { userId: "alice", mends: true }],
];

describe.each(ways)("an app with Amity's SDK 7.20.0 that comes in by %s", (_title, command, options) => {
  test("renews again and again, and its sign-out reaches Amity", async () => {
    await withWorld(hour, async ({ tell, pass, stateOf }) => {
      const before = await tell(command, options);
      expect(await stateOf(before.accessToken)).toBe("ACTIVE");
      const after = await pass(5, "token");
      const later = await pass(5, "token");
      expect(new Set([before, after, later].map(({ accessToken }) => accessToken)).size).toBe(3);
      expect([later.userId, await stateOf(later.accessToken)]).toEqual([before.userId, "ACTIVE"]);
      await tell("secureLogout");
      expect(await stateOf(later.accessToken)).toBe("INVALID");
    });
  });

  test("renews when the gateway is back from an outage", async () => {
    await withWorld(hour, async ({ tell, pass, cable, stateOf }) => {
      const before = await tell(command, options);
      cable.pull();
      expect((await pass(5, "failed NETWORK")).accessToken).toBe(before.accessToken);
      expect(await stateOf(before.accessToken)).toBe("ACTIVE");
      cable.plug();
      const { accessToken, events } = await pass(1, "token");
      expect(accessToken).not.toBe(before.accessToken);
      expect(await stateOf(accessToken)).toBe("ACTIVE");
      expect(events.filter((event) => event.startsWith("unhandled"))).toEqual([]);
    });
  });

  // Its logout at the expiry forgets the userId, without which it looks at no token; a login brings it back.
  test("renews once after its expiry, and again when it has come in again", async () => {
    await withWorld(short, async ({ tell, pass, stateOf }) => {
      const before = await tell(command, options);
      expect(before.userId).toBeTruthy();
      const { accessToken, userId, events } = await pass(1, "token");
      expect([userId, events.slice(0, 2)]).toEqual([undefined, ["tokenExpired", "notLoggedIn"]]);
      expect(await stateOf(before.accessToken)).toBe("INVALID");
      expect(await stateOf(accessToken)).toBe("ACTIVE");
      expect(await tell(command, options)).toMatchObject({ userId: before.userId });
      expect(await stateOf((await pass(1, "token")).accessToken)).toBe("ACTIVE");
    });
  });
});

test("the native UI kit by itself cannot renew, and its session lives out its time", async () => {
  await withWorld(hour, async ({ tell, pass, stateOf }) => {
    const { accessToken } = await tell("openNativeUiKit", { userId: "alice", mends: false });
    const after = await pass(5, "unhandled 400100");
    expect(after).toMatchObject({ accessToken, events: ["establishing", "unhandled 400100"] });
    expect(await stateOf(accessToken)).toBe("ACTIVE");
    await pass(1, "tokenExpired");
    expect(await stateOf(accessToken)).toBe("INVALID");
  });
});
