import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, jest, test } from "@jest/globals";
import type { Emulator, EmulatorOptions } from "../../src/emulator/server.js";
import { banOrUnban, manualClock, signIn, verify, withEmulator } from "../support/emulator.js";
import { withGateway } from "../support/gateway.js";

const app = fileURLToPath(new URL("./sdk-6/app.mjs", import.meta.url));

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
  secureLogout(): Promise<Outcome>;
}

/** An app with the SDK, a gateway in front of an emulator, and that emulator; all end when `use` does. */
async function withSdk(options: EmulatorOptions, use: (sdk: Sdk, emulator: Emulator) => Promise<void>): Promise<void> {
  const { clock, advance } = manualClock();
  // Single use: a renewal with anything but a token fresh from the gateway fails.
  await withEmulator({ clock, singleUseAuthTokens: true, ...options }, async (emulator) => {
    const { url, apiKey, serverKey } = emulator;
    const env = { AMITY_SG_BASE_URL: url, AMITY_SG_API_KEY: apiKey, AMITY_SG_SERVER_KEY: serverKey };
    await withGateway({ env }, (gateway) =>
      withApp([url, apiKey, gateway.url, String(clock())], (tell) => {
        const renew = (checks: number) => {
          advance(checks * checkMs);
          return tell({ command: "renew", checks });
        };
        const login = (userId: string, tokenOf = userId) => tell({ command: "login", userId, tokenOf });
        return use({ login, renew, secureLogout: () => tell({ command: "secureLogout" }) }, emulator);
      }),
    );
  });
}

type Tell = (command: { readonly command: string } & Record<string, unknown>) => Promise<Outcome>;

/** The app as a process; when it ends in the middle of a command, that rejects with what the process printed. */
async function withApp(args: readonly string[], use: (tell: Tell) => Promise<void>): Promise<void> {
  const env = { PATH: process.env["PATH"] };
  const execArgv = ["--disable-warning=ExperimentalWarning"]; // of Node's mock timers
  const child = fork(app, args, { env, execArgv, stdio: ["ignore", "ignore", "pipe", "ipc"], timeout: patienceMs });
  const ended = endOf(child);
  const failed = ended.then((end) => Promise.reject(new Error(`the app ended with ${end}`)));
  failed.catch(() => {}); // it ends after `use` too, when nobody waits for a command
  const tell: Tell = async (command) => {
    child.send(command);
    const [{ refusal, ...outcome }] = await Promise.race([once(child, "message"), failed]);
    if (refusal) throw Object.assign(new Error(refusal.message), refusal, outcome);
    return outcome;
  };
  try {
    await use(tell);
  } finally {
    child.kill();
    await ended;
  }
}

/** The signal or exit code of the process and what it wrote to stderr, once it has ended. */
async function endOf(child: ChildProcess): Promise<string> {
  const [stderr, [code, signal]] = await Promise.all([child.stderr ? text(child.stderr) : "", once(child, "close")]);
  return `${signal ?? code}: ${stderr}`;
}

/** A refusal by Amity that left the SDK without a session: it throws also when only the call after that is refused. */
function refusedWith(code: number) {
  return { type: "ASCApiError", code, accessToken: "" };
}

describe("Amity's TypeScript SDK", () => {
  test("logs in with the gateway's auth token", async () => {
    await withSdk({}, async (sdk, emulator) => {
      const { accessToken, states } = await sdk.login("alice");
      expect(states).toEqual(["establishing", "established"]);
      expect(await verify(emulator, accessToken)).toBe(200);
    });
  });

  test("renews a session that is about to expire", async () => {
    await withSdk({ accessTokenLifetimeMs: 60 * minuteMs }, async (sdk, emulator) => {
      const before = await sdk.login("alice");
      // The SDK renews from 80 % of the life less five minutes: from minute 44, so at its check in minute 50.
      const after = await sdk.renew(5);
      const later = await sdk.renew(5);
      expect([...after.states, ...later.states]).not.toContain("tokenExpired");
      expect(new Set([before, after, later].map(({ accessToken }) => accessToken)).size).toBe(3);
      expect(await verify(emulator, after.accessToken)).toBe(200);
      expect(await verify(emulator, later.accessToken)).toBe(200);
    });
  });

  test("renews a session after its expiry", async () => {
    // Dead before the SDK's first check.
    await withSdk({ accessTokenLifetimeMs: 8 * minuteMs }, async (sdk, emulator) => {
      const before = await sdk.login("alice");
      const after = await sdk.renew(1);
      expect(after.states[0]).toBe("tokenExpired");
      expect(await verify(emulator, before.accessToken)).toBe(401);
      expect(await verify(emulator, after.accessToken)).toBe(200);
    });
  });

  test("kills its access token by secure logout", async () => {
    await withSdk({}, async (sdk, emulator) => {
      const { accessToken } = await sdk.login("alice");
      expect(await verify(emulator, accessToken)).toBe(200);
      expect(await sdk.secureLogout()).toEqual({ accessToken: "", states: ["notLoggedIn"] });
      expect(await verify(emulator, accessToken)).toBe(401);
    });
  });

  test("is refused with another user's auth token", async () => {
    await withSdk({}, async (sdk) => {
      await expect(sdk.login("mallory", "alice")).rejects.toMatchObject(refusedWith(400_100));
    });
  });

  test("cannot log in a globally banned user", async () => {
    await withSdk({}, async (sdk, emulator) => {
      await signIn(emulator, "alice"); // only a user who exists can be banned
      await banOrUnban(emulator, "ban", "alice");
      await expect(sdk.login("alice")).rejects.toMatchObject(refusedWith(400_312));
    });
  });
});
