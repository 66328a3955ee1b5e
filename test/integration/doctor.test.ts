import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { timesText } from "../../src/amity/admin-token.js";
import { doctorCommand } from "../../src/cli/doctor.js";
import type { Check } from "../../src/doctor/check.js";
import type { Emulator } from "../../src/emulator/server.js";
import { type Reason, reasons } from "../../src/errors/reasons.js";
import { jwtEnv } from "../support/callers.js";
import { Canary } from "../support/canary.js";
import { signIn, verify, withEmulator } from "../support/emulator.js";
import { regionAt } from "../support/gateway.js";
import { type IssuerFault, type IssuerSetup, withIssuer } from "../support/issuer.js";
import { keyPairOf } from "../support/key-pairs.js";
import { type Answer, always, likeAmity, withUpstream } from "../support/upstream.js";

const written = { stdout: "", stderr: "" };

beforeEach(() => {
  for (const name of ["stdout", "stderr"] as const) {
    written[name] = "";
    jest.spyOn(process[name], "write").mockImplementation((chunk) => {
      written[name] += String(chunk);
      return true;
    });
  }
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** Runs the command for callers who need no credential, and searches its output for the environment's keys. */
async function doctor(argv: string[], env: Record<string, string>): Promise<{ code: number; text: string }> {
  const canary = new Canary();
  canary.watchEnv(env);
  const code = await doctorCommand(argv, { AUTH_MODE: "none", NO_COLOR: "1", ...env }, new Set());
  canary.search("the doctor's output", written.stdout + written.stderr);
  return { code, text: written.stdout };
}

/** The same as JSON. */
async function diagnose(argv: string[], env: Record<string, string>): Promise<{ code: number; checks: Check[] }> {
  const { code, text } = await doctor(["--json", ...argv], env);
  return { code, checks: JSON.parse(text).checks };
}

/** The one check of this name. */
function find(checks: readonly Check[], name: string): Check {
  const [found, ...others] = checks.filter(({ check }) => check === name);
  if (!found || others.length > 0) throw new Error(`not one ${name}: ${JSON.stringify(checks)}`);
  return found;
}

function settingsOf({ url, apiKey, serverKey }: Emulator, more: Record<string, string> = {}): Record<string, string> {
  return regionAt(url, { AMITY_EU_API_KEY: apiKey, AMITY_EU_SERVER_KEY: serverKey, ...more });
}

describe("amity-graphql doctor", () => {
  test("a healthy network gets a table without failures", async () => {
    await withEmulator({}, async (emulator) => {
      const { code, text } = await doctor(["--user", "alice"], settingsOf(emulator));
      const host = new URL(emulator.url).host;
      expect(text.split("\n")).toEqual([
        "OK    config   settings    no problems",
        `OK    EU       connection  ${host}, plain HTTP on this machine`,
        "OK    EU       clock       within 30 seconds of the server's",
        "OK    EU       API key     present (AMITY_EU_API_KEY)",
        "OK    EU       server key  present (AMITY_EU_SERVER_KEY); mode SECURE",
        "OK    EU       auth token  minted with AMITY_EU_SERVER_KEY, and kept nowhere",
        expect.stringMatching(
          /^OK {4}EU {7}session {5}registered with AMITY_EU_API_KEY for the user on a device of its own \(.*\), and ended$/,
        ),
        "WARN  callers  AUTH_MODE   none: whoever reaches the gateway from this machine can mint tokens for any user",
        "      What to do: for development only: set AUTH_MODE to `jwt`, `apikey` or both",
        "",
        "Nothing fails: 7 OK, 1 warning, 0 failures",
        "",
      ]);
      expect([code, written.stderr]).toEqual([0, ""]);
    });
  });

  test("JSON is one document with every check", async () => {
    await withEmulator({}, async (emulator) => {
      const { code, text } = await doctor(["--json"], settingsOf(emulator));
      const { ok, checks, ...rest } = JSON.parse(text);
      expect([code, ok, rest]).toEqual([0, true, {}]);
      for (const { advice, ...check } of checks) {
        const { scope, check: name, status, detail, ...more } = check;
        expect([scope, name, detail].every((text) => typeof text === "string" && text !== "")).toBe(true);
        expect(["ok", "warn", "fail"]).toContain(status);
        expect([typeof advice, more]).toEqual([status === "ok" ? "undefined" : "string", {}]);
      }
    });
  });

  test.each<[string, Record<string, string>, number, string, string]>([
    ["refused", {}, 1, "AMITY_EU_SERVER_KEY", "fail"],
    ["allowed", { AMITY_ALLOW_UNSECURE: "on" }, 0, "AMITY_ALLOW_UNSECURE", "warn"],
  ])("unsecure mode in production is told where it is %s", async (_how, more, exitCode, name, status) => {
    await withUpstream(always(404, ""), async ({ url }) => {
      const { AMITY_EU_SERVER_KEY: _, ...unsecure } = regionAt(url, more);
      const { code, checks } = await diagnose([], { ...unsecure, ...jwtEnv, NODE_ENV: "production" });
      expect([code, find(checks, name)]).toEqual([
        exitCode,
        expect.objectContaining({
          scope: "config",
          status,
          detail: expect.stringMatching(/Europe is in unsecure mode/),
        }),
      ]);
    });
  });

  test("without --user no key leaves the process", async () => {
    await withUpstream(always(404, ""), async ({ url, seen }) => {
      const { checks } = await diagnose([], regionAt(url));
      expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(["HEAD /"]);
      expect(JSON.stringify(seen)).not.toContain("canary");
      expect(find(checks, "server key").detail).toContain("not tried without --user");
    });
  });

  /** Amity, whose session route or revocation answers otherwise. */
  const amityThat = (answers: { session?: Answer; revocation?: Answer } = {}): Answer => {
    const session = { accessToken: "canary-access-token", users: [{ userId: "alice" }] };
    const { session: opened = likeAmity(session), revocation = always(200, '{"success":true}') } = answers;
    return (response, request) => {
      if (request.method === "DELETE") return revocation(response, request);
      const answer = request.url.includes("/sessions") ? opened : likeAmity({}, "canary-minted-token");
      return answer(response, request);
    };
  };

  test("with --user a session is opened and ended, each credential at its place", async () => {
    await withUpstream(amityThat(), async ({ url, seen }) => {
      const { code, text } = await doctor(["--user", "alice"], regionAt(url));
      const calls = seen.filter(({ method }) => method !== "HEAD");
      expect(calls.map(({ method, url }) => `${method} ${url}`)).toEqual([
        "POST /api/v4/authentication/token",
        "POST /api/v3/sessions",
        "DELETE /api/v4/sessions",
      ]);
      const [, opened, ended] = calls;
      const { deviceId, ...rest } = JSON.parse(opened?.body ?? "");
      expect(rest).toEqual({ userId: "alice", authToken: "canary-minted-token" });
      expect(deviceId).toMatch(/^amity-graphql-doctor-[0-9a-f-]{36}$/);
      expect([ended?.headers.authorization, ended?.body]).toEqual(["Bearer canary-access-token", ""]);
      expect([code, text.includes("canary"), text.includes(deviceId)]).toEqual([0, false, true]);
    });
  });

  test("the session of --user ends no other of the user", async () => {
    await withEmulator({}, async (emulator) => {
      const own = await signIn(emulator, "alice");
      const { code } = await diagnose(["--user", "alice"], settingsOf(emulator));
      expect([code, await verify(emulator, own)]).toEqual([0, 200]);
    });
  });

  test.each<[string, Answer, RegExp]>([
    [
      "a wrong one",
      always(401, '{"code":400100}'),
      /no user's fault, but one of: AMITY_EU_API_KEY is wrong.*; AMITY_EU/,
    ],
    [
      "another region's",
      always(403, '{"code":400300}'),
      /no user's fault, but one of: AMITY_EU_API_KEY is another region's key.*AMITY_REGION.*Europe; .*is wrong/,
    ],
  ])("an API key that is %s fails as the operator's fault", async (_what, session, advice) => {
    await withUpstream(amityThat({ session }), async ({ url, seen }) => {
      const { code, checks } = await diagnose(["--user", "alice"], regionAt(url));
      const check = find(checks, "session");
      expect([code, check.status, check.advice]).toEqual([1, "fail", expect.stringMatching(advice)]);
      expect(check.detail).toMatch(/^AMITY_EU_API_KEY: .*\(UPSTREAM_AUTH_FAILED, HTTP 40\d, code \d+\)$/);
      expect(seen.filter(({ method }) => method === "DELETE")).toEqual([]);
    });
  });

  test("without a server key a refusal may mean secure mode", async () => {
    await withUpstream(amityThat({ session: always(403, '{"code":400300}') }), async ({ url }) => {
      const { AMITY_EU_SERVER_KEY: _, ...unsecure } = regionAt(url);
      const { code, checks } = await diagnose(["--user", "alice"], unsecure);
      expect([code, find(checks, "session").advice]).toEqual([
        1,
        expect.stringContaining("AMITY_EU_SERVER_KEY is not"),
      ]);
    });
  });

  test.each<[string, Answer, RegExp]>([
    ["cannot be ended", always(500, ""), /not ended: .*UPSTREAM_UNAVAILABLE/],
    ["is dead already", always(401, '{"code":400100}'), /not ended: Amity says that it did not live/],
  ])("a session that %s is told of", async (_what, revocation, words) => {
    await withUpstream(amityThat({ revocation }), async ({ url }) => {
      const { code, checks } = await diagnose(["--user", "alice"], regionAt(url));
      const { status, detail, advice } = find(checks, "session");
      expect([code, status, detail]).toEqual([0, "warn", expect.stringMatching(words)]);
      expect(advice).toContain("session revoke-all");
    });
  });

  test.each<[string, Answer, number, string, RegExp]>([
    ["bans the user", always(403, '{"code":400312}'), 0, "warn", /name another user/],
    ["fails", always(500, ""), 1, "fail", /outage.*may have been opened all the same \(amity-graphql-doctor-/],
    ["takes no such request", always(422, ""), 1, "fail", /AMITY_SESSION_API/],
  ])("a session route that %s is explained", async (_what, session, exitCode, status, advice) => {
    await withUpstream(amityThat({ session }), async ({ url }) => {
      const { code, checks } = await diagnose(["--user", "alice"], regionAt(url));
      const check = find(checks, "session");
      expect([code, check.status, check.advice]).toEqual([exitCode, status, expect.stringMatching(advice)]);
    });
  });

  test.each<[string, Answer, string, string]>([
    ["without an auth token", always(401, ""), "alice", "there is no auth token"],
    ["for too long an id", amityThat(), "x".repeat(51), "at most 50 characters"],
  ])("no session is tried %s", async (_how, answer, user, words) => {
    await withUpstream(answer, async ({ url, seen }) => {
      const { checks } = await diagnose(["--user", user], regionAt(url));
      const detail = expect.stringMatching(new RegExp(`^not tried: .*${words}`));
      expect(find(checks, "session")).toMatchObject({ status: "warn", detail });
      expect(seen.some(({ url }) => url.includes("/sessions"))).toBe(false);
    });
  });

  test("a wrong server key fails with what to do", async () => {
    await withEmulator({}, async (emulator) => {
      const env = settingsOf(emulator, { AMITY_EU_SERVER_KEY: "canary-wrong-server-key" });
      const { code, checks } = await diagnose(["--user", "alice"], env);
      expect([code, find(checks, "auth token")]).toEqual([
        1,
        {
          scope: "EU",
          check: "auth token",
          status: "fail",
          detail: "AMITY_EU_SERVER_KEY: Amity refused the gateway's credentials (UPSTREAM_AUTH_FAILED, HTTP 401)",
          advice: expect.stringMatching(/wrong or was rotated.*secure mode is off.*mutual TLS is on/),
        },
      ]);
    });
  });

  test.each([
    [403, "UPSTREAM_AUTH_FAILED, HTTP 403", /secure mode is off/],
    [422, "UPSTREAM_REJECTED, HTTP 422", /another --user/],
    [429, "UPSTREAM_RATE_LIMITED, HTTP 429", /wait a minute/],
    [503, "UPSTREAM_UNAVAILABLE, HTTP 503", /outage/],
    [302, "UPSTREAM_BAD_RESPONSE, HTTP 302", /base URL/],
  ])("Amity's answer %i is explained by its code", async (status, facts, advice) => {
    await withUpstream(always(status, ""), async ({ url }) => {
      const { code, checks } = await diagnose(["--user", "alice"], regionAt(url));
      const check = find(checks, "auth token");
      expect([code, check.status, check.detail.includes(`(${facts})`)]).toEqual([1, "fail", true]);
      expect(check.advice).toMatch(advice);
    });
  });

  test("a token route that hangs is a timeout", async () => {
    const hang: Answer = (response, { method }) => method === "HEAD" && response.end();
    await withUpstream(hang, async ({ url }) => {
      const { code, checks } = await diagnose(["--user", "alice"], regionAt(url, { UPSTREAM_TIMEOUT_MS: "50" }));
      expect([code, find(checks, "auth token").detail]).toEqual([1, expect.stringContaining("UPSTREAM_TIMEOUT")]);
      expect(find(checks, "connection").status).toBe("ok");
    });
  });

  test("a banned probe user speaks for the key", async () => {
    await withUpstream(always(403, '{"code":400312}'), async ({ url }) => {
      const { code, checks } = await diagnose(["--user", "alice"], regionAt(url));
      expect([code, find(checks, "auth token").status]).toEqual([0, "warn"]);
    });
  });

  test.each([
    ["the first", { AMITY_EU_SERVER_KEY: "canary-old-key" }, ["warn", "ok"], 0],
    ["the secondary", { AMITY_EU_SERVER_KEY_SECONDARY: "canary-old-key" }, ["ok", "warn"], 0],
    [
      "either",
      { AMITY_EU_SERVER_KEY: "canary-old", AMITY_EU_SERVER_KEY_SECONDARY: "canary-older" },
      ["fail", "fail"],
      1,
    ],
  ])("each key is tried while Amity refuses %s", async (_which, keys, statuses, exitCode) => {
    await withEmulator({}, async (emulator) => {
      const env = settingsOf(emulator, { AMITY_EU_SERVER_KEY_SECONDARY: emulator.serverKey, ...keys });
      const { code, checks } = await diagnose(["--user", "alice"], env);
      const found = ["auth token", "secondary auth token"].map((name) => find(checks, name).status);
      expect([code, found]).toEqual([exitCode, statuses]);
    });
  });

  test("a host that refuses connections is a failure", async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
    });
    await new Promise((resolve) => server.close(resolve));
    const { code, checks } = await diagnose([], regionAt(`http://127.0.0.1:${port}`));
    expect([code, find(checks, "connection")]).toMatchObject([
      1,
      { status: "fail", detail: `127.0.0.1:${port}: the host takes no connection at this port (ECONNREFUSED)` },
    ]);
  });

  test("an unknown host name fails at DNS alone", async () => {
    const { code, checks } = await diagnose([], regionAt("https://unknown.invalid"));
    expect([code, find(checks, "DNS").status]).toEqual([1, "fail"]);
    expect(checks.map(({ check }) => check)).not.toContain("connection");
  });

  test.each([
    [-60_000, "ahead of"],
    [60_000, "behind"],
  ])("a server's clock %i ms away is told", async (awayMs, words) => {
    const date = new Date(Date.now() + awayMs).toUTCString();
    await withUpstream(always(404, "", { date }), async ({ url }) => {
      const { code, checks } = await diagnose([], regionAt(url));
      const { status, detail } = find(checks, "clock");
      expect([code, status]).toEqual([0, "warn"]);
      expect(detail).toMatch(new RegExp(`^(59|60|61) seconds ${words} the server's$`));
    });
  });

  test("--region leaves the other regions alone", async () => {
    await withEmulator({}, async (emulator) => {
      const env = settingsOf(emulator, {
        AMITY_US_BASE_URL: "https://unknown.invalid",
        AMITY_US_API_KEY: "canary-api-key-us",
      });
      const { code, checks } = await diagnose(["--region", "eu"], env);
      expect([code, checks.some(({ scope }) => scope === "US")]).toEqual([0, false]);
    });
  });

  test("--region of an unconfigured region is a failure", async () => {
    await withEmulator({}, async (emulator) => {
      const { code, checks } = await diagnose(["--region", "us"], settingsOf(emulator));
      expect([code, find(checks, "keys").detail]).toEqual([1, "the region is not configured"]);
    });
  });

  test("without credentials the emulator is announced, not started", async () => {
    const { code, checks } = await diagnose(["--user", "alice"], {});
    expect([code, checks.filter(({ status }) => status !== "ok").map(({ check }) => check)]).toEqual([0, ["network"]]);
  });

  test("configuration problems and warnings come first and alone", async () => {
    const env = { PORT: "canary-of-a-port", AMITY_API_KEY: "", AMITY_APIKEY: "canary-of-a-key" };
    const { code, text } = await doctor([], env);
    expect([code, text.includes("canary")]).toEqual([1, false]);
    expect(text.split("\n").filter((line) => /^[A-Z]/.test(line))).toEqual([
      "FAIL  config  AMITY_API_KEY  AMITY_API_KEY is empty: give it a value or unset it",
      "FAIL  config  PORT           PORT must be a whole number from 0 to 65535",
      "WARN  config  AMITY_APIKEY   AMITY_APIKEY is not read: did you mean AMITY_API_KEY?",
      "WARN  config  other checks   not run: they need a configuration without problems",
      "Something has to be done: 0 OK, 2 warnings, 2 failures",
    ]);
    expect(text).toContain("      What to do: correct PORT in the environment or in .env (Port to listen on;");
  });
});

