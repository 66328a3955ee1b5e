import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { printedSchema } from "../../src/graphql/build-schema.js";
import { regionAt } from "../support/gateway.js";
import { command, type Running, run, withGatewayProcess } from "../support/process.js";
import { refusing } from "../support/sockets.js";
import { type Answer, withUpstream } from "../support/upstream.js";

async function fileOf(text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "amity-graphql-")), "file");
  await writeFile(path, text);
  return path;
}

/** A region with an API key and no server key, for signed-in callers. */
const unsecure = {
  AMITY_US_API_KEY: "canary-api-key",
  AUTH_MODE: "jwt",
  AUTH_JWT_ISSUER: "https://login.example.com/",
  AUTH_JWT_AUDIENCE: "app",
  AUTH_JWT_SECRET: "canary-secret-of-thirty-two-bytes!",
};

describe("amity-graphql start", () => {
  test("serves with the emulator and says so", async () => {
    const { code, stdout } = await withGatewayProcess({}, async (url) => {
      expect((await fetch(new URL("/readyz", url))).status).toBe(200);
    });
    expect(code).toBe(0);
    expect(stdout.match(/embedded emulator/g)).toHaveLength(1);
    expect(
      stdout.match(/http:\/\/127\.0\.0\.1:\d+\/__emulator\/#key=emulator-control-key-[0-9a-f]{48}$/gm),
    ).toHaveLength(1);
    expect(stdout).toMatch(/AUTH_MODE=none/);
  });

  test("prints its ready line however quiet", async () => {
    const { stdout } = await withGatewayProcess({ LOG_LEVEL: "silent" }, async () => {});
    expect(stdout).toMatch(/^Listening on http:\/\/127\.0\.0\.1:\d+\/graphql\n$/);
  });

  test("lists all configuration errors and exits 78", async () => {
    const { code, stdout, stderr } = await run([], { PORT: "x", AMITY_API_KEY: "", NODE_ENV: "production" });
    expect([code, stdout]).toEqual([78, ""]);
    expect(stderr).toBe(
      [
        "amity-graphql cannot start:",
        "  AMITY_API_KEY is empty: give it a value or unset it",
        "  PORT must be a whole number from 0 to 65535",
        "  AUTH_MODE must be set: `jwt`, `apikey`, several with commas; `none` on a loopback HOST, for development only",
        "",
      ].join("\n"),
    );
  });

  test("refuses production without secure mode, and says how to switch it on", async () => {
    const { code, stdout, stderr } = await run(["start"], { ...unsecure, NODE_ENV: "production" });
    expect([code, stdout]).toEqual([78, ""]);
    expect(stderr).toMatch(
      /^ {2}AMITY_US_SERVER_KEY must .+United States.+switch secure mode on.+ALLOW_UNSECURE=on\n$/m,
    );
  });

  test("serves it all the same where that is allowed, and warns", async () => {
    const env = { ...unsecure, NODE_ENV: "production", AMITY_ALLOW_UNSECURE: "on" };
    const { code, stdout } = await withGatewayProcess(env, async () => {});
    expect(code).toBe(0);
    const text = "AMITY_ALLOW_UNSECURE is on: the network in United States is in unsecure mode";
    expect(stdout).toMatch(new RegExp(`^\\{"level":40,.*"msg":"${text}`, "m"));
  });

  test("asks nobody for the passphrase of a key", async () => {
    const pem = [
      "-----BEGIN PUBLIC KEY-----",
      "Proc-Type: 4,ENCRYPTED",
      `DEK-Info: AES-128-CBC,${"0".repeat(32)}`,
      "",
      "AAAA",
      "-----END PUBLIC KEY-----",
    ];
    const { code, stderr } = await run([], { AUTH_MODE: "jwt", AUTH_JWT_PUBLIC_KEY: pem.join("\n") });
    expect([code, stderr.includes("pass phrase")]).toEqual([78, false]);
  });

  test("stops gracefully as soon as it is ready", async () => {
    const running = command(["start"], { PORT: "0" });
    running.child.stdout?.on("data", (text) => String(text).includes("Listening") && running.child.kill("SIGTERM"));
    expect((await running.finished).code).toBe(0);
  });

  test("takes a signal that comes twice for one", async () => {
    const running = command(["start"], { PORT: "0" });
    await running.printed(/^Listening on (\S+)$/m);
    running.child.kill("SIGINT");
    running.child.kill("SIGINT");
    expect((await running.finished).code).toBe(0);
  });

  test("hints at a misspelling beside the errors", async () => {
    const { stderr } = await run([], { AMITY_APIKEY: "x", NODE_ENV: "production" });
    expect(stderr).toContain("AMITY_APIKEY is not read: did you mean AMITY_API_KEY?");
  });

  test("warns of a misspelt variable", async () => {
    const { stdout } = await withGatewayProcess({ AMITY_APIKEY: "secret" }, async () => {});
    expect(stdout).toContain("AMITY_APIKEY is not read: did you mean AMITY_API_KEY?");
    expect(stdout).not.toContain("secret");
  });

  test("exits 1 when the port is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await run(["start"], { PORT: String(port) });
    await new Promise((resolve) => other.close(resolve));
    expect([code, stderr]).toEqual([
      1,
      `amity-graphql cannot listen on HOST 127.0.0.1, PORT ${port}: EADDRINUSE (another process has this port)\n`,
    ]);
  });

  test("names ADMIN_PORT when that is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await run(["start"], { PORT: "0", ADMIN_PORT: String(port) });
    await new Promise((resolve) => other.close(resolve));
    expect([code, stderr]).toEqual([1, expect.stringContaining(`ADMIN_PORT ${port}: EADDRINUSE`)]);
  });

  test("names HOST when it is no address of this machine", async () => {
    const env = { HOST: "192.0.2.1", AUTH_MODE: "apikey", AUTH_API_KEYS_FILE: await fileOf("[]"), AMITY_API_KEY: "a" };
    const { code, stderr } = await run(["start"], { PORT: "0", ...env });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/HOST is no address of this machine/)]);
  });

  test.each([
    ["a byte order mark", "\uFEFFNODE_ENV=production\nAMITY_API_KEY=\n"],
    ["line ends of Windows", "NODE_ENV=production\r\nAMITY_API_KEY=\r\n"],
  ])("is production by an .env with %s", async (_what, text) => {
    const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
    await writeFile(join(folder, ".env"), text);
    const { code, stderr } = await run(["start"], {}, folder);
    expect([code, stderr]).toEqual([78, expect.stringContaining("AUTH_MODE must be set")]);
    expect(stderr).toContain("AMITY_API_KEY is empty");
  });

  test("refuses an .env that is not UTF-8", async () => {
    const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
    await writeFile(join(folder, ".env"), Buffer.from("\uFEFFNODE_ENV=production\n", "utf16le"));
    expect(await run(["start"], {}, folder)).toMatchObject({ code: 78, stderr: "amity-graphql: .env is not UTF-8\n" });
  });

  test("lets the environment win over .env", async () => {
    const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
    await writeFile(join(folder, ".env"), "\uFEFFPORT=x\nLOG_LEVEL=loud\n");
    const { stderr } = await run(["start"], { PORT: "0" }, folder);
    expect(stderr).toContain("LOG_LEVEL must be one of");
    expect(stderr).not.toContain("PORT");
  });

  test("reads .env under the environment", async () => {
    const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
    await writeFile(join(folder, ".env"), "PORT=x\nLOG_LEVEL=loud\n");
    const { stderr } = await run(["start"], { PORT: "y" }, folder);
    expect(stderr).toContain("LOG_LEVEL must be one of");
  });

  test("refuses an .env that is no file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "amity-graphql-"));
    await mkdir(join(folder, ".env"));
    const { code, stderr } = await run(["start"], {}, folder);
    expect([code, stderr]).toEqual([78, "amity-graphql: .env is a folder (EISDIR)\n"]);
  });

  test("finishes a request in flight on SIGTERM", async () => {
    const gateways: { readonly url: string; readonly running: Running }[] = [];
    const answer: Answer = async (response) => {
      for (const { url, running } of gateways) {
        running.child.kill("SIGTERM");
        await running.printed(/stopping/);
        await refusing(Number(new URL(url).port));
      }
      response.end('"late"');
    };
    await withUpstream(answer, async (upstream) => {
      const { code } = await withGatewayProcess(regionAt(upstream.url, { AUTH_MODE: "none" }), async (url, running) => {
        gateways.push({ url, running });
        const body = JSON.stringify({ query: '{ authToken(userId: "a") { token } }' });
        const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
        expect(response.headers.get("connection")).toBe("close");
        expect(await response.json()).toEqual({ data: { authToken: { token: "late" } } });
      });
      expect(code).toBe(0);
    });
  });
});

