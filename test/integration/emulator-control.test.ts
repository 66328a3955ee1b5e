import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import type { Emulator } from "../../src/emulator/server.js";
import { control } from "../support/control.js";
import {
  bearer,
  call,
  manualClock,
  mint,
  rawCall,
  requestSession,
  requestToken,
  signIn,
  verify,
  withEmulator,
} from "../support/emulator.js";

const documents = readFileSync(new URL("../../docs/emulator.md", import.meta.url), "utf8");

/** Each control route that docs/emulator.md names, with something in the place of its parameters. */
const documented = [
  ...documents.matchAll(/^\| `((?:GET|PUT|POST|DELETE)(?:`, `\w+)*) (\/__emulator[^ `]*)`/gm),
].flatMap(([, methods = "", path = ""]) =>
  methods.split("`, `").map((method) => `${method} ${path.replace(/\?.*/, "").replaceAll(/\{\w+\}/g, "1")}`),
);
const open = ["GET /__emulator/"];

describe("the control key", () => {
  test("is wanted by every documented route but the page", async () => {
    await withEmulator({ mtls: true }, async (emulator) => {
      const credentials = [
        {},
        bearer("wrong"),
        bearer(emulator.adminToken),
        { "x-admin-token": emulator.adminToken },
        { authorization: `Basic ${emulator.controlKey}` },
      ];
      const answers = [];
      for (const route of documented.filter((name) => !open.includes(name))) {
        for (const headers of credentials) answers.push([route, (await rawCall(emulator, route, { headers })).status]);
      }
      expect(answers.filter(([, status]) => status !== 401)).toEqual([]);
      expect(answers).toHaveLength(22 * credentials.length);
    });
  });

  test("is the one that was given, or another each time", async () => {
    await withEmulator({ controlKey: "my-key" }, async (emulator) => {
      expect([emulator.controlKey, (await control(emulator, "GET /state")).status]).toEqual(["my-key", 200]);
      expect(emulator.inspectorUrl).toBe(`${emulator.url}/__emulator/#key=my-key`);
      await withEmulator({}, async (first) => {
        await withEmulator({}, async (second) => expect(first.controlKey).not.toBe(second.controlKey));
      });
    });
  });
});

