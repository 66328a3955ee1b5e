import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { emulatorCommand } from "../../src/cli/emulator.js";
import { withEmulator } from "../support/emulator.js";

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

/** Waits until the command has printed its settings, and reads them as a .env file would be. */
async function printedSettings(): Promise<Record<string, string>> {
  while (!written.stdout.includes("Admin token")) await new Promise((resolve) => setImmediate(resolve));
  const lines = written.stdout.split("\n").filter((line) => /^\w+=/.test(line));
  return Object.fromEntries(lines.map((line) => line.split("=") as [string, string]));
}

describe("amity-graphql emulator", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("prints settings that work and stops on %s", async (signal) => {
    const listeners = process.listenerCount(signal);
    const exit = emulatorCommand([], {});
    const settings = await printedSettings();
    const response = await fetch(`${settings["AMITY_SG_BASE_URL"]}/api/v4/authentication/token`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-server-key": settings["AMITY_SG_SERVER_KEY"] ?? "" },
      body: JSON.stringify({ userId: "alice" }),
    });
    process.emit(signal);
    expect([response.status, await exit, written.stderr]).toEqual([200, 0, ""]);
    expect(process.listenerCount(signal)).toBe(listeners);
  });

  test("takes every option from its arguments", async () => {
    const keys = ["--api-key", "api", "--server-key", "server", "--admin-token", "admin"];
    const rest = ["--host", "127.0.0.1", "--port", "0", "--single-use", "--rate-limit", "5"];
    const exit = emulatorCommand([...keys, ...rest], {});
    const settings = await printedSettings();
    process.emit("SIGINT");
    await exit;
    expect(settings).toMatchObject({ AMITY_SG_API_KEY: "api", AMITY_SG_SERVER_KEY: "server" });
    expect(written.stdout).toContain("admin");
  });

  test("prints no server key with --insecure", async () => {
    const exit = emulatorCommand(["--insecure"], {});
    const settings = await printedSettings();
    process.emit("SIGINT");
    await exit;
    expect(Object.keys(settings)).toEqual(["AMITY_SG_BASE_URL", "AMITY_SG_API_KEY"]);
  });

  test("--help says that the keys are fake", async () => {
    expect(await emulatorCommand(["--help"], {})).toBe(0);
    expect(written.stdout).toContain("fake");
  });

  test.each([
    [["--unknown"]],
    [["positional"]],
    [["--port"]],
    [["--port", "65536"]],
    [["--port", "1e3"]],
    [["--port", "--insecure"]],
    [["--rate-limit", "0"]],
    [["--api-key", ""]],
    [["--server-key", "x".repeat(151)]],
  ])("%j are wrong arguments: 64 and one line", async (argv) => {
    expect(await emulatorCommand(argv, {})).toBe(64);
    expect(written.stderr).toMatch(/^amity-graphql emulator: [^\n]+\n$/);
    expect(written.stdout).toBe("");
  });

  test("a port in use is exit code 1", async () => {
    await withEmulator({}, async ({ url }) => {
      expect(await emulatorCommand(["--port", new URL(url).port], {})).toBe(1);
    });
    expect(written.stderr).toBe("amity-graphql emulator: the port is in use\n");
  });

  test("production is exit code 78", async () => {
    expect(await emulatorCommand([], { NODE_ENV: "production" })).toBe(78);
    expect(written.stdout).toBe("");
  });
});
