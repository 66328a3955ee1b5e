import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import type { FaultInput } from "../../src/emulator/server.js";
import {
  manualClock,
  outcome,
  rawCall,
  rawToken,
  requestSession,
  requestToken,
  tokenBytes,
  withEmulator,
  withFault,
} from "../support/emulator.js";

const wholeToken = /^"\w{42}"$/;

describe("faults of the body", () => {
  test("drip sends one byte at a time", async () => {
    await withFault({ kind: "drip", intervalMs: 5 }, async (emulator) => {
      const start = performance.now();
      expect((await rawToken(emulator)).text).toMatch(wholeToken);
      expect(performance.now() - start).toBeGreaterThan(44 * 4);
    });
  });

  test("an endless drip goes on after the body", async () => {
    await withFault({ kind: "drip", intervalMs: 1, endless: true }, async (emulator) => {
      const { head, body, end } = await tokenBytes(emulator, { until: (text) => /"\r\n(?:1\r\n \r\n){5}/.test(text) });
      expect(head).toContain("Transfer-Encoding: chunked");
      const chunks = [...body.matchAll(/1\r\n(.)\r\n/g)].map(([, byte]) => byte);
      expect(chunks.join("")).toMatch(/^"\w{42}" +$/);
      expect(end).toBe("open");
    });
  });

  test("endlessBody never ends, and other requests are answered meanwhile", async () => {
    await withFault({ kind: "endlessBody", times: 1 }, async (emulator) => {
      const endless = tokenBytes(emulator, { until: (text) => text.length > 300_000 });
      expect(await outcome(rawToken(emulator))).toBe(200);
      const { body, end } = await endless;
      expect(body.length).toBeGreaterThan(262_144);
      expect(end).toBe("open");
    });
  });

  test("nonJson is a page", async () => {
    await withFault({ kind: "nonJson" }, async (emulator) => {
      const { status, headers, text } = await rawToken(emulator);
      expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
      expect(text).toMatch(/^<!doctype html>/);
    });
  });

  test("wrongTypes is JSON of another shape", async () => {
    await withFault({ kind: "wrongTypes" }, async (emulator) => {
      const { status, json } = await requestSession(emulator, { userId: "alice", deviceId: "phone" });
      expect([status, json["accessToken"], json["users"]]).toEqual([200, 42, "none"]);
    });
  });

  test("gzip compresses unasked, and inflates a thousandfold", async () => {
    await withFault({ kind: "gzip" }, async (emulator) => {
      const { head, body } = await tokenBytes(emulator, { more: "connection: close\r\naccept-encoding: identity\r\n" });
      const inflated = gunzipSync(Buffer.from(body, "latin1"));
      expect(head).toContain("content-encoding: gzip");
      expect([body.length < 20_000, inflated.length]).toEqual([true, 10_000_000]);
      expect(inflated.toString().trim()).toMatch(wholeToken);
    });
  });

  test("hugeHeader sends one large header, or many", async () => {
    await withFault({ kind: "hugeHeader" }, async (emulator) => {
      const { headers, text } = await rawToken(emulator);
      expect(headers["x-huge-0"]).toHaveLength(40_000);
      expect(text).toMatch(wholeToken);
    });
    await withFault({ kind: "hugeHeader", bytes: 1, count: 1_000 }, async (emulator) => {
      expect(
        (await tokenBytes(emulator, { more: "connection: close\r\n" })).head.match(/x-huge-\d+: x\r\n/g)?.length,
      ).toBeGreaterThanOrEqual(999);
    });
  });
});

describe("faulty answers", () => {
  const { clock } = manualClock();

  test.each([
    [1, "1"],
    [3600, "3600"],
    [-1, "-1"],
    ["abc", "abc"],
    ["date", new Date(clock() + 2_000).toUTCString()],
    ["none", undefined],
  ])("rateLimit with Retry-After %j", async (retryAfter, header) => {
    await withEmulator({ clock, faults: [{ kind: "rateLimit", retryAfter }] }, async (emulator) => {
      const { status, headers, text } = await rawToken(emulator);
      expect([status, JSON.parse(text).code, headers["retry-after"]]).toEqual([429, 400_311, header]);
    });
  });

  test.each([500, 502, 503, 504])("status %i, with Amity's kind of body or with none", async (status) => {
    const faults: FaultInput[] = [
      { kind: "status", status, times: 1 },
      { kind: "status", status, json: false },
    ];
    await withEmulator({ faults }, async (emulator) => {
      const [first, second] = [await requestToken(emulator, "alice"), await requestToken(emulator, "alice")];
      expect([first.status, second.status]).toEqual([status, status]);
      expect([first.json["code"], second.text]).toEqual([500_000, ""]);
    });
  });

  test("redirect points wherever it is told", async () => {
    const location = "http://169.254.169.254/latest/meta-data?a=b";
    await withFault({ kind: "redirect", location, status: 307 }, async (emulator) => {
      const { status, headers } = await rawToken(emulator);
      expect([status, headers.location]).toEqual([307, location]);
    });
  });

  test("echoSecrets repeats the request in headers and body", async () => {
    await withFault({ kind: "echoSecrets", status: 422 }, async (emulator) => {
      const { status, headers, text } = await rawCall(emulator, "POST /api/v3/sessions", {
        headers: { "x-api-key": emulator.apiKey },
        body: { userId: "alice", deviceId: "phone", authToken: "s3cret" },
      });
      expect(status).toBe(422);
      for (const said of [emulator.apiKey, "s3cret"]) {
        expect(text).toContain(said);
        expect(JSON.stringify(headers)).toContain(said);
      }
    });
  });
});
