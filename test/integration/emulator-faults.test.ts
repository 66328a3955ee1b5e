import { describe, expect, test } from "@jest/globals";
import type { Emulator, FaultInput } from "../../src/emulator/server.js";
import {
  bearer,
  call,
  outcome,
  rawCall,
  rawToken,
  requestSession,
  requestToken,
  signIn,
  verify,
  withEmulator,
  withFault,
} from "../support/emulator.js";

describe("which requests a fault meets", () => {
  test("those to its route", async () => {
    await withFault({ kind: "status", status: 503, route: "token" }, async (emulator) => {
      const body = { userId: "alice", deviceId: "phone" };
      const statuses = [(await requestToken(emulator, "alice")).status, (await requestSession(emulator, body)).status];
      expect(statuses).toEqual([503, 401]);
    });
    await withFault({ kind: "status", status: 503, route: "session" }, async (emulator) => {
      expect([(await requestToken(emulator, "alice")).status, await verify(emulator, "x")]).toEqual([200, 503]);
    });
  });

  test.each([
    ["visitor", "POST /api/v5/sessions/visitor"],
    ["verification", "GET /api/v3/sessions"],
    ["revocation", "DELETE /api/v4/sessions/users/alice"],
    ["user", "GET /api/v3/users/alice"],
    ["admin", "POST /api/v1/admin-token"],
    ["settings", "GET /api/v3/network-settings/uikit"],
  ] as const)("strikes %s routes by their name", async (route, request) => {
    await withFault({ kind: "status", status: 503, route }, async (emulator) => {
      const headers = bearer(emulator.adminToken);
      const [struck, spared] = [await call(emulator, request, { headers }), await requestToken(emulator, "alice")];
      expect([struck.status, spared.status]).toEqual([503, 200]);
    });
  });

  test("as often as it says, and latency beside another", async () => {
    const faults: FaultInput[] = [
      { kind: "latency", ms: 60 },
      { kind: "status", status: 503, times: 2 },
    ];
    await withEmulator({ faults }, async (emulator) => {
      const start = performance.now();
      const statuses = [];
      for (let turn = 0; turn < 3; turn += 1) statuses.push(await outcome(rawToken(emulator)));
      expect(statuses).toEqual([503, 503, 200]);
      expect(performance.now() - start).toBeGreaterThan(3 * 55);
    });
  });

  test("a replaced answer has changed nothing, a spoiled one has", async () => {
    const list = async (emulator: Emulator) =>
      (await call(emulator, "GET /api/v3/users/list?userIds=alice", { headers: bearer(emulator.adminToken) })).users;
    for (const [kind, users] of [["nonJson", 0] as const, ["resetMidBody", 1] as const]) {
      await withFault({ kind, route: "session" }, async (emulator) => {
        await signIn(emulator, "alice").catch(() => undefined);
        expect(await list(emulator)).toHaveLength(users);
      });
    }
  });

  test("unknown routes, preflights and the control routes meet none", async () => {
    await withFault({ kind: "status", status: 503 }, async (emulator) => {
      const headers = bearer(emulator.controlKey);
      const routes = ["GET /unknown", "OPTIONS /api/v3/sessions", "DELETE /__emulator/faults"];
      const statuses = [];
      for (const route of routes) statuses.push(await outcome(rawCall(emulator, route, { headers })));
      expect(statuses).toEqual([404, 204, 200]);
    });
  });
});

describe("the control route", () => {
  const put = (emulator: Emulator, body: unknown) =>
    call(emulator, "PUT /__emulator/faults", { headers: bearer(emulator.controlKey), body });

  test("replaces the faults and takes them away", async () => {
    await withFault({ kind: "status", status: 500 }, async (emulator) => {
      const { status, text } = await put(emulator, [{ kind: "status", status: 503 }]);
      const list = [{ kind: "status", route: "all", status: 503, code: 500_000, json: true }];
      expect([status, JSON.parse(text)]).toEqual([200, list]);
      const during = await outcome(rawToken(emulator));
      await call(emulator, "DELETE /__emulator/faults", { headers: bearer(emulator.controlKey) });
      expect([during, await outcome(rawToken(emulator))]).toEqual([503, 200]);
    });
  });

  test("keeps the old ones when the new cannot be read", async () => {
    await withFault({ kind: "status", status: 503 }, async (emulator) => {
      for (const body of [{}, [{ kind: "explode" }], [{ kind: "serverCertificateExpired" }], undefined]) {
        const { status, json } = await put(emulator, body);
        expect([status, json["code"]]).toEqual([422, 500_000]);
      }
      expect(await outcome(rawToken(emulator))).toBe(503);
    });
  });
});
