import { Agent, request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { type Emulator, type FaultInput, startEmulator } from "../../src/emulator/server.js";
import { outcome, rawCall, rawToken, tokenBytes, withEmulator, withFault } from "../support/emulator.js";

const wholeToken = /^"\w{42}"$/;

describe("faults of the connection", () => {
  test("latency answers late and right", async () => {
    await withFault({ kind: "latency", ms: 150 }, async (emulator) => {
      const start = performance.now();
      expect((await rawToken(emulator)).text).toMatch(wholeToken);
      expect(performance.now() - start).toBeGreaterThan(140);
    });
  });

  test("hang sends nothing", async () => {
    await withFault({ kind: "hang" }, async (emulator) => {
      expect(await tokenBytes(emulator, { waitMs: 200 })).toEqual({ head: "", body: "", end: "open" });
    });
  });

  test("resetBeforeHeaders breaks the connection without a byte", async () => {
    await withFault({ kind: "resetBeforeHeaders" }, async (emulator) => {
      expect(await tokenBytes(emulator)).toEqual({ head: "", body: "", end: "reset" });
    });
  });

  test("resetAfterHeaders sends the headers only", async () => {
    await withFault({ kind: "resetAfterHeaders" }, async (emulator) => {
      const { head, body, end } = await tokenBytes(emulator);
      expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n.*content-length: 44\b/s);
      expect([body, end]).toEqual(["", "reset"]);
    });
  });

  test("resetMidBody sends half of the body", async () => {
    await withFault({ kind: "resetMidBody" }, async (emulator) => {
      const { head, body, end } = await tokenBytes(emulator);
      expect(head).toContain("content-length: 44");
      expect([body.length, end]).toEqual([22, "reset"]);
    });
  });

  test("truncate closes before the promised length", async () => {
    await withFault({ kind: "truncate" }, async (emulator) => {
      const { head, body, end } = await tokenBytes(emulator);
      expect(head).toContain("content-length: 54");
      expect(body).toMatch(wholeToken);
      expect(end).toBe("closed");
      expect(await outcome(rawToken(emulator))).toBe("ECONNRESET");
    });
  });

  test("keepAliveIdleClose closes an idle connection without having said so", async () => {
    await withFault({ kind: "keepAliveIdleClose", ms: 100 }, async (emulator) => {
      const start = performance.now();
      const { head, body, end } = await tokenBytes(emulator);
      expect(head.toLowerCase()).not.toContain("keep-alive: timeout");
      expect([body, end]).toEqual([expect.stringMatching(wholeToken), "closed"]);
      expect(performance.now() - start).toBeGreaterThan(90);
    });
  });

  test("keepAliveIdleClose leaves a busy connection open", async () => {
    await withFault({ kind: "keepAliveIdleClose", ms: 700 }, async (emulator) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const ports = [];
      for (let turn = 0; turn < 6; turn += 1) {
        ports.push(await portOfToken(emulator, agent));
        await setTimeout(150);
      }
      expect(new Set(ports).size).toBe(1);
      await setTimeout(900);
      expect(ports).not.toContain(await portOfToken(emulator, agent));
      agent.destroy();
    });
  });

  test("a connection that is to close is not kept", async () => {
    await withFault({ kind: "keepAliveIdleClose", ms: 10_000 }, async (emulator) => {
      expect((await tokenBytes(emulator, { more: "connection: close\r\n" })).end).toBe("closed");
    });
  });
});

describe("TLS", () => {
  test("serverCertificateExpired shows an expired certificate", async () => {
    await withEmulator({ mtls: true, faults: [{ kind: "serverCertificateExpired" }] }, async (emulator) => {
      expect(await outcome(rawToken(emulator))).toBe("CERT_HAS_EXPIRED");
    });
  });

  test("it needs TLS", async () => {
    await expect(startEmulator({ faults: [{ kind: "serverCertificateExpired" }] })).rejects.toThrow(RangeError);
  });

  test.each(["resetBeforeHeaders", "resetMidBody", "truncate"] as const)(
    "%s breaks a TLS connection too",
    async (kind) => {
      await withEmulator({ mtls: true, faults: [{ kind, route: "session" }] }, async (emulator) => {
        const call = rawCall(emulator, "GET /api/v3/sessions");
        expect(await outcome(call)).toBe("ECONNRESET");
      });
    },
  );
});

describe("closing", () => {
  test.each([
    { kind: "latency", ms: 3_600_000 },
    { kind: "hang" },
    { kind: "drip", intervalMs: 3_600_000 },
    { kind: "drip", intervalMs: 1, endless: true },
    { kind: "endlessBody" },
    { kind: "keepAliveIdleClose", ms: 3_600_000 },
  ] satisfies FaultInput[])("does not wait for %j", async (fault) => {
    const emulator = await startEmulator({ faults: [fault] });
    const exchange = tokenBytes(emulator, { waitMs: 60_000 });
    await setTimeout(100);
    await emulator.close();
    expect((await exchange).end).not.toBe("open");
  });
});

function portOfToken(emulator: Emulator, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { "x-server-key": emulator.serverKey };
    httpRequest(`${emulator.url}/api/v3/authentication/token?userId=alice`, { agent, headers })
      .on("error", reject)
      .on("response", (response) => {
        const port = response.socket.localPort;
        text(response).then(() => resolve(port), reject);
      })
      .end();
  });
}