describe("pages of other sites", () => {
  const statusOf = (emulator: Emulator, headers: Record<string, string>, route = "GET /__emulator/state") =>
    rawCall(emulator, route, { headers: { ...bearer(emulator.controlKey), ...headers } }).then(({ status }) => status);

  test.each(["evil.example", "evil.example:80", "127.0.0.1.evil.example", "192.0.2.1", "localhost@evil.example"])(
    "do not get in by the Host %j",
    async (host) => {
      await withEmulator({}, async (emulator) => {
        const answers = await Promise.all(
          ["GET /__emulator/", "GET /__emulator/page.js", "GET /__emulator/state", "POST /__emulator/reset"].map(
            (route) => statusOf(emulator, { host }, route),
          ),
        );
        expect(answers).toEqual([403, 403, 403, 403]);
      });
    },
  );

  test.each(["localhost", "127.0.0.1:1", "[::1]:4100", "LOCALHOST:4100"])("and %s is this machine", async (host) => {
    await withEmulator({}, async (emulator) => {
      expect(await statusOf(emulator, { host })).toBe(200);
    });
  });

  test("do not get in by their Origin, even with the key", async () => {
    await withEmulator({}, async (emulator) => {
      const { port } = new URL(emulator.url);
      const others = ["null", "https://evil.example", `https://127.0.0.1:${port}`, "http://127.0.0.1:1", ""];
      const statuses = await Promise.all(
        [...others, `http://localhost:${port}`, emulator.url].map((origin) => statusOf(emulator, { origin })),
      );
      expect(statuses).toEqual([403, 403, 403, 403, 403, 403, 200]);
    });
  });

  test.each([
    ["cross-site", "iframe", 403],
    ["cross-site", "script", 403],
    ["same-site", "empty", 403],
    ["cross-site", "document", 200],
    ["same-origin", "empty", 200],
    ["none", "document", 200],
  ])("a %s request for %s is answered with %d", async (site, dest, expected) => {
    await withEmulator({}, async (emulator) => {
      const headers = { "sec-fetch-site": site, "sec-fetch-dest": dest };
      expect(await statusOf(emulator, headers, "GET /__emulator/")).toBe(expected);
    });
  });

  test("get no permission by CORS, however they spell the path", async () => {
    await withEmulator({}, async (emulator) => {
      const paths = ["/state", "/faults", "/", "", "/nothing", "/%zz"].map((path) => `/__emulator${path}`);
      const answers = await Promise.all(
        [...paths, "/%5F_emulator/state", "/__emul%61tor/reset"].flatMap((path) =>
          ["GET", "OPTIONS", "PUT"].map(async (method) => {
            const { headers } = await rawCall(emulator, `${method} ${path}`, {
              headers: { origin: "https://evil.example" },
            });
            return Object.keys(headers).filter((name) => name.startsWith("access-control-"));
          }),
        ),
      );
      expect(answers.flat()).toEqual([]);
    });
  });

  test("can neither frame, read nor hold what is answered", async () => {
    await withEmulator({}, async (emulator) => {
      for (const path of ["/", "/page.js", "/state", "/events"]) {
        const { headers } = await fetch(`${emulator.url}/__emulator${path}`, { headers: bearer(emulator.controlKey) });
        expect(headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
        expect([...headers]).toEqual(
          expect.arrayContaining([
            ["cross-origin-resource-policy", "same-origin"],
            ["cross-origin-opener-policy", "same-origin"],
            ["cache-control", "no-store"],
            ["x-content-type-options", "nosniff"],
          ]),
        );
      }
    });
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])(
    "cannot change anything with a body of type %j",
    async (type) => {
      await withEmulator({}, async (emulator) => {
        await control(emulator, "PUT /users", { userId: "alice" });
        const response = await fetch(`${emulator.url}/__emulator/users/ban`, {
          method: "POST",
          headers: { ...bearer(emulator.controlKey), "content-type": type },
          body: JSON.stringify({ userId: "alice" }),
        });
        const { json } = await control(emulator, "GET /state");
        expect([response.status, json["users"]]).toMatchObject([400, { items: [{ isGlobalBan: false }] }]);
      });
    },
  );
});

describe("by hand", () => {
  test("users are created, banned and unbanned", async () => {
    await withEmulator({}, async (emulator) => {
      const created = await control(emulator, "PUT /users", { userId: "alice", displayName: "Alice" });
      expect(created.json).toMatchObject({ userId: "alice", displayName: "Alice" });
      await control(emulator, "POST /users/ban", { userId: "alice" });
      const banned = await requestSession(emulator, {
        userId: "alice",
        deviceId: "x",
        authToken: await mint(emulator, "alice"),
      });
      await control(emulator, "POST /users/unban", { userId: "alice" });
      expect([banned.json["code"], await verify(emulator, await signIn(emulator, "alice"))]).toEqual([400_312, 200]);
      expect((await control(emulator, "POST /users/ban", { userId: "nobody" })).status).toBe(404);
    });
  });

  test("one session is revoked, or all of a user's", async () => {
    await withEmulator({}, async (emulator) => {
      const tokens = [await signIn(emulator, "alice", "phone"), await signIn(emulator, "alice", "tablet")];
      const bob = await signIn(emulator, "bob");
      const { json } = await control(emulator, "GET /state?find=phone");
      const [{ id }] = Object(json["sessions"]).items;
      const alive = () => Promise.all([...tokens, bob].map((token) => verify(emulator, token)));
      expect((await control(emulator, "POST /sessions/revoke", { id })).json).toEqual({ ended: 1 });
      expect(await alive()).toEqual([401, 200, 200]);
      expect((await control(emulator, "POST /sessions/revoke", { userId: "alice" })).json).toEqual({ ended: 1 });
      expect(await alive()).toEqual([401, 401, 200]);
    });
  });

  test("an auth token dies before its time", async () => {
    await withEmulator({}, async (emulator) => {
      const [alice, bob] = [await mint(emulator, "alice"), await mint(emulator, "bob")];
      await control(emulator, "POST /auth-tokens/expire", { userId: "alice" });
      const open = (userId: string, authToken: string) =>
        requestSession(emulator, { userId, deviceId: userId, authToken });
      expect([(await open("alice", alice)).status, (await open("bob", bob)).status]).toEqual([401, 200]);
    });
  });

  test("time goes by for every token and certificate", async () => {
    const { clock } = manualClock();
    await withEmulator({ clock }, async (emulator) => {
      const alice = await signIn(emulator, "alice");
      const day = 86_400_000;
      expect((await control(emulator, "POST /clock/advance", { ms: 30 * day - 1 })).json["clockMovedMs"]).toBe(
        30 * day - 1,
      );
      const before = await verify(emulator, alice);
      await control(emulator, "POST /clock/advance", { ms: 1 });
      expect([before, await verify(emulator, alice)]).toEqual([200, 401]);
      expect((await control(emulator, "POST /clock/advance", { ms: 100 * 365 * day })).status).toBe(409);
    });
  });

  test("secure mode is switched off and on", async () => {
    const { clock } = manualClock();
    await withEmulator({ clock }, async (emulator) => {
      const open = () => requestSession(emulator, { userId: "alice", deviceId: "phone" });
      const lifeOf = ({ json }: Awaited<ReturnType<typeof open>>) =>
        (Date.parse(String(json["expiresAt"])) - Date.parse(String(json["issuedAt"]))) / 86_400_000;
      expect((await open()).status).toBe(401);
      await control(emulator, "PUT /secure-mode", { enabled: false });
      expect([lifeOf(await open()), (await requestToken(emulator, "alice")).status]).toEqual([1, 403]);
      await control(emulator, "PUT /secure-mode", { enabled: true });
      expect([(await open()).status, (await requestToken(emulator, "alice")).status]).toEqual([401, 200]);
    });
  });

  test("secure mode stays on with mutual TLS", async () => {
    await withEmulator({ mtls: true }, async (emulator) => {
      const answer = await rawCall(emulator, "PUT /__emulator/secure-mode", {
        headers: bearer(emulator.controlKey),
        body: { enabled: false },
      });
      expect(answer.status).toBe(409);
    });
  });

  test("a reset makes everything as it was at the start", async () => {
    const { clock } = manualClock();
    const limited = { rateLimit: { requests: 1, windowMs: 5_000 } };
    const faults = [{ kind: "latency" as const, ms: 1 }];
    await withEmulator({ clock, faults, ...limited }, async (emulator) => {
      const start = (await control(emulator, "GET /state")).text;
      const alice = await signIn(emulator, "alice");
      await verify(emulator, alice);
      await call(emulator, "PUT /api/v3/network-settings", {
        headers: bearer(emulator.adminToken),
        body: { chatEnabled: false },
      });
      await call(emulator, "POST /api/v5/sessions/visitor", {
        headers: { "x-api-key": emulator.apiKey },
        body: { deviceId: "x" },
      });
      for (const [route, body] of [
        ["POST /clock/advance", { ms: 1_000 }],
        ["PUT /secure-mode", { enabled: false }],
        ["PUT /faults", []],
        ["PUT /system-bans/bob"],
      ] as const) {
        expect((await control(emulator, route, body)).status).toBe(200);
      }
      expect((await control(emulator, "GET /state")).text).not.toBe(start);
      expect((await control(emulator, "POST /reset")).status).toBe(200);
      expect((await control(emulator, "GET /state")).text).toBe(start);
      expect((await control(emulator, "GET /requests")).json).toEqual({ requests: [] });
      expect([await verify(emulator, alice), await verify(emulator, await signIn(emulator, "alice"))]).toEqual([
        401, 200,
      ]);
      const chat = await call(emulator, "GET /api/v3/network-settings/chat", { headers: bearer(emulator.adminToken) });
      expect(chat.json["enabled"]).toBe(true);
    });
  });

  test.each([
    ["PUT /users", {}],
    ["POST /users/ban", {}],
    ["POST /sessions/revoke", {}],
    ["POST /sessions/revoke", { id: "x", userId: "alice" }],
    ["POST /auth-tokens/expire", undefined],
    ["POST /clock/advance", { ms: 0 }],
    ["POST /clock/advance", { ms: -1 }],
    ["POST /clock/advance", { ms: 1.5 }],
    ["PUT /secure-mode", { enabled: "off" }],
    ["GET /requests/x", undefined],
  ])("%s does not take %j", async (route, body) => {
    await withEmulator({}, async (emulator) => {
      expect((await control(emulator, route, body)).status).toBe(422);
    });
  });
});