describe("amity-graphql", () => {
  test.each([
    [["--help"], /emulator .*\n.*schema/],
    [["start", "--help"], /AMITY_SERVER_KEY, AMITY_SERVER_KEY_FILE/],
    [["emulator", "--help"], /--single-use/],
    [["admin-token", "--help"], /rotate.*\n[\s\S]*Exit codes: 0/],
    [["visitor-signature", "--help"], /--device ID[\s\S]*Exit codes: 0/],
    [["--version"], /^\d+\.\d+\.\d+\n$/],
  ])("%j explains itself", async (args, text) => {
    const { code, stdout } = await run(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(text);
  });

  test.each([[["nonsense"]], [["start", "--nonsense"]], [["schema", "extra"]], [["toString"]]])(
    "%j is a usage error in one line",
    async (args) => {
      const { code, stderr } = await run(args);
      expect(code).toBe(64);
      expect(stderr.trim().split("\n")).toHaveLength(1);
    },
  );

  test.each([
    ["strat", "start"],
    ["Doctor", "doctor"],
    ["scheme", "schema"],
    ["frobnicate", undefined],
  ])("answers %s with %s", async (name, meant) => {
    expect(/did you mean (\w+)/.exec((await run([name])).stderr)?.[1]).toBe(meant);
  });

  test("schema prints the schema", async () => {
    expect((await run(["schema"])).stdout).toBe(printedSchema());
  });

  test("emulator serves a gateway that is configured by hand", async () => {
    const emulator = command(["emulator"]);
    const text = await emulator.printed(/^([\s\S]*AMITY_SG_SERVER_KEY=.*\n)/);
    const settings = text.split("\n").filter((line) => line.startsWith("AMITY_"));
    const env = Object.fromEntries(settings.map((line) => line.split("=", 2)));
    await withGatewayProcess({ ...env, AUTH_MODE: "none" }, async (url) => {
      const body = JSON.stringify({ query: '{ authToken(userId: "a") { userId region } }' });
      const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
      expect(await response.json()).toEqual({ data: { authToken: { userId: "a", region: "SG" } } });
    });
    emulator.child.kill("SIGTERM");
    expect((await emulator.finished).code).toBe(0);
  });
});
