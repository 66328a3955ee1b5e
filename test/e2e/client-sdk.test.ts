import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { Emulator, EmulatorOptions } from "../../src/emulator/server.js";
import { type App as AppProcess, withApp } from "../support/app-process.js";
import { type Cable, withCable } from "../support/cable.js";
import { jwtEnv, signedIn } from "../support/callers.js";
import { type ClientModule, makeClientModule } from "../support/client-module.js";
import { manualClock, verify, withEmulator } from "../support/emulator.js";
import { withGateway } from "../support/gateway.js";

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Long enough for a busy machine to load the SDK, which is large; nothing waits for it to pass. */
const patienceMs = 40_000;
jest.setTimeout(patienceMs + 5_000); // the app gives up first, so that the servers are closed

const minuteMs = 60_000;
/** The SDK looks at its access token this often. */
const checkMs = 10 * minuteMs;

let module: ClientModule;

beforeAll(async () => {
  module = await makeClientModule();
});

afterAll(() => module.remove());

/** What the app's SDK holds, and what happened during a command: its states, and "unable" when it got no token. */
interface Outcome {
  /** Empty without a session. */
  readonly accessToken: string;
  readonly state: string;
  readonly events: readonly string[];
}

interface App {
  /** Signs in with the credential of this user; without one, with none. */
  login(user?: string): Promise<Outcome>;
  /** Lets time pass here and in the app, through so many of the SDK's checks, until the event has happened. */
  pass(checks: number, until?: "established" | "unable"): Promise<Outcome>;
  secureLogout(): Promise<Outcome>;
  logout(): Promise<Outcome>;
}

interface World {
  readonly app: App;
  readonly emulator: Emulator;
  /** The wire between app and gateway. */
  readonly cable: Cable;
  /** How many operations the gateway has answered. */
  asked(): number;
}

/** An app with SDK and client, a gateway that knows its callers by JWT, an emulator; all end when `use` does. */
async function withWorld(options: EmulatorOptions, use: (world: World) => Promise<void>): Promise<void> {
  const { clock, advance } = manualClock();
  // Single use: a renewal with anything but a token fresh from the gateway fails.
  await withEmulator({ clock, singleUseAuthTokens: true, ...options }, async (emulator) => {
    const { url, apiKey, serverKey } = emulator;
    const amity = { AMITY_SG_BASE_URL: url, AMITY_SG_API_KEY: apiKey, AMITY_SG_SERVER_KEY: serverKey };
    // The gateway's clock is the machine's, months away from the app's: the client has to get along with that.
    await withGateway({ env: { ...jwtEnv, ...amity } }, (gateway) =>
      withCable(gateway.url, (cable) =>
        withApp<Outcome>(appAt([module.path, url, apiKey, cable.url, String(clock())]), (tell) => {
          const app: App = {
            login: async (user) => tell("login", { as: user && (await signedIn(user))["authorization"] }),
            pass: (checks, until) => {
              advance(checks * checkMs);
              return tell("pass", { checks, until });
            },
            secureLogout: () => tell("secureLogout"),
            logout: () => tell("logout"),
          };
          const asked = () => gateway.logged.filter((line) => line.includes('"path":"/graphql"')).length;
          return use({ app, emulator, cable, asked });
        }),
      ),
    );
  });
}

function appAt(args: readonly string[]): AppProcess {
  return { path: pathOf("./sdk-6/app-with-client.mjs"), args, patienceMs };
}

