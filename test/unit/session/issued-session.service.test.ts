import { describe, expect, test } from "@jest/globals";
import { SessionState } from "../../../src/amity/access-token.js";
import type { CallLimits } from "../../../src/amity/region-guard.js";
import { RegionCode } from "../../../src/amity/regions.js";
import { targetUserId } from "../../../src/caller/access.js";
import { anybody } from "../../../src/caller/caller.js";
import { AppError } from "../../../src/errors/app-error.js";
import { IssuedSessionService, type UserSessions } from "../../../src/session/issued-session.service.js";
import { Audit } from "../../../src/telemetry/audit.js";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { RequestRecord } from "../../../src/telemetry/request-record.js";
import { recordingLogger } from "../../support/canary.js";
import { testClock } from "../../support/clock.js";
import { deferred } from "../../support/deferred.js";
import { fakeAmity } from "../../support/fake-amity.js";

const timeoutMs = 10_000;

/** An access token that says whose it is. */
const accessToken = `e30.${Buffer.from('{"user":{"publicUserId":"alice"}}').toString("base64url")}.c2ln`;
const held = { region: RegionCode.US, accessToken, place: "the argument" };
const sessionsOf = (id: string): UserSessions => {
  return { region: RegionCode.US, userId: targetUserId(anybody, "userId", id), place: "the argument" };
};
const alices = sessionsOf("alice");

interface Script {
  readonly verify?: () => Promise<SessionState>;
  readonly revoke?: () => Promise<boolean>;
  readonly revokeAll?: () => Promise<boolean>;
}

/** A service before a client that answers by the script: what is asked about lives, unless told otherwise. */
function serviceWith({ verify, revoke, revokeAll }: Script = {}) {
  const clock = testClock();
  const asked: [what: string, region: RegionCode, about: string, limits: CallLimits][] = [];
  const answering =
    <T>(what: string, answer: () => Promise<T>) =>
    (region: RegionCode, about: string, limits: CallLimits) => {
      asked.push([what, region, about, limits]);
      return answer();
    };
  const amity = fakeAmity({
    verifySession: answering("verify", verify ?? (async () => SessionState.ACTIVE)),
    revokeSession: answering("revoke", revoke ?? (async () => true)),
    revokeUserSessions: answering("revokeAll", revokeAll ?? (async () => true)),
  });
  const { logger, lines } = recordingLogger();
  const forgotten: UserSessions[] = [];
  const audit = new Audit({ logger, metrics: new Metrics() });
  const onUserRevoked = (sessions: UserSessions) => forgotten.push(sessions);
  const service = new IssuedSessionService({ amity, audit, clock, timeoutMs, onUserRevoked });
  const record = new RequestRecord("request-1", () => 0);
  const asker = { subject: "key:backend", signal: new AbortController().signal, record };
  const audited = () => lines.map((line) => JSON.parse(line));
  return { service, asker, asked, clock, audited, forgotten };
}

type Scene = ReturnType<typeof serviceWith>;

const operations: [operation: string, what: string, about: string, run: (scene: Scene) => Promise<unknown>][] = [
  ["sessionStatus", "verify", accessToken, ({ service, asker }) => service.status(held, asker)],
  ["revokeSession", "revoke", accessToken, ({ service, asker }) => service.revoke(held, asker)],
  ["revokeUserSessions", "revokeAll", "alice", ({ service, asker }) => service.revokeAll(alices, asker)],
];

describe.each(operations)("%s", (operation, what, about, run) => {
  test("asks the region about this one, within its time", async () => {
    const scene = serviceWith();
    const deadline = scene.clock.elapsed() + timeoutMs;
    await run(scene);
    const { signal, record } = scene.asker;
    expect(scene.asked).toEqual([[what, "US", about, { deadline, signal, record }]]);
  });

  test("that fails is audited and passes the error on", async () => {
    const fail = () => Promise.reject(new AppError("UPSTREAM_TIMEOUT"));
    const scene = serviceWith({ verify: fail, revoke: fail, revokeAll: fail });
    await expect(run(scene)).rejects.toMatchObject({ code: "UPSTREAM_TIMEOUT" });
    expect(scene.audited()).toEqual([
      expect.objectContaining({ audit: true, operation, by: "key:backend", outcome: "UPSTREAM_TIMEOUT" }),
    ]);
  });
});

