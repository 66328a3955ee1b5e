import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "@jest/globals";
import { type Emulator, EmulatorInProductionError, startEmulator } from "../../src/emulator/server.js";
import { bearer, call, manualClock, mint, requestSession, signIn, verify, withEmulator } from "../support/emulator.js";

const badRequest = { status: "error", code: 400_000, message: "Bad Request." };

function sendSessionBody(emulator: Emulator, body: string | Uint8Array, contentType = "application/json") {
  const headers = { "x-api-key": emulator.apiKey, "content-type": contentType };
  return fetch(`${emulator.url}/api/v3/sessions`, { method: "POST", headers, body });
}

async function sendBytes(emulator: Emulator, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(emulator.url).port), "127.0.0.1");
  socket.end(bytes);
  return text(socket);
}

describe("start and stop", () => {
  test("production is refused before anything listens", async () => {
    await expect(startEmulator({ nodeEnv: "production" })).rejects.toThrow(EmulatorInProductionError);
  });

  test("it listens on loopback with the keys given", async () => {
    const keys = { apiKey: "api", serverKey: "server", adminToken: "admin" };
    await withEmulator(keys, async (emulator) => {
      expect(emulator).toMatchObject({ ...keys, url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
    });
  });

  test("a taken port is the system's error", async () => {
    await withEmulator({}, async ({ url }) => {
      const port = Number(new URL(url).port);
      await expect(startEmulator({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    });
  });

  test("closing does not wait for open connections", async () => {
    const emulator = await startEmulator();
    const socket = connect(Number(new URL(emulator.url).port), "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write("POST /api/v3/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n");
    await new Promise((resolve) => socket.once("connect", resolve));
    await emulator.close();
    await emulator.close();
    await expect(fetch(emulator.url)).rejects.toThrow();
  });
});

describe("CORS", () => {
  test.each(["/api/v5/sessions", "/unknown"])("a preflight of %s is answered for any origin", async (path) => {
    await withEmulator({}, async (emulator) => {
      const headers = {
        origin: "https://app.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-api-key,set-access-token-cookie,authorization,content-type",
      };
      const response = await fetch(`${emulator.url}${path}`, { method: "OPTIONS", headers });
      expect(response.status).toBe(204);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET, POST, PUT, DELETE",
        "access-control-allow-headers":
          "x-api-key, set-access-token-cookie, authorization, content-type, x-admin-token, x-no-cache",
      });
      expect(response.headers.has("access-control-allow-credentials")).toBe(false);
    });
  });

  test("errors can be read from any origin too", async () => {
    await withEmulator({}, async (emulator) => {
      const paths = ["/api/v3/sessions", "/unknown", "/%zz"];
      const answers = await Promise.all(paths.map((path) => fetch(`${emulator.url}${path}`)));
      expect(answers.map(({ headers }) => headers.get("access-control-allow-origin"))).toEqual(["*", "*", "*"]);
    });
  });
});

describe("Amity's error bodies replace Fastify's", () => {
  test.each([
    "GET /",
    "GET /api/v3/session",
    "GET /api/v3/authentication/token/",
    "PUT /api/v3/sessions",
    "DELETE /api/v3/sessions",
    "POST /api/v1/analytics/activities",
  ])("%s is unknown", async (route) => {
    await withEmulator({}, async (emulator) => {
      const json = { status: "error", code: 400_400, message: "Resource Not Found." };
      expect(await call(emulator, route, { headers: { "content-type": "text/xml" } })).toMatchObject({
        status: 404,
        json,
      });
    });
  });

  test.each([
    ["broken JSON", '{"userId":', "application/json"],
    ["another media type", "userId=alice", "application/x-www-form-urlencoded"],
    ["no media type at all", "userId=alice", "nonsense"],
  ])("%s is a bad request", async (_title, body, contentType) => {
    await withEmulator({}, async (emulator) => {
      const response = await sendSessionBody(emulator, body, contentType);
      expect([response.status, await response.json()]).toEqual([400, badRequest]);
    });
  });

  test("an empty JSON body lacks its parameters", async () => {
    await withEmulator({}, async (emulator) => {
      const response = await sendSessionBody(emulator, "");
      expect(response.status).toBe(422);
    });
  });

  test("a body above 1 MiB is too large", async () => {
    await withEmulator({}, async (emulator) => {
      const response = await sendSessionBody(emulator, new Uint8Array(1_048_577));
      const body = { status: "error", code: 500_000, message: "Payload too large." };
      expect([response.status, await response.json()]).toEqual([413, body]);
    });
  });

  test("a path that does not decode is a bad request", async () => {
    await withEmulator({}, async (emulator) => {
      expect(await call(emulator, "GET /%zz")).toMatchObject({ status: 400, json: badRequest });
    });
  });

  test.each([
    ["bytes that are no HTTP", "nonsense\r\n\r\n"],
    ["a header above 16 KiB", `GET / HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(20_000)}\r\n\r\n`],
  ])("%s get a bad request", async (_title, bytes) => {
    await withEmulator({}, async (emulator) => {
      const [head, body] = (await sendBytes(emulator, bytes)).split("\r\n\r\n");
      expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect(JSON.parse(body ?? "")).toEqual(badRequest);
    });
  });

  test("a __proto__ key is ignored like any other", async () => {
    await withEmulator({ secureMode: false }, async (emulator) => {
      const body = '{"userId":"alice","deviceId":"phone","__proto__":{"authToken":7},"constructor":{"prototype":1}}';
      expect((await sendSessionBody(emulator, body)).status).toBe(200);
    });
  });
});

describe("the rate limit", () => {
  const rateLimit = { requests: 2, windowMs: 5_000 };
  const refusal = { status: 429, json: { status: "error", code: 400_311, message: "RateLimit Exceed." } };

  test("counts a user's requests over all devices", async () => {
    const { clock } = manualClock();
    await withEmulator({ clock, rateLimit }, async (emulator) => {
      const tokens = [await signIn(emulator, "alice", "phone"), await signIn(emulator, "alice", "tablet")];
      for (const token of tokens) expect(await verify(emulator, token)).toBe(200);
      for (const token of tokens) {
        expect(await call(emulator, "GET /api/v3/sessions", { headers: bearer(token) })).toMatchObject(refusal);
      }
      expect(await verify(emulator, await signIn(emulator, "bob"))).toBe(200);
    });
  });

  test("lets requests pass again with the next window", async () => {
    const { clock, advance } = manualClock();
    await withEmulator({ clock, rateLimit: { ...rateLimit, requests: 1 } }, async (emulator) => {
      const alice = await signIn(emulator, "alice");
      const statuses = [await verify(emulator, alice)];
      advance(rateLimit.windowMs - 1);
      statuses.push(await verify(emulator, alice));
      advance(1);
      statuses.push(await verify(emulator, alice));
      expect(statuses).toEqual([200, 429, 200]);
    });
  });

  test("spares the admin, token and session routes", async () => {
    await withEmulator({ rateLimit: { ...rateLimit, requests: 1 } }, async (emulator) => {
      const headers = bearer(emulator.adminToken);
      const statuses = [];
      for (let turn = 0; turn < 3; turn += 1) {
        const body = { userId: "alice", deviceId: "phone", authToken: await mint(emulator, "alice") };
        statuses.push((await requestSession(emulator, body)).status);
        statuses.push((await call(emulator, "GET /api/v3/users/list?userIds=alice", { headers })).status);
      }
      expect(statuses).toEqual(Array(6).fill(200));
    });
  });
});
