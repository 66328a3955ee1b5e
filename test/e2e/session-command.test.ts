import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import { issue } from "../support/certificates.js";
import { signIn, verify, withEmulator } from "../support/emulator.js";
import { regionAt } from "../support/gateway.js";
import { command } from "../support/process.js";
import { always, withUpstream } from "../support/upstream.js";

jest.setTimeout(30_000); // processes start slowly on a busy machine; nothing waits for it to pass

const accessToken = "canary-access-token";

/** `amity-graphql session ...` with this on its standard input. */
function session(args: readonly string[], env: Record<string, string>, input = "") {
  const { child, finished } = command(["session", ...args], env);
  // It may end before it has read everything.
  child.stdin?.on("error", () => {}).end(input);
  return finished;
}

describe("amity-graphql session", () => {
  test.each([
    ["status", ["--token-stdin"], accessToken, "GET /api/v3/sessions", `Bearer ${accessToken}`, "ACTIVE\n"],
    ["revoke", ["--token-stdin"], `${accessToken}\n`, "DELETE /api/v4/sessions", `Bearer ${accessToken}`, "revoked\n"],
    ["revoke-all", ["--user", "a b"], "", "DELETE /api/v4/sessions/users/a%20b", "Bearer canary-admin", "revoked\n"],
  ])("%s sends one request and tells the answer", async (action, args, input, line, authorization, text) => {
    await withUpstream(always(200, '{"success":true}'), async ({ url, seen }) => {
      const env = regionAt(url, { AMITY_EU_ADMIN_TOKEN: "canary-admin" });
      const { code, stdout, stderr } = await session([action, ...args], env, input);
      expect([code, stdout, stderr]).toEqual([0, text, ""]);
      expect(seen.map(({ method, url: path, headers }) => [`${method} ${path}`, headers.authorization])).toEqual([
        [line, authorization],
      ]);
    });
  });

  test.each([
    ["status", 401, { state: "INVALID", checkedAt: expect.any(String) }, "INVALID\n"],
    ["status", 403, { state: "BANNED", checkedAt: expect.any(String) }, "BANNED\n"],
    ["revoke", 401, { revoked: false }, "there was nothing to revoke\n"],
  ])("%s answered with %i prints words or JSON and exits 0", async (action, status, data, text) => {
    await withUpstream(always(status, ""), async ({ url }) => {
      const [words, json] = await Promise.all(
        [[], ["--json"]].map((more) => session([action, "--token-stdin", ...more], regionAt(url), accessToken)),
      );
      expect([words?.code, words?.stdout, json?.code]).toEqual([0, text, 0]);
      expect(JSON.parse(json?.stdout ?? "")).toEqual(data);
    });
  });

  test("works under mutual TLS by the gateway's own settings", async () => {
    const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
    await withEmulator({ mtls: true }, async (emulator) => {
      const { cert, key } = await issue(emulator, "on call");
      const files = { ca: emulator.ca ?? "", cert, key, admin: emulator.adminToken };
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
      const env = {
        AMITY_SG_BASE_URL: emulator.url,
        AMITY_SG_SERVER_KEY: emulator.serverKey,
        AMITY_SG_ADMIN_TOKEN_FILE: join(folder, "admin"),
        AMITY_MTLS_CA_FILE: join(folder, "ca"),
        AMITY_MTLS_CERT_FILE: join(folder, "cert"),
        AMITY_MTLS_KEY_FILE: join(folder, "key"),
        // Who may call the gateway does not matter here.
        NODE_ENV: "production",
        AUTH_MODE: "jwt",
      };
      const all = await session(["revoke-all", "--user", "nobody"], env);
      expect([all.code, all.stdout, all.stderr]).toEqual([0, "there was nothing to revoke\n", ""]);
    });
  });

  test("ends a session that the emulator opened", async () => {
    await withEmulator({}, async (emulator) => {
      const env = { AMITY_SG_BASE_URL: emulator.url, AMITY_SG_SERVER_KEY: emulator.serverKey };
      const token = await signIn(emulator, "alice");
      expect((await session(["status", "--token-stdin"], env, token)).stdout).toBe('ACTIVE "alice"\n');
      expect((await session(["revoke", "--token-stdin"], env, token)).stdout).toBe("revoked\n");
      expect(await verify(emulator, token)).toBe(401);
    });
  });

  test("tells an error in one line and exits 1", async () => {
    const { code, stdout, stderr } = await session(["revoke-all", "--user", "a"], regionAt("http://127.0.0.1:9"));
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^ADMIN_NOT_CONFIGURED: [^\n]+\n$/);
  });

  test.each([
    [["status", "--token-stdin"], ""],
    [["status", "--token-stdin"], "two\nlines"],
    [["status"], accessToken],
    [["status", "--token-stdin", "--user", "a"], accessToken],
    [["revoke-all"], ""],
    [["revoke-all", "--user", "a", "--token-stdin"], ""],
    [["revoke", "--token-stdin", accessToken], ""],
    [["revoke", "--token-stdin", "--region", "moon"], accessToken],
    [["end", "--token-stdin"], accessToken],
    [[], ""],
  ])("takes %j for a usage error in one line", async (args, input) => {
    const { code, stdout, stderr } = await session(args, regionAt("http://127.0.0.1:9"), input);
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr).toMatch(/^amity-graphql: [^\n]+; see amity-graphql session --help\n$/);
    expect(stderr).not.toContain(accessToken);
  });

  test.each(["a b", "x".repeat(8_193), "x".repeat(1_000_000)])("sends no token that is none (%#)", async (input) => {
    const { code, stderr } = await session(["revoke", "--token-stdin"], regionAt("http://127.0.0.1:9"), input);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^BAD_USER_INPUT: the token on standard input must [^\n]+\n$/);
  });
});
