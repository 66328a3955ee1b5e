import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { ConfigError, type Gateway, startGateway } from "../../src/app.js";
import { loadConfig } from "../../src/config/config.js";
import type { Env } from "../../src/config/reader.js";
import { jwtEnv } from "../support/callers.js";
import { recordingLogger } from "../support/canary.js";
import { withIssuer } from "../support/issuer.js";
import { listening } from "../support/sockets.js";
import { makeKey } from "../support/tokens.js";

function start(env: Env, logger = recordingLogger().logger): Promise<Gateway> {
  const { config, problems } = loadConfig({ PORT: "0", ...env });
  if (!config) throw new Error(problems.join("; "));
  return startGateway(config, { logger });
}

/** Where the log says that the embedded emulator is. */
function emulatorIn(lines: readonly string[]): string {
  return /embedded emulator at (http:[^ ]+)/.exec(lines.join())?.[1] ?? "";
}

/** Whether anybody answers there. */
function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

describe("a gateway that stops", () => {
  test("closes its port, its operator's port and its emulator", async () => {
    const { logger, lines } = recordingLogger();
    const gateway = await start({ ADMIN_PORT: "0" }, logger);
    const urls = [gateway.url, `${gateway.adminUrl}/livez`, emulatorIn(lines)];
    expect(await Promise.all(urls.map(answers))).toEqual([true, true, true]);
    await gateway.stop();
    expect(await Promise.all(urls.map(answers))).toEqual([false, false, false]);
  });
});

describe("a gateway that cannot listen", () => {
  test.each(["PORT", "ADMIN_PORT"])("on its %s leaves nothing behind", async (setting) => {
    // Nobody has it now: the gateway takes it, where it is not the one that is taken.
    const adminPort = await listening(createServer(), async (port) => port);
    await listening(createServer(), async (port) => {
      const { logger, lines } = recordingLogger();
      const env = { ADMIN_PORT: String(adminPort), [setting]: String(port) };
      await expect(start(env, logger)).rejects.toMatchObject({ code: "EADDRINUSE" });
      const urls = [emulatorIn(lines), `http://127.0.0.1:${adminPort}/livez`];
      expect(await Promise.all(urls.map(answers))).toEqual([false, false]);
    });
  });
});

test("a gateway fetches the provider's keys before anybody asks", async () => {
  await withIssuer({ keys: [await makeKey("EdDSA")] }, async (issuer) => {
    const { AUTH_JWT_SECRET: _, ...env } = { ...jwtEnv, AUTH_JWT_ISSUER: issuer.url };
    const gateway = await start({ AMITY_SERVER_KEY: "canary-server-key", ...env });
    // Health needs no caller, so these ask for none.
    for (let i = 0; i < 100 && issuer.fetches === 0; i++) await answers(new URL("/livez", gateway.url).href);
    await gateway.stop();
    expect(issuer.fetches).toBe(1);
  });
});

describe("an embedded gateway", () => {
  test("starts with what loadConfig gives, and logs its warnings", async () => {
    const { logger, lines } = recordingLogger();
    const gateway = await startGateway(loadConfig({ PORT: "0", PORTT: "1" }), { logger });
    expect(await answers(gateway.url)).toBe(true);
    expect(lines.join()).toContain("PORTT is not read: did you mean PORT?");
    await gateway.stop();
  });

  test("fails with all problems at once", async () => {
    const loaded = loadConfig({ PORT: "C4N4RY", LOG_LEVEL: "C4N4RY", PORTT: "1" });
    const failure: unknown = await startGateway(loaded).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(failure).toMatchObject({ problems: loaded.problems, warnings: loaded.warnings });
    for (const name of ["PORT", "LOG_LEVEL", "PORTT"]) expect(String(failure)).toContain(`\n  ${name} `);
    expect(String(failure)).not.toContain("C4N4RY");
  });

  test.each<[string, unknown]>([
    ["nothing, as of a config with problems", loadConfig({ PORT: "x" }).config],
    ["an environment", { PORT: "0" }],
    ["an empty object", {}],
  ])("fails in words when it is given %s", async (_what, given) => {
    await expect(startGateway(given as Parameters<typeof startGateway>[0])).rejects.toThrow(
      /hand over what loadConfig/,
    );
  });

  test("writes log and audit to standard output without a logger", async () => {
    const program = `
      import { loadConfig, startGateway } from "amity-graphql";
      const gateway = await startGateway(loadConfig({ PORT: "0", LOG_LEVEL: "error" }));
      const body = JSON.stringify({ query: '{ authToken(userId: "alice") { userId } }' });
      await fetch(gateway.url, { method: "POST", headers: { "content-type": "application/json" }, body });
      await gateway.stop();
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([expect.objectContaining({ audit: true, operation: "authToken", userId: "alice" })]);
  });
});