describe("amity-graphql doctor on files", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
    await chmod(folder, 0o755);
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("says which secrets others can read", async () => {
    const files = { AMITY_EU_API_KEY: 0o600, AMITY_EU_SERVER_KEY: 0o644 };
    const env: Record<string, string> = { PORT: "x" };
    for (const [name, mode] of Object.entries(files)) {
      env[`${name}_FILE`] = join(folder, name);
      await writeFile(join(folder, name), `canary-of-${name}`);
      await chmod(join(folder, name), mode);
    }
    const { checks } = await diagnose([], env);
    expect(find(checks, "AMITY_EU_API_KEY_FILE")).toMatchObject({ scope: "files", status: "ok" });
    expect(find(checks, "AMITY_EU_SERVER_KEY_FILE")).toMatchObject({
      scope: "files",
      status: "warn",
      detail: "anybody on this machine can read it (mode 0644)",
    });
  });
});

describe("amity-graphql doctor on an admin token", () => {
  test("says until when it lives, as rotation wrote down", async () => {
    const path = join(await mkdtemp(join(tmpdir(), "amity-graphql-")), "token");
    const token = "canary-admin-token";
    const expiresAt = new Date(Date.now() + 20.5 * 86_400_000);
    await writeFile(path, token);
    await writeFile(`${path}.json`, timesText({ token, issuedAt: undefined, expiresAt }));
    await withEmulator({}, async (emulator) => {
      const { code, checks } = await diagnose([], settingsOf(emulator, { AMITY_EU_ADMIN_TOKEN_FILE: path }));
      const { status, detail } = find(checks, "admin token");
      expect([code, status]).toEqual([0, "warn"]);
      expect(detail).toContain(`valid until ${expiresAt.toISOString().slice(0, 10)}, 20 days`);
    });
  });
});

