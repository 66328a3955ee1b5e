import { describe, expect, test } from "@jest/globals";
import type { FaultInput } from "../../src/emulator/server.js";
import { withEmulator } from "../support/emulator.js";
import { errorOf, withGateway } from "../support/gateway.js";

const mint = '{ authToken(userId: "alice") { token } }';
const create = 'mutation { createSession(input: { userId: "alice", deviceId: "d" }) { userId } }';

const visit = 'mutation { createVisitorSession(input: { deviceId: "d" }) { userType } }';

const lookUp = '{ users(userIds: ["alice"]) { userId } }';
const write = 'mutation { upsertUser(input: { userId: "alice" }) { userId } }';

const look = '{ sessionStatus(accessToken: "a") { state } }';
const end = 'mutation { revokeSession(input: { accessToken: "a" }) { revoked } }';
const endAll = 'mutation { revokeUserSessions(input: { userId: "alice" }) { revoked } }';

/** What calls Amity, in groups that fail too seldom to open a region's circuit. */
const groups = [
  [mint, create, visit],
  [lookUp, write, look],
  [end, endAll],
];

const always = { route: "all" } as const;

/** Each fault of the emulator, and what a caller is told of it, whatever was asked. */
const faults: [string, FaultInput, string, string?][] = [
  ["hangs", { kind: "hang" }, "UPSTREAM_TIMEOUT"],
  ["is too slow", { kind: "latency", ms: 5_000 }, "UPSTREAM_TIMEOUT"],
  ["drips without end", { kind: "drip", intervalMs: 10, endless: true }, "UPSTREAM_TIMEOUT"],
  ["resets before headers", { kind: "resetBeforeHeaders" }, "UPSTREAM_UNAVAILABLE"],
  ["resets after headers", { kind: "resetAfterHeaders" }, "UPSTREAM_BAD_RESPONSE"],
  ["resets within the body", { kind: "resetMidBody" }, "UPSTREAM_BAD_RESPONSE"],
  ["cuts the body short", { kind: "truncate" }, "UPSTREAM_BAD_RESPONSE"],
  ["answers without end", { kind: "endlessBody" }, "UPSTREAM_BAD_RESPONSE"],
  ["answers a page", { kind: "nonJson" }, "UPSTREAM_BAD_RESPONSE"],
  ["answers another shape", { kind: "wrongTypes" }, "UPSTREAM_BAD_RESPONSE"],
  ["answers huge headers", { kind: "hugeHeader" }, "UPSTREAM_BAD_RESPONSE"],
  ["answers very many headers", { kind: "hugeHeader", bytes: 30, count: 1_000 }, "UPSTREAM_BAD_RESPONSE"],
  ["compresses", { kind: "gzip" }, "UPSTREAM_BAD_RESPONSE"],
  ["redirects", { kind: "redirect", location: "http://169.254.169.254/" }, "UPSTREAM_BAD_RESPONSE"],
  ["limits without end", { kind: "rateLimit", retryAfter: 3_600 }, "UPSTREAM_RATE_LIMITED"],
  ["limits until a date", { kind: "rateLimit", retryAfter: "date" }, "UPSTREAM_RATE_LIMITED"],
  ["limits until nonsense", { kind: "rateLimit", retryAfter: "abc" }, "UPSTREAM_RATE_LIMITED"],
  ["limits until yesterday", { kind: "rateLimit", retryAfter: -1 }, "UPSTREAM_RATE_LIMITED"],
  ["limits for no time", { kind: "rateLimit", retryAfter: "none" }, "UPSTREAM_RATE_LIMITED"],
  ["fails with 500", { kind: "status", status: 500 }, "UPSTREAM_UNAVAILABLE"],
  ["fails with 502", { kind: "status", status: 502, json: false }, "UPSTREAM_UNAVAILABLE"],
  ["fails with 503", { kind: "status", status: 503 }, "UPSTREAM_UNAVAILABLE"],
  ["fails with 504", { kind: "status", status: 504, json: false }, "UPSTREAM_UNAVAILABLE"],
  ["answers an odd success", { kind: "status", status: 206 }, "UPSTREAM_BAD_RESPONSE"],
  ["repeats our secrets", { kind: "echoSecrets" }, "UPSTREAM_REJECTED"],
  ["repeats our secrets with 422", { kind: "echoSecrets", status: 422 }, "UPSTREAM_REJECTED"],
];

/** Short where the fault takes all the time there is, or asks to wait for longer. */
const deadlines: Record<string, Record<string, string>> = {
  UPSTREAM_TIMEOUT: { UPSTREAM_ATTEMPT_TIMEOUT_MS: "150", UPSTREAM_TIMEOUT_MS: "400" },
  UPSTREAM_RATE_LIMITED: { UPSTREAM_TIMEOUT_MS: "1000" },
};

describe("when Amity", () => {
  const cases = faults.flatMap(([what, fault, code]) => groups.map((group) => [what, fault, code, group] as const));
  test.each(cases)("%s, callers get a code and the gateway goes on (%#)", async (_what, fault, code, group) => {
    await withEmulator({ faults: [{ ...fault, ...always }] }, async (emulator) => {
      const env = {
        AMITY_SG_BASE_URL: emulator.url,
        AMITY_SG_API_KEY: emulator.apiKey,
        AMITY_SG_SERVER_KEY: emulator.serverKey,
        AMITY_SG_VISITOR_SECRET: emulator.visitorSecret,
        AMITY_SG_ADMIN_TOKEN: emulator.adminToken,
        VISITORS: "on",
        USER_PROFILES: "on",
        ...deadlines[code],
      };
      await withGateway({ env, random: () => 0 }, async ({ ask, send }) => {
        // Any object says that a session lives.
        const asked = fault.kind === "wrongTypes" ? group.filter((query) => query !== look) : group;
        for (const answered of await Promise.all(asked.map((query) => ask(query)))) {
          expect([answered.status, errorOf(answered).extensions.code]).toEqual([200, code]);
          expect(answered.body.data).toBeNull();
        }
        expect((await send("/livez")).status).toBe(200);
        await fetch(`${emulator.url}/__emulator/faults`, {
          method: "DELETE",
          headers: { authorization: `Bearer ${emulator.controlKey}` },
        });
        expect((await ask(create)).body.data.createSession.userId).toBe("alice");
      });
    });
  });

  test("closes idle connections, callers notice nothing", async () => {
    await withEmulator({ faults: [{ kind: "keepAliveIdleClose", ms: 1 }] }, async (emulator) => {
      const env = { AMITY_SG_BASE_URL: emulator.url, AMITY_SG_SERVER_KEY: emulator.serverKey };
      await withGateway({ env, random: () => 0 }, async ({ ask }) => {
        for (let i = 0; i < 50; i++) expect((await ask(mint)).body.errors).toBeUndefined();
      });
    });
  });
});
