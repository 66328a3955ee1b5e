import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { describe, expect, jest, test } from "@jest/globals";
import { csrCommand } from "../../src/cli/csr.js";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../src/emulator/server.js";
import { type Credential, issue, postRequest } from "../support/certificates.js";
import { bearer, outcome, type RawAnswer, rawCall, rawToken, withEmulator } from "../support/emulator.js";

/** Every way in which Node tells that the other side broke the connection. */
const broken = expect.stringMatching(/^(ECONNRESET|EPIPE)$/);

function withMtls(run: (emulator: Emulator) => Promise<void>, options: EmulatorOptions = {}): Promise<void> {
  return withEmulator({ mtls: true, ...options }, run);
}

function banAsAdmin(emulator: Emulator, headers: Record<string, string>, credential?: Credential): Promise<RawAnswer> {
  return rawCall(emulator, "POST /api/v2/users/ban", { headers, body: { userId: "nobody" }, credential });
}

describe("the whole round", () => {
  test("csr, certificate, token", async () => {
    const directory = await mkdtemp(join(tmpdir(), "mtls-"));
    const silenced = jest.spyOn(process.stdout, "write").mockReturnValue(true);
    await csrCommand(["--name", "my gateway", "--key-type", "ec-p256", "--out", directory]);
    silenced.mockRestore();
    const [csr, key] = await Promise.all(
      ["csr", "key"].map((kind) => readFile(join(directory, `my_gateway.${kind}.pem`), "utf8")),
    );
    await rm(directory, { recursive: true });
    await withMtls(async (emulator) => {
      const { status, text } = await postRequest(emulator, "my gateway", csr ?? "");
      const { name, certificate, notAfter } = JSON.parse(text);
      const parsed = new X509Certificate(certificate);
      expect([status, name, parsed.subject]).toEqual([200, "my gateway", "CN=my gateway"]);
      expect(Date.parse(parsed.validTo)).toBe(Date.parse(notAfter));
      expect(parsed.checkPrivateKey(createPrivateKey(key ?? ""))).toBe(true);
      const answer = await rawToken(emulator, { cert: certificate, key: key ?? "" });
      expect([answer.status, answer.text]).toEqual([200, expect.stringMatching(/^"\w{42}"$/)]);
    });
  });

  test("serves localhost, 127.0.0.1 and ::1 with a certificate of its own authority", async () => {
    await withMtls(async ({ url, ca }) => {
      const socket = connectTls({ port: Number(new URL(url).port), host: "127.0.0.1", ca: ca ?? "" });
      await new Promise((resolve) => socket.once("secureConnect", resolve));
      const server = socket.getPeerX509Certificate();
      socket.destroy();
      expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
      expect(server?.checkIssued(new X509Certificate(ca ?? ""))).toBe(true);
      expect([server?.checkHost("localhost"), server?.checkIP("127.0.0.1"), server?.checkIP("::1")]).toEqual([
        "localhost",
        "127.0.0.1",
        "::1",
      ]);
    });
  });

  test("an emulator without mutual TLS has no authority and no certificates", async () => {
    await withEmulator({}, async (emulator) => {
      const { status } = await rawCall(emulator, "GET /__emulator/certificates", {
        headers: bearer(emulator.controlKey),
      });
      expect([emulator.ca, status]).toEqual([undefined, 404]);
    });
  });
});

describe("protected routes", () => {
  const tokenRoutes = ["POST /api/v4/authentication/token", "GET /api/v3/authentication/token?userId=alice"];

  test.each(tokenRoutes)("%s needs a certificate", async (route) => {
    await withMtls(async (emulator) => {
      const call = { headers: { "x-server-key": emulator.serverKey }, body: { userId: "alice" } };
      expect(await outcome(rawCall(emulator, route, call))).toEqual(broken);
      const credential = await issue(emulator, "gateway");
      expect(await outcome(rawCall(emulator, route, { ...call, credential }))).toBe(200);
    });
  });

  test("so does the admin token, in either header", async () => {
    await withMtls(async (emulator) => {
      const credential = await issue(emulator, "gateway");
      for (const headers of [bearer(emulator.adminToken), { "x-admin-token": emulator.adminToken }]) {
        expect(await outcome(banAsAdmin(emulator, headers))).toEqual(broken);
        expect(await outcome(banAsAdmin(emulator, headers, credential))).toBe(404);
      }
    });
  });

  test("users' own routes are open", async () => {
    await withMtls(async (emulator) => {
      const authToken = JSON.parse((await rawToken(emulator, await issue(emulator, "gateway"))).text);
      const opened = await rawCall(emulator, "POST /api/v5/sessions", {
        headers: { "x-api-key": emulator.apiKey },
        body: { userId: "alice", deviceId: "phone", authToken },
      });
      const headers = bearer(JSON.parse(opened.text).accessToken);
      const verified = await rawCall(emulator, "GET /api/v3/sessions", { headers });
      expect([opened.status, verified.status]).toEqual([200, 200]);
    });
  });

  test("the admin's routes need a certificate whoever calls", async () => {
    await withMtls(async (emulator) => {
      const credential = await issue(emulator, "gateway");
      for (const headers of [bearer("unknown"), {}]) {
        expect(await outcome(banAsAdmin(emulator, headers))).toEqual(broken);
        expect(await outcome(banAsAdmin(emulator, headers, credential))).toBe(401);
      }
    });
  });

  test("the refusal can be an answer", async () => {
    await withMtls(
      async (emulator) => {
        const { status, text } = await rawToken(emulator);
        expect([status, JSON.parse(text).code]).toEqual([403, 400_300]);
        expect(await outcome(banAsAdmin(emulator, bearer(emulator.adminToken)))).toBe(403);
      },
      { mtls: { refusal: "403" } },
    );
  });

  test("a certificate does not stand for the server key", async () => {
    await withMtls(async (emulator) => {
      const credential = await issue(emulator, "gateway");
      expect(await outcome(rawToken({ ...emulator, serverKey: "wrong" }, credential))).toBe(401);
    });
  });
});

describe("start and stop", () => {
  test("mutual TLS needs secure mode", async () => {
    await expect(startEmulator({ mtls: true, secureMode: false })).rejects.toThrow(RangeError);
  });

  test("several start at once, each with its own authority", async () => {
    const emulators = await Promise.all([1, 2, 3].map(() => startEmulator({ mtls: true })));
    await Promise.all(emulators.map(({ close }) => close()));
    expect(new Set(emulators.map(({ ca }) => ca)).size).toBe(3);
  });

  test("closing does not wait for unfinished handshakes", async () => {
    const emulator = await startEmulator({ mtls: true });
    const socket = connect(Number(new URL(emulator.url).port), "127.0.0.1");
    socket.on("error", () => undefined);
    await new Promise((resolve) => socket.once("connect", resolve));
    await outcome(rawToken(emulator)); // so that the server has seen the first connection too
    await emulator.close();
    await expect(rawToken(emulator)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test("plain HTTP gets nothing", async () => {
    await withMtls(async ({ url }) => {
      await expect(fetch(url.replace("https:", "http:"))).rejects.toThrow();
    });
  });
});
