import "reflect-metadata";
import { describe, expect, test } from "@jest/globals";
import { RegionCode } from "../../../src/amity/regions.js";
import { type AmitySession, parseSession } from "../../../src/amity/session-wire.js";
import { targetUserId } from "../../../src/caller/access.js";
import { anybody } from "../../../src/caller/caller.js";
import { AppError } from "../../../src/errors/app-error.js";
import type { SessionOrder } from "../../../src/session/session.rules.js";
import { SessionService } from "../../../src/session/session.service.js";
import { Audit } from "../../../src/telemetry/audit.js";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { RequestRecord } from "../../../src/telemetry/request-record.js";
import { recordingLogger } from "../../support/canary.js";
import { testClock } from "../../support/clock.js";
import { fakeAmity, type Script } from "../../support/fake-amity.js";

const dayMs = 24 * 60 * 60 * 1_000;
const timeoutMs = 10_000;

/** What Amity says of alice's session, and more. */
function sessionOf(more: object = {}): AmitySession {
  return parseSession(
    JSON.stringify({ accessToken: "access-1", users: [{ userId: "alice" }], ...more }),
    "alice",
    () => {},
  );
}

/** A service before a client that answers by the script; each call takes a second. */
function serviceWith(script: Script) {
  const clock = testClock();
  const amity = fakeAmity({
    mint: async () => {
      clock.advance(1_000);
      return "minted";
    },
    createSession: async () => {
      clock.advance(1_000);
      return sessionOf();
    },
    ...script,
  });
  const { logger, lines } = recordingLogger();
  const audit = new Audit({ logger, metrics: new Metrics() });
  const service = new SessionService({ amity, audit, clock, timeoutMs });
  const asker = {
    subject: "user:alice",
    signal: new AbortController().signal,
    record: new RequestRecord("request-1", () => 0),
  };
  const create = (more: Partial<SessionOrder> = {}) =>
    service.create(
      {
        deviceId: "phone",
        region: RegionCode.EU,
        displayName: undefined,
        userId: targetUserId(anybody, "userId", "alice"),
        ...more,
      },
      asker,
    );
  const audited = () => lines.map((line) => JSON.parse(line));
  return { clock, amity, create, asker, audited };
}

describe("the auth token of a session", () => {
  const tokens = ({ amity }: ReturnType<typeof serviceWith>) => ({
    mints: amity.mints.map(({ region, userId }) => [region, userId]),
    sent: amity.sessions.map(({ request, minted }) => request.authToken ?? minted),
  });

  test("is minted for the user in secure mode", async () => {
    const scene = serviceWith({});
    await scene.create({ region: RegionCode.US });
    expect(tokens(scene)).toEqual({ mints: [["US", "alice"]], sent: ["minted"] });
  });

  test("is another for each session", async () => {
    const scene = serviceWith({});
    await scene.create();
    await scene.create();
    expect(scene.amity.mints).toHaveLength(2);
  });

  test("is the given one where there is one", async () => {
    const scene = serviceWith({});
    await scene.create({ authToken: "given" });
    expect(tokens(scene)).toEqual({ mints: [], sent: ["given"] });
  });

  test("is none where the network is not in secure mode", async () => {
    const scene = serviceWith({ state: { hasServerKey: false } });
    await scene.create();
    expect(tokens(scene)).toEqual({ mints: [], sent: [undefined] });
  });
});

describe("a session that cannot be opened", () => {
  test.each<[string, Script, Partial<SessionOrder>, string]>([
    ["without an API key", { state: { hasApiKey: false } }, {}, "REGION_NOT_CONFIGURED"],
    ["with an unusable device id", {}, { deviceId: "" }, "BAD_USER_INPUT"],
    ["with a profile handle on v3", {}, { profileHandle: "ally" }, "BAD_USER_INPUT"],
  ])("%s asks Amity for nothing and is audited", async (_why, script, order, code) => {
    const { amity, create, audited } = serviceWith(script);
    await expect(create(order)).rejects.toMatchObject({ code });
    expect([amity.mints, amity.sessions]).toEqual([[], []]);
    expect(audited()).toEqual([expect.objectContaining({ operation: "createSession", outcome: code })]);
  });

  test("for want of an auth token is not asked for", async () => {
    const { amity, create } = serviceWith({ mint: () => Promise.reject(new AppError("USER_BANNED")) });
    await expect(create()).rejects.toMatchObject({ code: "USER_BANNED" });
    expect(amity.sessions).toEqual([]);
  });
});

