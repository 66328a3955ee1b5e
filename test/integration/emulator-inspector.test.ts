import { describe, expect, test } from "@jest/globals";
import type { Emulator, EmulatorOptions } from "../../src/emulator/server.js";
import { control, lastRequest, openEvents, recorded } from "../support/control.js";
import {
  banOrUnban,
  bearer,
  call,
  manualClock,
  mint,
  outcome,
  rawCall,
  rawToken,
  requestSession,
  requestToken,
  signIn,
  verify,
  withEmulator,
} from "../support/emulator.js";

const keys = {
  apiKey: "canary-api-key",
  serverKey: 'canary"server/key',
  adminToken: "canary-admin-token-canary-admin-token",
  controlKey: "canary-control-key",
  visitorSecret: "canary-visitor-secret",
};

/** Everything that the inspector tells, as one text. */
async function allTold(emulator: Emulator): Promise<string> {
  const texts = [(await control(emulator, "GET /state")).text, (await control(emulator, "GET /requests")).text];
  for (const { id } of await recorded(emulator)) texts.push((await control(emulator, `GET /requests/${id}`)).text);
  return texts.join("\n");
}

describe("what is held", () => {
  test("is shown with devices and lives, and no token whole", async () => {
    const { clock } = manualClock();
    await withEmulator({ clock }, async (emulator) => {
      const authToken = await mint(emulator, "alice");
      const deviceInfo = { kind: "ios", model: "iPhone" };
      const body = { userId: "alice", deviceId: "phone", deviceInfo, authToken };
      const accessToken = String((await requestSession(emulator, body)).json["accessToken"]);
      await call(emulator, "POST /api/v5/sessions/visitor", {
        headers: { "x-api-key": emulator.apiKey },
        body: { deviceId: "lobby" },
      });
      const { json, text } = await control(emulator, "GET /state");
      const token = `${accessToken.slice(0, 4)}…${accessToken.slice(-4)}`;
      const issuedAt = "2026-01-01T00:00:00.000Z";
      expect(json).toMatchObject({
        now: issuedAt,
        secureMode: true,
        users: { total: 1, items: [{ userId: "alice", type: "signed-in", sessions: 1 }] },
        visitors: { total: 1, items: [{ type: "visitor", sessions: 1 }] },
        sessions: {
          total: 2,
          items: [
            { userType: "visitor", deviceId: "lobby" },
            { userId: "alice", deviceId: "phone", deviceInfo, token, issuedAt, expiresAt: "2026-01-31T00:00:00.000Z" },
          ],
        },
        authTokens: { total: 1, items: [{ userId: "alice", expiresAt: "2026-01-01T00:10:00.000Z" }] },
      });
      for (const secret of [accessToken, authToken]) expect(text).not.toContain(secret);
    });
  });

  test("lists the newest two hundred, and finds the others by name", async () => {
    await withEmulator({}, async (emulator) => {
      for (let index = 0; index < 201; index += 1) await control(emulator, "PUT /users", { userId: `user-${index}` });
      const { items, ...counts } = Object((await control(emulator, "GET /state")).json["users"]);
      expect([counts, items.length, items[0].userId]).toEqual([{ total: 201, found: 201 }, 200, "user-200"]);
      const { json } = await control(emulator, "GET /state?find=USER-0");
      expect(json["users"]).toMatchObject({ total: 201, found: 1, items: [{ userId: "user-0" }] });
    });
  });

  test("names no secret", async () => {
    await withEmulator(keys, async (emulator) => {
      const alice = await signIn(emulator, "alice");
      const headers = {
        "x-api-key": emulator.apiKey,
        "x-custom": "canary-custom-header",
        cookie: "session=canary-cookie",
      };
      const auth = await mint(emulator, "alice");
      const refresh = await requestSession(emulator, { userId: "alice", deviceId: "phone", authToken: auth });
      await requestToken(emulator, "alice", "canary-wrong-key");
      await call(
        emulator,
        `GET /api/v3/users/list?userIds=alice&token=canary-query&apiKey=${encodeURIComponent(keys.serverKey)}`,
        {
          headers: { ...headers, ...bearer(alice) },
        },
      );
      await call(emulator, `GET /nothing/x-${alice}/${auth}/${encodeURIComponent(keys.serverKey)}`, { headers });
      const metadata = {
        password: "canary-password",
        nested: [{ clientSecret: ["canary-nested"] }],
        note: `it is ${keys.adminToken}`,
      };
      await call(emulator, "PUT /api/v3/users", { headers: bearer(alice), body: { userId: "alice", metadata } });
      await requestSession(emulator, {
        userId: keys.serverKey,
        deviceId: keys.adminToken,
        authToken: "canary-auth-token",
      });
      const { json } = await call(emulator, "POST /api/v1/admin-token", { headers: bearer(emulator.adminToken) });
      await control(emulator, "PUT /faults", [{ kind: "echoSecrets" }]);
      await requestToken(emulator, "alice", "canary-wrong-key");
      const told = await allTold(emulator);
      // Keys with a dash, a quotation mark in JSON, in an address, and in JSON within JSON.
      expect(told.match(/.{50}canary[-"%\\].*/)).toBeNull();
      for (const secret of [
        alice,
        auth,
        refresh.json["accessToken"],
        refresh.json["refreshToken"],
        json["adminToken"],
      ]) {
        expect(told).not.toContain(String(secret));
      }
      expect(told).toContain("alice");
    });
  });
});

describe("a request", () => {
  test("is shown with what was asked and answered", async () => {
    const { clock } = manualClock();
    await withEmulator({ clock }, async (emulator) => {
      await requestToken(emulator, "alice");
      expect((await lastRequest(emulator)).json).toMatchObject({
        id: 1,
        at: "2026-01-01T00:00:00.000Z",
        method: "POST",
        target: "/api/v4/authentication/token",
        userId: "alice",
        state: "answered",
        status: 200,
        refusal: null,
        faults: [],
        request: {
          bytes: 18,
          body: { userId: "alice" },
          headers: { "content-type": "application/json", "x-server-key": expect.stringMatching(/^emul….{4}$/) },
        },
        answer: { bytes: 44, body: { token: expect.stringMatching(/^.{4}….{4}$/) } },
      });
    });
  });

  test.each<[string, (emulator: Emulator) => Promise<unknown>, string, EmulatorOptions?]>([
    ["no API key", (emulator) => call(emulator, "POST /api/v3/sessions"), "There is no x-api-key."],
    [
      "another server key",
      (emulator) => requestToken(emulator, "alice", "x"),
      "The x-server-key is not this network's.",
    ],
    ["secure mode off", (emulator) => requestToken(emulator, "alice"), "Secure mode is off.", { secureMode: false }],
    [
      "no auth token",
      (emulator) => requestSession(emulator, { userId: "a", deviceId: "x" }),
      "Secure mode is on, and there is no authToken.",
    ],
    [
      "an unknown auth token",
      (emulator) => requestSession(emulator, { userId: "a", deviceId: "x", authToken: "x" }),
      "The auth token is not known here.",
    ],
    [
      "another user's auth token",
      async (emulator) =>
        requestSession(emulator, { userId: "a", deviceId: "x", authToken: await mint(emulator, "b") }),
      "The auth token was minted for another user.",
    ],
    [
      "an auth token used twice",
      async (emulator) => {
        const body = { userId: "a", deviceId: "x", authToken: await mint(emulator, "a") };
        await requestSession(emulator, body);
        await requestSession(emulator, body);
      },
      "The auth token has opened a session already.",
      { singleUseAuthTokens: true },
    ],
    [
      "an auth token that is too old",
      async (emulator) => {
        const authToken = await mint(emulator, "a");
        await control(emulator, "POST /clock/advance", { ms: 600_000 });
        await requestSession(emulator, { userId: "a", deviceId: "x", authToken });
      },
      "The auth token has expired.",
    ],
    [
      "an access token too old to be held",
      async (emulator) => {
        const alice = await signIn(emulator, "alice");
        await control(emulator, "POST /clock/advance", { ms: 86_400_000 * 30 });
        await signIn(emulator, "bob");
        await verify(emulator, alice);
      },
      "The access token has expired.",
    ],
    [
      "a device that changed hands",
      async (emulator) => {
        const alice = await signIn(emulator, "alice", "tablet");
        await signIn(emulator, "bob", "tablet");
        await verify(emulator, alice);
      },
      "The access token ended when another user took its device.",
    ],
    [
      "a session revoked by hand",
      async (emulator) => {
        const alice = await signIn(emulator, "alice");
        await control(emulator, "POST /sessions/revoke", { userId: "alice" });
        await verify(emulator, alice);
      },
      "The access token was revoked by hand.",
    ],
    [
      "a user alone",
      async (emulator) => call(emulator, "POST /api/v2/users/ban", { headers: bearer(await signIn(emulator, "a")) }),
      "Only the admin may do this.",
    ],
    ["no token", (emulator) => call(emulator, "GET /api/v3/roles"), "There is no token."],
    [
      "a body without its fields",
      (emulator) => requestSession(emulator, {}),
      "The 'userId' field is required. The 'deviceId' field is required.",
    ],
    [
      "a banned user",
      async (emulator) => {
        await signIn(emulator, "alice");
        await banOrUnban(emulator, "ban", "alice");
        await signIn(emulator, "alice");
      },
      "User is global banned.",
    ],
    ["a route that is not played", (emulator) => call(emulator, "GET /api/v9/posts"), "Resource Not Found."],
  ])("says why it was refused: %s", async (_title, refused, reason, options = {}) => {
    await withEmulator(options, async (emulator) => {
      await refused(emulator);
      expect((await recorded(emulator)).at(-1)).toMatchObject({ refusal: reason });
    });
  });

  test("without a certificate says so, though nothing was answered", async () => {
    await withEmulator({ mtls: true }, async (emulator) => {
      await outcome(rawToken(emulator));
      const headers = bearer(emulator.controlKey);
      const { requests } = JSON.parse((await rawCall(emulator, "GET /__emulator/requests", { headers })).text);
      const refusal = "There is no client certificate, or none that is valid.";
      expect(requests).toMatchObject([{ state: "broken", status: null, refusal }]);
    });
  });

  test.each([
    ["resetBeforeHeaders", { state: "broken", status: null }],
    ["resetMidBody", { state: "broken", status: 200 }],
    ["nonJson", { state: "answered", status: 200 }],
    ["rateLimit", { state: "answered", status: 429 }],
  ] as const)("that met %s tells it", async (kind, expected) => {
    await withEmulator({ faults: [{ kind }] }, async (emulator) => {
      await outcome(rawToken(emulator));
      const events = await openEvents(emulator);
      // A broken one may end a moment after its client has seen it.
      while ((await recorded(emulator)).at(-1)?.["state"] === "under way") await events.next();
      events.close();
      expect((await recorded(emulator)).at(-1)).toMatchObject({ ...expected, faults: [kind] });
    });
  });

  test("is there while it waits for its answer", async () => {
    await withEmulator({ faults: [{ kind: "hang" }] }, async (emulator) => {
      const stop = new AbortController();
      const hanging = fetch(`${emulator.url}/api/v3/sessions`, { signal: stop.signal }).catch(() => undefined);
      const events = await openEvents(emulator);
      while ((await recorded(emulator)).length === 0) await events.next();
      expect(await recorded(emulator)).toMatchObject([{ state: "under way", status: null, ms: null }]);
      stop.abort();
      await hanging;
      events.close();
    });
  });

  test.each([
    ["a long", JSON.stringify({ userId: "x".repeat(20_000) }), "It is too long, and is not shown."],
    ["a malformed", '{"authToken":"canary-token"', "It is no JSON, and is not shown."],
  ])("with %s body is kept without it", async (_title, body, note) => {
    await withEmulator({}, async (emulator) => {
      const headers = { "x-api-key": emulator.apiKey, "content-type": "application/json" };
      await fetch(`${emulator.url}/api/v3/sessions`, { method: "POST", headers, body });
      const { json } = await lastRequest(emulator);
      expect(json["request"]).toEqual({ headers: expect.anything(), bytes: body.length, note });
    });
  });

  test("is forgotten after five hundred others, or by hand", async () => {
    await withEmulator({}, async (emulator) => {
      for (let index = 0; index < 501; index += 1) await call(emulator, "GET /nothing");
      const kept = await recorded(emulator);
      expect([kept.length, kept.at(0)?.["id"], kept.at(-1)?.["id"]]).toEqual([500, 2, 501]);
      expect((await control(emulator, "GET /requests/1")).status).toBe(404);
      await control(emulator, "DELETE /requests");
      expect(await recorded(emulator)).toEqual([]);
    });
  });
});

describe("events", () => {
  test("tell of requests as they begin and end, and of changes by hand", async () => {
    await withEmulator({}, async (emulator) => {
      const events = await openEvents(emulator);
      expect(events.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
      await requestToken(emulator, "alice");
      expect(await events.next()).toMatchObject({ name: "request", data: { id: 1, state: "under way" } });
      expect(await events.next()).toMatchObject({ name: "request", data: { id: 1, status: 200, userId: "alice" } });
      await control(emulator, "PUT /secure-mode", { enabled: false });
      expect(await events.next()).toEqual({ name: "change", data: { route: "/__emulator/secure-mode" } });
      events.close();
    });
  });

  test("end at once when the emulator stops", async () => {
    await withEmulator({}, async (emulator) => {
      const events = await openEvents(emulator);
      await emulator.close();
      expect(await events.next()).toBeUndefined();
    });
  });

  test("go to 32 at a time, and to others when one goes", async () => {
    await withEmulator({}, async (emulator) => {
      const streams = [];
      for (let index = 0; index < 32; index += 1) streams.push(await openEvents(emulator));
      expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]));
      const refused = await Promise.all(Array.from({ length: 100 }, () => control(emulator, "GET /events")));
      expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([429]));
      streams[0]?.close();
      let last = await openEvents(emulator);
      while (last.status === 429) last = await openEvents(emulator);
      for (const stream of [...streams, last]) stream.close();
    });
  });
});
