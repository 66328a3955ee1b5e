import { describe, expect, jest, test } from "@jest/globals";
import { startEmulator } from "../../src/emulator/server.js";
import { regionAt } from "../support/gateway.js";
import { run } from "../support/process.js";
import { always, likeAmity, withUpstream } from "../support/upstream.js";

jest.setTimeout(30_000); // processes start slowly on a busy machine; nothing waits for it to pass

const token = (...args: string[]) => ["token", "--user", "alice", ...args];

describe("amity-graphql token", () => {
  test("prints a token that opens a session", async () => {
    const emulator = await startEmulator();
    try {
      const { apiKey, serverKey, url } = emulator;
      const env = { AMITY_SG_BASE_URL: url, AMITY_SG_API_KEY: apiKey, AMITY_SG_SERVER_KEY: serverKey };
      const { code, stdout, stderr } = await run(token(), env);
      expect([code, stderr]).toEqual([0, ""]);
      const body = { userId: "alice", deviceId: "a", authToken: stdout.replace(/\n$/, "") };
      const headers = { "x-api-key": apiKey, "content-type": "application/json" };
      const session = await fetch(`${url}/api/v3/sessions`, { method: "POST", headers, body: JSON.stringify(body) });
      expect(session.status).toBe(200);
    } finally {
      await emulator.close();
    }
  });

  test("prints user, region and times as JSON", async () => {
    await withUpstream(likeAmity({}), async ({ url }) => {
      const { stdout } = await run(token("--json"), regionAt(url));
      const answer = JSON.parse(stdout);
      expect(answer).toMatchObject({ token: "token-1", userId: "alice", region: "EU" });
      expect(Date.parse(answer.expiresAt) - Date.parse(answer.issuedAt)).toBe(600_000);
      expect(Object.keys(answer)).toEqual(["token", "userId", "region", "issuedAt", "expiresAt", "refreshAfter"]);
    });
  });

  test.each(["us", "US"])("mints in the region %s when asked", async (region) => {
    await withUpstream(likeAmity({}), async ({ url, seen }) => {
      const env = { AMITY_REGION: "eu", AMITY_EU_SERVER_KEY: "canary-server-key-eu" };
      const us = { AMITY_US_BASE_URL: url, AMITY_US_SERVER_KEY: "canary-server-key-us" };
      const { code, stdout } = await run(token("--region", region), { ...env, ...us });
      expect([code, stdout]).toEqual([0, "token-1\n"]);
      expect(seen.map(({ headers }) => headers["x-server-key"])).toEqual(["canary-server-key-us"]);
    });
  });

  test("needs no settings about callers or addresses", async () => {
    await withUpstream(likeAmity({}), async ({ url }) => {
      const serving = { NODE_ENV: "production", HOST: "0.0.0.0", AUTH_MODE: "jwt", AUTH_JWT_SECRET_FILE: "/nowhere" };
      expect((await run(token(), regionAt(url, serving))).code).toBe(0);
    });
  });

  test("tells an error in one line and exits 1", async () => {
    await withUpstream(always(401, "Unauthorized"), async ({ url }) => {
      const { code, stdout, stderr } = await run(token(), regionAt(url));
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(/^UPSTREAM_AUTH_FAILED: [^\n]+\n$/);
    });
  });

  test.each([
    ["", "BAD_USER_INPUT: --user must not be empty\n"],
    ["x".repeat(101), "BAD_USER_INPUT: --user must have at most 100 characters\n"],
  ])("refuses an unusable user before any call", async (user, text) => {
    await withUpstream(likeAmity({}), async ({ url, seen }) => {
      const { code, stderr } = await run(["token", "--user", user], regionAt(url));
      expect([code, stderr, seen.length]).toEqual([1, text, 0]);
    });
  });

  test("names a region that has no keys", async () => {
    const { code, stderr } = await run(token("--region", "sg"), regionAt("http://127.0.0.1:9"));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^REGION_NOT_CONFIGURED: /);
  });

  test("explains that there is no network without keys", async () => {
    const { code, stdout, stderr } = await run(token(), { AMITY_APIKEY: "x" });
    expect([code, stdout]).toEqual([78, ""]);
    expect(stderr).toMatch(/^amity-graphql has no network to mint from:\n {2}no key is set: .*AMITY_SERVER_KEY/);
    expect(stderr).toContain("AMITY_APIKEY is not read: did you mean AMITY_API_KEY?");
  });

  test("lists configuration problems and exits 78", async () => {
    const { code, stderr } = await run(token(), { AMITY_API_KEY: "", UPSTREAM_TIMEOUT_MS: "x" });
    expect(code).toBe(78);
    expect(stderr).toMatch(/^amity-graphql cannot mint:\n {2}AMITY_API_KEY is empty.*\n {2}UPSTREAM_TIMEOUT_MS/);
  });

  test.each([[["token"]], [token("--region", "moon")], [token("extra")], [token("--nonsense")], [["token", "--user"]]])(
    "takes %j for a usage error in one line",
    async (args) => {
      const { code, stdout, stderr } = await run(args, regionAt("http://127.0.0.1:9"));
      expect([code, stdout]).toEqual([64, ""]);
      expect(stderr).toMatch(/^amity-graphql: [^\n]+; see amity-graphql[^\n]* --help\n$/);
    },
  );

  test("has a help text of its own", async () => {
    const { code, stdout } = await run(["token", "--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: amity-graphql token --user ID/);
  });
});

describe("amity-graphql --help", () => {
  test("describes each command in one line", async () => {
    const { stdout } = await run(["--help"]);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) {2,}\S.*$/gm)].map(([, name]) => name);
    expect(commands).toEqual(expect.arrayContaining(["start", "emulator", "schema", "token", "apikey", "csr"]));
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  test("names only commands that explain themselves", async () => {
    const { stdout } = await run(["--help"]);
    const names = [...stdout.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name = ""]) => name);
    const helps = await Promise.all(names.map((name) => run([name, "--help"])));
    expect(helps.map(({ code }) => code)).toEqual(names.map(() => 0));
    const titles = helps.map(({ stdout: text }) => /^Usage: amity-graphql \[?([a-z]+)/.exec(text)?.[1]);
    expect(titles).toEqual(names);
  });

  test("writes no colours where nobody sees them", async () => {
    const outputs = await Promise.all([run(["--help"]), run(["nonsense"]), run([], { PORT: "x" }), run(["--version"])]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with this one
    for (const { stdout, stderr } of outputs) expect(stdout + stderr).not.toMatch(/\u001b/);
  });
});