test("both calls have one deadline and the asker's signal", async () => {
  const { clock, amity, create, asker } = serviceWith({});
  const deadline = clock.elapsed() + timeoutMs;
  await create();
  for (const call of [...amity.mints, ...amity.sessions]) expect(call).toMatchObject({ deadline });
  expect([amity.mints[0]?.signal, amity.sessions[0]?.signal]).toEqual([asker.signal, asker.signal]);
  expect(amity.mints[0]?.signal).toBe(asker.signal);
});

describe("the times of a session", () => {
  const issuedAt = "2026-02-01T00:00:00.000Z";
  const expiresAt = "2026-02-11T00:00:00.000Z";
  const start = testClock().now();

  test.each([
    ["30 days from its start in secure mode", true, 30],
    ["one day without it", false, 1],
  ])("are %s", async (_what, hasServerKey, days) => {
    const { create } = serviceWith({ state: { hasServerKey } });
    expect(await create()).toMatchObject({
      issuedAt: new Date(start),
      expiresAt: new Date(start + days * dayMs),
      refreshAfter: new Date(start + 0.8 * days * dayMs),
    });
  });

  test("are Amity's where it names them", async () => {
    const { create } = serviceWith({ createSession: async () => sessionOf({ issuedAt, expiresAt }) });
    expect(await create()).toMatchObject({
      issuedAt: new Date(issuedAt),
      expiresAt: new Date(expiresAt),
      refreshAfter: new Date("2026-02-09T00:00:00.000Z"),
    });
  });

  test("end so long after Amity's beginning when it names no end", async () => {
    const { create } = serviceWith({ createSession: async () => sessionOf({ issuedAt }) });
    expect((await create()).expiresAt).toEqual(new Date(Date.parse(issuedAt) + 30 * dayMs));
  });
});

describe("an opened session", () => {
  test("is of the user whom Amity signed in, among others", async () => {
    const users = [{ userId: "bob" }, { userId: "alice", displayName: "Alice" }];
    const { create } = serviceWith({ createSession: async () => sessionOf({ users }) });
    const session = await create({ region: RegionCode.SG });
    expect(session).toMatchObject({ accessToken: "access-1", userId: "alice", region: "SG" });
    expect([session.user.displayName, session.users.map(({ userId }) => userId)]).toEqual(["Alice", ["bob", "alice"]]);
  });

  test.each([
    [undefined, "signed-in"],
    ["signed-in", "signed-in"],
    ["visitor", "visitor"],
    ["bot", "bot"],
    ["something new", "other"],
  ])("of the user type %p is %s", async (userType, kind) => {
    const { create } = serviceWith({ createSession: async () => ({ ...sessionOf(), userType }) });
    expect((await create()).userType).toBe(kind);
  });

  test("leaves an audit line with its asker", async () => {
    const { create, audited } = serviceWith({});
    await create();
    expect(audited()).toEqual([
      {
        level: "info",
        message: "audit",
        audit: true,
        operation: "createSession",
        by: "user:alice",
        userId: "alice",
        region: "EU",
        requestId: "request-1",
        outcome: "issued",
      },
    ]);
  });
});

test.each([0, -1])("an end %i ms after the session was asked for is none", async (ms) => {
  const start = testClock().now();
  const { create } = serviceWith({
    createSession: async () => sessionOf({ expiresAt: new Date(start + ms).toISOString() }),
  });
  expect((await create()).expiresAt).toEqual(new Date(start + 30 * dayMs));
});