describe("amity-graphql doctor --user with an admin token", () => {
  test.each<[string, (emulator: Emulator) => Record<string, string>, number, string, RegExp]>([
    ["that works", (emulator) => ({ AMITY_EU_ADMIN_TOKEN: emulator.adminToken }), 0, "ok", /asked for the user/],
    ["of another network", () => ({ AMITY_EU_ADMIN_TOKEN: "canary-of-another" }), 1, "fail", /UPSTREAM_AUTH_FAILED/],
  ])("%s looks the user up and says so", async (_what, envOf, exitCode, status, words) => {
    await withEmulator({}, async (emulator) => {
      const { code, checks } = await diagnose(["--user", "nobody"], settingsOf(emulator, envOf(emulator)));
      const row = find(checks, "user look-up");
      expect([code, row.status, row.detail]).toEqual([exitCode, status, expect.stringMatching(words)]);
      expect(find(checks, "admin token").detail).not.toContain("not tried");
    });
  });
});

describe("amity-graphql doctor on callers", () => {
  const { publicKey } = keyPairOf("ec", { namedCurve: "P-256" });
  const healthy: IssuerSetup = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "one" }] };

  async function callers(env: Record<string, string>): Promise<{ code: number; checks: Check[] }> {
    let result = { code: -1, checks: [] as Check[] };
    await withEmulator({}, async (emulator) => {
      result = await diagnose([], settingsOf(emulator, env));
    });
    return result;
  }

  test.each<[string, IssuerSetup, number, string]>([
    ["can be loaded", healthy, 0, "published ones loaded through the discovery document of AUTH_JWT_ISSUER"],
    ["are a page", { ...healthy, fault: "sends HTML" }, 1, "(HTML page)"],
    ["answer 500", { ...healthy, fault: "answers 500" }, 1, "(unexpected status 500)"],
    ["hang", { ...healthy, fault: "hangs" }, 1, "(timeout)"],
    ["are none", { keys: [] }, 1, "(no usable key)"],
  ])("published keys that %s are told", async (_how, setup, exitCode, text) => {
    const patience = setup.fault === "hangs" ? "50" : "3000";
    await withIssuer(setup, async ({ url }) => {
      const env = { AUTH_MODE: "jwt", AUTH_JWT_ISSUER: url, AUTH_JWT_AUDIENCE: "app", AUTH_JWKS_TIMEOUT_MS: patience };
      const { code, checks } = await callers(env);
      expect([code, find(checks, "token keys").detail]).toEqual([exitCode, expect.stringContaining(text)]);
    });
  });

  const faultReasons: Readonly<Record<IssuerFault, Reason>> = {
    "is down": "ECONNRESET",
    hangs: "timeout",
    "hangs in the body": "timeout",
    "answers 500": "unexpected status",
    "answers 204": "unexpected status",
    "sends HTML": "HTML page",
    "sends 10 MB": "too large",
    "sends a compressed 10 MB": "too large",
    "sends half of it": "not JSON",
    "sends keys in no list": "no key set",
    "sends null": "no key set",
    "sends UTF-16": "not JSON",
    "sends no keys": "no usable key",
    "sends a list": "no key set",
    "redirects to itself": "redirect",
  };

  /** What the doctor says of keys at an address, or of those below an issuer. */
  async function tokenKeys(env: Record<string, string>): Promise<Check> {
    const settings = { AUTH_MODE: "jwt", AUTH_JWT_AUDIENCE: "app", AUTH_JWKS_TIMEOUT_MS: "60000", ...env };
    return find((await callers(settings)).checks, "token keys");
  }

  /** The check names the reason, and what the table of reasons says to do. */
  function expectReason(check: Check, reason: Reason): void {
    const detail = expect.stringMatching(new RegExp(`\\(${reason}[ )]`));
    expect(check).toMatchObject({ status: "fail", detail, advice: reasons[reason].todo });
  }

  test.each(Object.entries(faultReasons) as [IssuerFault, Reason][])(
    "a provider that %s is explained: %s",
    async (fault, reason) => {
      await withIssuer({ ...healthy, fault }, async ({ url, keysUrl }) => {
        const patience = reason === "timeout" ? { AUTH_JWKS_TIMEOUT_MS: "50" } : {};
        expectReason(await tokenKeys({ AUTH_JWT_ISSUER: url, AUTH_JWT_JWKS_URL: keysUrl, ...patience }), reason);
      });
    },
  );

  test.each<[string, object, Reason]>([
    ["another issuer", { issuer: "https://other.example" }, "another issuer"],
    ["no issuer", { issuer: undefined }, "no discovery document"],
    ["no place of keys", { jwks_uri: undefined }, "no discovery document"],
    ["keys in plain HTTP", { jwks_uri: "http://192.0.2.1/keys" }, "not https"],
    ["keys at no host", { jwks_uri: "https://unknown.invalid/keys" }, "ENOTFOUND"],
    ["keys where nobody listens", { jwks_uri: "https://127.0.0.1:1/keys" }, "ECONNREFUSED"],
  ])("a discovery document that names %s is explained", async (_what, document, reason) => {
    await withIssuer(healthy, async (issuer) => {
      issuer.describe(document);
      expectReason(await tokenKeys({ AUTH_JWT_ISSUER: issuer.url }), reason);
    });
  });

  test("a shared secret is told without it", async () => {
    const secret = { AUTH_JWT_SECRET: "canary-secret-of-32-bytes-or-more" };
    const env = { AUTH_MODE: "jwt", AUTH_JWT_ISSUER: "app", AUTH_JWT_AUDIENCE: "app", ...secret };
    const { code, checks } = await callers(env);
    expect([code, find(checks, "token keys").status]).toEqual([0, "ok"]);
  });

  test.each([
    [["2999-01-01T00:00:00Z"], 0, "ok", "1 key in AUTH_API_KEYS_FILE"],
    [["2999-01-01T00:00:00Z", "2001-01-01T00:00:00Z"], 0, "warn", "2 keys in AUTH_API_KEYS_FILE, expired: key-1"],
    [["2001-01-01T00:00:00Z"], 1, "fail", "1 key in AUTH_API_KEYS_FILE, none of them valid now"],
  ])("service keys that end %j are counted", async (ends, exitCode, status, detail) => {
    const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
    const path = join(folder, "keys.json");
    const keys = ends.map((expires, index) => ({ id: `key-${index}`, sha256: "0".repeat(64), scopes: [], expires }));
    await writeFile(path, JSON.stringify(keys));
    const { code, checks } = await callers({ AUTH_MODE: "apikey", AUTH_API_KEYS_FILE: path });
    await rm(folder, { recursive: true });
    expect([code, find(checks, "service keys")]).toMatchObject([exitCode, { status, detail }]);
  });
});

describe("the command line of amity-graphql doctor", () => {
  test("--help explains every option on stdout", async () => {
    expect(await doctorCommand(["--help"], {}, new Set())).toBe(0);
    for (const option of ["--user", "--region", "--json", "--help"]) expect(written.stdout).toContain(option);
  });

  test.each([
    [["--region", "mars"], "--region must be one of eu, sg, us"],
    [["--user", ""], "--user must not be empty"],
    [["--user", "x".repeat(101)], "--user must have at most 100 characters"],
  ])("%j is refused with exit code 64", async (argv, problem) => {
    expect(await doctorCommand(argv, {}, new Set())).toBe(64);
    expect([written.stdout, written.stderr]).toEqual([
      "",
      `amity-graphql: ${problem}; see amity-graphql doctor --help\n`,
    ]);
  });
});