describe("an app with Amity's SDK and the client", () => {
  test("logs in as the caller and logs out", async () => {
    await withWorld({}, async ({ app, emulator, asked }) => {
      const { accessToken, events } = await app.login("alice");
      expect(events).toEqual(["establishing", "established"]);
      expect(await verify(emulator, accessToken)).toBe(200);
      expect(await app.secureLogout()).toMatchObject({ accessToken: "", events: ["notLoggedIn"] });
      expect(await verify(emulator, accessToken)).toBe(401);
      await app.pass(5);
      expect(asked()).toBe(1);
    });
  });

  test("does not get in without a credential", async () => {
    await withWorld({}, async ({ app }) => {
      await expect(app.login()).rejects.toMatchObject({ name: "AmityAuthError", code: "UNAUTHENTICATED" });
    });
  });

  test("renews its session before expiry, again and again", async () => {
    await withWorld({ accessTokenLifetimeMs: 60 * minuteMs }, async ({ app, emulator, asked }) => {
      // The SDK renews from 80 % of the life less five minutes: from minute 44, so at its check in minute 50.
      const outcomes = [await app.login("alice"), await app.pass(5, "established"), await app.pass(5, "established")];
      expect(outcomes.flatMap(({ events }) => events)).not.toContain("tokenExpired");
      expect(new Set(outcomes.map(({ accessToken }) => accessToken)).size).toBe(3);
      expect(await verify(emulator, outcomes.at(-1)?.accessToken ?? "")).toBe(200);
      expect(asked()).toBe(3);
    });
  });

  test("renews its session after each expiry", async () => {
    // Dead before the SDK's first check.
    await withWorld({ accessTokenLifetimeMs: 8 * minuteMs }, async ({ app, emulator }) => {
      const before = await app.login("alice");
      const after = await app.pass(1, "established");
      expect(after.events[0]).toBe("tokenExpired");
      expect(await verify(emulator, before.accessToken)).toBe(401);
      expect(await verify(emulator, after.accessToken)).toBe(200);
      const later = await app.pass(1, "established");
      expect(await verify(emulator, later.accessToken)).toBe(200);
    });
  });

  test("renews once although two timers ask", async () => {
    await withWorld({ accessTokenLifetimeMs: 60 * minuteMs }, async ({ app, emulator, asked }) => {
      await app.login("alice");
      await app.secureLogout();
      // The SDK never stops the timer of a login. A second renewal with the same token would end the session.
      await app.login("bob");
      const { accessToken } = await app.pass(5, "established");
      expect(await app.pass(1)).toMatchObject({ accessToken, state: "established", events: [] });
      expect(await verify(emulator, accessToken)).toBe(200);
      expect(asked()).toBe(3);
    });
  });
});

describe("while the gateway is down", () => {
  test("a session lives on and renews at the next check", async () => {
    await withWorld({ accessTokenLifetimeMs: 60 * minuteMs }, async ({ app, emulator, cable }) => {
      await app.login("alice");
      cable.pull();
      const during = await app.pass(5, "unable");
      expect(during).toMatchObject({ state: "established", events: ["unable"] });
      expect(await verify(emulator, during.accessToken)).toBe(200);
      cable.plug();
      const after = await app.pass(1, "established");
      expect(after.accessToken).not.toBe(during.accessToken);
      expect(await verify(emulator, after.accessToken)).toBe(200);
    });
  });

  test("an expired session keeps asking until it is back", async () => {
    await withWorld({ accessTokenLifetimeMs: 8 * minuteMs }, async ({ app, emulator, cable }) => {
      await app.login("alice");
      cable.pull();
      expect((await app.pass(1, "unable")).events).toEqual(["tokenExpired", "notLoggedIn", "unable"]);
      expect((await app.pass(1, "unable")).events).toEqual(["unable"]);
      cable.plug();
      const { accessToken } = await app.pass(1, "established");
      expect(await verify(emulator, accessToken)).toBe(200);
    });
  });

  test("a logout lasts although the SDK asks again", async () => {
    await withWorld({ accessTokenLifetimeMs: 8 * minuteMs }, async ({ app, cable, asked }) => {
      await app.login("alice");
      cable.pull();
      await app.pass(1, "unable");
      await app.logout();
      cable.plug();
      expect(await app.pass(3)).toMatchObject({ accessToken: "", events: [] });
      expect(asked()).toBe(1);
    });
  });
});