test.each<[SessionState, string | undefined]>([
  [SessionState.ACTIVE, "alice"],
  [SessionState.INVALID, undefined],
  [SessionState.BANNED, undefined],
])("a token that is %s is told with the user %p", async (state, userId) => {
  const { service, asker, clock, audited } = serviceWith({ verify: async () => state });
  expect(await service.status(held, asker)).toEqual({ state, userId, checkedAt: new Date(clock.now()) });
  expect(audited()).toEqual([line("sessionStatus", { outcome: state, userId })]);
});

test.each<[boolean, string, string | undefined]>([
  [true, "revoked", "alice"],
  [false, "absent", undefined],
])("a revocation that Amity answers by %p is audited as %s", async (revoked, outcome, userId) => {
  const { service, asker, audited } = serviceWith({ revoke: async () => revoked });
  expect(await service.revoke(held, asker)).toEqual({ revoked });
  expect(audited()).toEqual([line("revokeSession", { outcome, userId })]);
});

test.each<[boolean, string]>([
  [true, "revoked"],
  [false, "absent"],
])("a user's revocation that Amity answers by %p is audited as %s", async (revoked, outcome) => {
  const { service, asker, audited } = serviceWith({ revokeAll: async () => revoked });
  expect(await service.revokeAll(alices, asker)).toEqual({ revoked });
  expect(audited()).toEqual([line("revokeUserSessions", { outcome, userId: "alice" })]);
});

/** An audit line as a whole: it holds no token. */
function line(operation: string, more: object): object {
  const fixed = { level: "info", message: "audit", audit: true, by: "key:backend", region: "US" };
  return JSON.parse(JSON.stringify({ ...fixed, operation, requestId: "request-1", ...more }));
}

describe("what cannot be sent", () => {
  test.each<[string, (scene: Scene, accessToken: string) => Promise<unknown>]>([
    ["sessionStatus", ({ service, asker }, accessToken) => service.status({ ...held, accessToken }, asker)],
    ["revokeSession", ({ service, asker }, accessToken) => service.revoke({ ...held, accessToken }, asker)],
  ])("as an access token is refused by %s before any call", async (operation, run) => {
    for (const unusable of ["", "a b", "line\nend", "x".repeat(8_193)]) {
      const scene = serviceWith();
      await expect(run(scene, unusable)).rejects.toMatchObject({
        code: "BAD_USER_INPUT",
        message: expect.stringMatching(/^the argument must /),
      });
      expect(scene.asked).toEqual([]);
      expect(scene.audited()).toEqual([expect.objectContaining({ operation, outcome: "BAD_USER_INPUT" })]);
    }
  });

  test("as a session's user is refused before any call, and nothing is forgotten", async () => {
    const scene = serviceWith();
    const revoked = scene.service.revokeAll(sessionsOf("x".repeat(51)), scene.asker);
    await expect(revoked).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
    expect([scene.asked, scene.forgotten]).toEqual([[], []]);
  });
});

describe("tokens that are kept for a user", () => {
  test.each<[string, () => Promise<boolean>]>([
    ["ended", async () => true],
    ["not known", async () => false],
    ["perhaps ended", () => Promise.reject(new AppError("UPSTREAM_TIMEOUT"))],
  ])("are forgotten once when the sessions are %s", async (_what, revokeAll) => {
    const { service, asker, forgotten } = serviceWith({ revokeAll });
    await service.revokeAll(alices, asker).catch(() => {});
    expect(forgotten).toEqual([alices]);
  });

  test("are kept until Amity has answered", async () => {
    const answer = deferred<boolean>();
    const { service, asker, forgotten } = serviceWith({ revokeAll: () => answer.promise });
    const revoked = service.revokeAll(alices, asker);
    expect(forgotten).toEqual([]);
    answer.resolve(true);
    await revoked;
    expect(forgotten).toEqual([alices]);
  });

  test("stay when one session is checked or ended", async () => {
    const { service, asker, forgotten } = serviceWith();
    await service.status(held, asker);
    await service.revoke(held, asker);
    expect(forgotten).toEqual([]);
  });
});
