import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { emulatorCommand } from "../../src/cli/emulator.js";
import { createTestAuthority } from "../support/certificates.js";
import { call, outcome, rawCall, requestSession, verify, withEmulator } from "../support/emulator.js";

const written = { stdout: "", stderr: "" };
/** Runs whenever something is written. */
let watch: () => void = () => {};

beforeEach(() => {
  for (const name of ["stdout", "stderr"] as const) {
    written[name] = "";
    jest.spyOn(process[name], "write").mockImplementation((chunk) => {
      written[name] += String(chunk);
      watch();
      return true;
    });
  }
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** Waits until the command has printed its settings, and reads them as a .env file would be. Rejects when it ends. */
async function printedSettings(exit: Promise<number>): Promise<Record<string, string>> {
  await new Promise<void>((resolve, reject) => {
    watch = () => {
      if (written.stdout.includes("Inspector")) resolve();
    };
    watch();
    exit.then((code) => reject(new Error(`ended with ${code}: ${written.stderr}`)), reject);
  });
  const lines = written.stdout.split("\n").filter((line) => /^\w+=/.test(line));
  return Object.fromEntries(lines.map((line) => line.split("=") as [string, string]));
}

describe("amity-graphql emulator", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("prints settings that work and stops on %s", async (signal) => {
    const listeners = process.listenerCount(signal);
    const exit = emulatorCommand([], {});
    const settings = await printedSettings(exit);
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
    const keys = ["--api-key", "api", "--server-key", "server", "--admin-token", "admin", "--visitor-secret", "secret"];
    const rest = [
      "--host",
      "127.0.0.1",
      "--port",
      "0",
      "--single-use",
      "--rate-limit",
      "5",
      "--control-key",
      "control/key",
    ];
    const exit = emulatorCommand([...keys, ...rest], {});
    const settings = await printedSettings(exit);
    process.emit("SIGINT");
    await exit;
    expect(written.stdout).toContain("# Visitor secret: secret\n");
    expect(settings).toMatchObject({ AMITY_SG_API_KEY: "api", AMITY_SG_SERVER_KEY: "server" });
    expect(written.stdout).toContain("admin");
    expect(written.stdout).toContain(`this machine: ${settings["AMITY_SG_BASE_URL"]}/__emulator/#key=control%2Fkey\n`);
  });

  test.each([
    ["with", ["--secure-visitors"], { AMITY_SG_VISITOR_SECRET: "secret", VISITORS: "on" }],
    ["without", [], {}],
  ])("prints settings for visitors %s secure visitors", async (_how, more, settings) => {
    const exit = emulatorCommand(["--visitor-secret", "secret", ...more], {});
    const { AMITY_SG_VISITOR_SECRET, VISITORS } = await printedSettings(exit);
    process.emit("SIGINT");
    await exit;
    expect({ AMITY_SG_VISITOR_SECRET, VISITORS }).toEqual({
      AMITY_SG_VISITOR_SECRET: undefined,
      VISITORS: undefined,
      ...settings,
    });
  });

  test("plays the network that its arguments describe", async () => {
    const exit = emulatorCommand(
      ["--insecure", "--secure-visitors", "--same-device", "revoke", "--no-session-times"],
      {},
    );
    const { AMITY_SG_BASE_URL: url = "", AMITY_SG_API_KEY: apiKey = "" } = await printedSettings(exit);
    const network = {
      url,
      apiKey,
      serverKey: "",
      adminToken: "",
      controlKey: "",
      inspectorUrl: "",
      visitorSecret: "",
      ca: undefined,
    };
    const emulator = { ...network, close: async () => undefined };
    const { json } = await requestSession(emulator, { userId: "alice", deviceId: "phone" });
    await requestSession(emulator, { userId: "alice", deviceId: "phone" });
    const visit = { headers: { "x-api-key": apiKey }, body: { deviceId: "phone" } };
    const visitor = await call(emulator, "POST /api/v5/sessions/visitor", visit);
    const former = await verify(emulator, String(json["accessToken"]));
    process.emit("SIGINT");
    await exit;
    expect([json["issuedAt"], former, visitor.status]).toEqual([undefined, 401, 422]);
  });

  test("prints no server key with --insecure", async () => {
    const exit = emulatorCommand(["--insecure"], {});
    const settings = await printedSettings(exit);
    process.emit("SIGINT");
    await exit;
    expect(Object.keys(settings)).toEqual(["AMITY_SG_BASE_URL", "AMITY_SG_API_KEY", "AUTH_MODE"]);
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
    [["--same-device", "forget"]],
    [["--visitor-secret", ""]],
    [["--control-key", ""]],
    [["--api-key", ""]],
    [["--server-key", "x".repeat(151)]],
    [["--mtls"]],
    [["--ca-out", "ca.pem"]],
    [["--mtls", "--ca-out", ""]],
    [["--mtls", "--ca-out", "ca.pem", "--insecure"]],
    [["--fault", "explode"]],
    [["--fault", "latency"]],
    [["--fault", "hang", "--fault", "serverCertificateExpired"]],
  ])("%j are wrong arguments: 64 and one line", async (argv) => {
    expect(await emulatorCommand(argv, {})).toBe(64);
    expect(written.stderr).toMatch(/^amity-graphql: [^\n]+; see amity-graphql emulator --help\n$/);
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

  test("--fault may be repeated", async () => {
    const exit = emulatorCommand(["--fault", "status,status=503,times=1", "--fault", "nonJson"], {});
    const url = `${(await printedSettings(exit))["AMITY_SG_BASE_URL"]}/api/v3/sessions`;
    const types = [];
    for (let turn = 0; turn < 2; turn += 1) types.push((await fetch(url)).headers.get("content-type"));
    process.emit("SIGINT");
    await exit;
    expect(types).toEqual(["application/json; charset=utf-8", "text/html; charset=utf-8"]);
  });
});

describe("amity-graphql emulator --mtls", () => {
  let directory: string;
  let caFile: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "emulator ca-"));
    caFile = join(directory, "ca.pem");
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  async function run(): Promise<string> {
    written.stdout = "";
    const exit = emulatorCommand(["--mtls", "--ca-out", caFile], {});
    const settings = await printedSettings(exit);
    expect(settings["AMITY_MTLS_CA_FILE"]).toBe(`'${caFile}'`); // quoted, because of the space
    const ca = await readFile(caFile, "utf8");
    const url = settings["AMITY_SG_BASE_URL"] ?? "";
    const keys = { apiKey: "", serverKey: "", adminToken: "", controlKey: "", inspectorUrl: "", visitorSecret: "" };
    const emulator = { ...keys, url, ca, close: async () => undefined };
    expect(await outcome(rawCall(emulator, "GET /api/v3/sessions"))).toBe(401);
    process.emit("SIGINT");
    expect(await exit).toBe(0);
    return ca;
  }

  test("writes an authority that HTTPS clients can trust, each time another over the old", async () => {
    await writeFile(caFile, "");
    expect(await run()).not.toBe(await run());
  });

  test("leaves any other file alone", async () => {
    const { ca } = await createTestAuthority();
    for (const text of ["precious", ca]) {
      await writeFile(caFile, text);
      expect(await emulatorCommand(["--mtls", "--ca-out", caFile], {})).toBe(1);
      expect(await readFile(caFile, "utf8")).toBe(text);
    }
    expect(written.stdout).toBe("");
    expect(written.stderr).toContain("exists and is not an emulator's certificate");
  });

  test("a directory that is not there is exit code 1", async () => {
    expect(await emulatorCommand(["--mtls", "--ca-out", join(directory, "nowhere", "ca.pem")], {})).toBe(1);
    expect(written.stderr).toContain("(ENOENT)");
  });
});
