import { Agent, request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "@jest/globals";
import type { Emulator, EmulatorOptions } from "../../src/emulator/server.js";
import { createTestAuthority, createTestRequest, issue, postRequest } from "../support/certificates.js";
import { bearer, manualClock, outcome, rawCall, rawToken, withEmulator } from "../support/emulator.js";

const certificatesPath = "/__emulator/certificates";
const dayMs = 86_400_000;

/** Every way in which Node tells that the other side broke the connection. */
const broken = expect.stringMatching(/^(ECONNRESET|EPIPE)$/);

function withMtls(run: (emulator: Emulator) => Promise<void>, options: EmulatorOptions = {}): Promise<void> {
  return withEmulator({ mtls: true, ...options }, run);
}

describe("a certificate is refused", () => {
  test("from another authority, even one of the same name", async () => {
    await withMtls(async (emulator) => {
      await issue(emulator, "gateway");
      for (const name of ["Test CA", "Amity emulator CA"]) {
        const foreign = await (await createTestAuthority(name)).client("gateway");
        expect(await outcome(rawToken(emulator, foreign))).toEqual(broken);
      }
    });
  });

  test("when it has expired by the emulator's clock", async () => {
    const { clock, advance } = manualClock();
    await withMtls(
      async (emulator) => {
        const credential = await issue(emulator, "gateway");
        advance(2 * dayMs);
        const before = await outcome(rawToken(emulator, credential));
        advance(1_000);
        expect([before, await outcome(rawToken(emulator, credential))]).toEqual([200, broken]);
      },
      { clock, mtls: { certificateLifetimeMs: 2 * dayMs } },
    );
  });

  test("once it was deleted, on an open connection and a resumed TLS session too", async () => {
    await withMtls(async (emulator) => {
      const credential = await issue(emulator, "old one/1");
      const resuming = new Agent({ ...credential, ca: emulator.ca, keepAlive: true, maxSockets: 1 });
      const token = () => tokenBy(resuming, emulator);
      expect([await token(), await token()]).toEqual([200, 200]);
      const path = `${certificatesPath}/${encodeURIComponent("old one/1")}`;
      const headers = bearer(emulator.controlKey);
      expect(await outcome(rawCall(emulator, `DELETE ${path}`, { headers }))).toBe(200);
      expect([await token(), await token()]).toEqual([broken, broken]);
      expect(await outcome(rawCall(emulator, `DELETE ${path}`, { headers }))).toBe(404);
      resuming.destroy();
    });
  });

  test("without its key there is no connection", async () => {
    await withMtls(async (emulator) => {
      const { cert } = await issue(emulator, "gateway");
      const { key } = await createTestRequest();
      await expect(async () => rawToken(emulator, { cert, key })).rejects.toThrow(/key values mismatch/);
    });
  });
});

describe("the console's part", () => {
  test("wants the admin token", async () => {
    await withMtls(async (emulator) => {
      const { csr } = await createTestRequest();
      const routes = [`GET ${certificatesPath}`, `POST ${certificatesPath}`, `DELETE ${certificatesPath}/x`];
      for (const route of routes) {
        const call = { headers: bearer("wrong"), body: { name: "x", csr } };
        expect(await outcome(rawCall(emulator, route, call))).toBe(401);
      }
    });
  });

  test("holds two certificates at most, each name once", async () => {
    await withMtls(async (emulator) => {
      const { csr } = await createTestRequest();
      const statuses = [];
      for (const name of ["one", "one", "two", "three"]) {
        statuses.push((await postRequest(emulator, name, csr)).status);
      }
      const headers = bearer(emulator.controlKey);
      const list = JSON.parse((await rawCall(emulator, `GET ${certificatesPath}`, { headers })).text);
      await rawCall(emulator, `DELETE ${certificatesPath}/one`, { headers });
      statuses.push((await postRequest(emulator, "three", csr)).status);
      expect(statuses).toEqual([200, 409, 200, 409, 200]);
      expect(list.map(({ name }: { name: string }) => name)).toEqual(["one", "two"]);
    });
  });

  test("keeps to two when many ask at once", async () => {
    await withMtls(async (emulator) => {
      const { csr } = await createTestRequest();
      const answers = await Promise.all([..."abcdef"].map((name) => postRequest(emulator, name, csr)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 409, 409, 409, 409]);
    });
  });

  test.each([
    ["a name above 30 characters", "x".repeat(31), undefined, "name"],
    ["no name", "", undefined, "name"],
    ["no request", "gateway", "", "csr"],
    ["text that is no request", "gateway", "nonsense", "csr"],
    ["a request that is too long", "gateway", "x".repeat(20_001), "csr"],
  ])("refuses %s", async (_title, name, csr, field) => {
    await withMtls(async (emulator) => {
      const { status, text } = await postRequest(emulator, name, csr ?? (await createTestRequest()).csr);
      const { code, data } = JSON.parse(text);
      expect([status, code, data.detail[0]]).toEqual([422, 500_000, expect.stringContaining(`'${field}'`)]);
    });
  });
});

function tokenBy(agent: Agent, emulator: Emulator): Promise<number | string> {
  return new Promise((resolve) => {
    const headers = { "x-server-key": emulator.serverKey };
    httpsRequest(`${emulator.url}/api/v3/authentication/token?userId=alice`, { agent, headers })
      .on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      .on("response", (response) => {
        text(response).then(() => resolve(response.statusCode ?? 0));
      })
      .end();
  });
}
