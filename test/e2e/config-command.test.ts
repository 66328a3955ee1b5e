import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { run } from "../support/process.js";

/** A folder with an .env, and a file that holds a key. */
async function folderWith(env: string): Promise<{ folder: string; keyFile: string }> {
  const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
  const keyFile = join(folder, "server-key");
  await Promise.all([writeFile(join(folder, ".env"), env), writeFile(keyFile, "server-key-of-a-file\n")]);
  return { folder, keyFile };
}

/** The line of a setting in the table. */
function lineOf(name: string, stdout: string): string | undefined {
  return stdout.split("\n").find((line) => line.startsWith(`${name} `));
}

describe("amity-graphql config", () => {
  test("tells each value with its source", async () => {
    const { folder, keyFile } = await folderWith("AMITY_API_KEY=api-key-of-env-file\nPORT=5000\nLOG_LEVEL=debug\n");
    const env = { AMITY_SERVER_KEY_FILE: keyFile, LOG_LEVEL: "warn", AUTH_MODE: "none" };
    const { code, stdout, stderr } = await run(["config"], env, folder);
    expect([code, stderr]).toEqual([0, ""]);
    expect(lineOf("HOST", stdout)).toMatch(/^HOST +127\.0\.0\.1 +default$/);
    expect(lineOf("PORT", stdout)).toMatch(/^PORT +5000 +\.env$/);
    expect(lineOf("LOG_LEVEL", stdout)).toMatch(/^LOG_LEVEL +warn +environment$/);
    expect(lineOf("AMITY_API_KEY", stdout)).toMatch(/^AMITY_API_KEY +set +\.env$/);
    expect(lineOf("AMITY_SERVER_KEY", stdout)).toMatch(/^AMITY_SERVER_KEY +set +file \S+server-key, of /);
    expect(stdout).toContain(`file ${keyFile}, of AMITY_SERVER_KEY_FILE in the environment`);
    expect(stdout).not.toMatch(/api-key-of-env-file|server-key-of-a-file/);
  });

  test("tells what it could read beside the problems", async () => {
    const { folder } = await folderWith("NODE_ENV=production\nAMITY_APIKEY=misspelt-api-key\n");
    const env = { PORT: "port-that-is-none", ADMIN_PORT: "tcp://10.0.0.1:80", UPSTREAM_TIMEOUT_MS: "2000" };
    const { code, stdout, stderr } = await run(["config"], env, folder);
    expect([code, stderr]).toEqual([78, ""]);
    expect(stdout).toMatch(/^Production: yes\n/);
    expect(lineOf("PORT", stdout)).toMatch(/\(refused\) +environment$/);
    expect(lineOf("UPSTREAM_TIMEOUT_MS", stdout)).toMatch(/ 2000 +environment$/);
    expect(stdout).toMatch(/^ {2}PORT must be a whole number/m);
    expect(stdout).toMatch(/^ {2}AMITY_APIKEY is not read: did you mean AMITY_API_KEY\?$/m);
    expect(stdout).toMatch(/^ {2}ADMIN_PORT +ignored: set by the platform$/m);
    expect(stdout).not.toMatch(/misspelt-api-key|port-that-is-none|10\.0\.0\.1/);
  });

  test("prints one JSON document for programs", async () => {
    const { folder } = await folderWith("AMITY_TELEPORT=misspelt-api-key\n");
    const { code, stdout } = await run(["config", "--json"], { PORT: "x" }, folder);
    const report = JSON.parse(stdout);
    expect([code, report.ok, report.production]).toEqual([78, false, false]);
    expect(Object.keys(report)).toEqual(["ok", "production", "settings", "unread", "problems", "warnings"]);
    expect(report.settings).toContainEqual({ name: "LOG_LEVEL", value: "info", source: { kind: "default" } });
    expect(report.unread).toEqual([{ name: "AMITY_TELEPORT", why: "unknown" }]);
    expect(stdout).not.toContain("misspelt-api-key");
  });

  test("lets no name or path steer a terminal", async () => {
    const { stdout } = await run(["config"], { "AMITY_\u001b[2J": "x", AUTH_JWT_ISSUER: "\u009b2J" });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what steers a terminal begins with these
    expect(stdout).not.toMatch(/[\u001b\u009b]/);
    expect(stdout).toContain("AMITY_?[2J");
  });

  test("has a help text of its own", async () => {
    const { code, stdout } = await run(["config", "--help"], { PORT: "x" });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Usage: amity-graphql config/)]);
  });

  test.each([[["config", "extra"]], [["config", "--nonsense"]]])("takes %j for a usage error", async (args) => {
    expect(await run(args)).toMatchObject({ code: 64, stdout: "" });
  });
});

describe("amity-graphql doctor", () => {
  test.each([
    ["AMITY_API_KEY=api-key-of-env-file\n", ["warn", "anybody on this machine can read it (mode 0644)"]],
    ["PORT=5000\n", undefined],
    ["", undefined],
  ])("looks at an .env that holds %j", async (text, told) => {
    const { folder } = await folderWith(text);
    await chmod(folder, 0o755);
    await chmod(join(folder, ".env"), 0o644);
    const { stdout } = await run(["doctor", "--json"], { LOG_LEVEL: "loud" }, folder);
    const [check] = JSON.parse(stdout).checks.filter((one: { check: string }) => one.check === ".env");
    expect(check && [check.status, check.detail]).toEqual(told);
  });
});
