import "reflect-metadata";
import { describe, expect, test } from "@jest/globals";
import { limits } from "../../../src/amity/input-rules.js";
import type { CallLimits } from "../../../src/amity/region-guard.js";
import { RegionCode } from "../../../src/amity/regions.js";
import type { VisitorSessionRequest } from "../../../src/amity/requests.js";
import { type AmitySession, parseSession } from "../../../src/amity/session-wire.js";
import { badUserInput } from "../../../src/errors/app-error.js";
import { DeviceKind } from "../../../src/session/session.input.js";
import { SessionService } from "../../../src/session/session.service.js";
import { Audit } from "../../../src/telemetry/audit.js";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { RequestRecord } from "../../../src/telemetry/request-record.js";
import { recordingLogger } from "../../support/canary.js";
import { testClock } from "../../support/clock.js";
import { fakeAmity } from "../../support/fake-amity.js";

const timeoutMs = 10_000;
const dayMs = 24 * 60 * 60 * 1_000;
const signature = { authSignature: "signed", authSignatureExpiresAt: new Date("2026-01-01T00:10:00.000Z") };

function sessionOf(more: object = {}): AmitySession {
  return parseSession(JSON.stringify({ accessToken: "access-1", users: [{ userId: "v1" }], ...more }), "v1", () => {});
}

interface Setup {
  readonly visitors?: boolean;
  readonly session?: AmitySession;
  readonly sign?: () => Promise<typeof signature>;
}

function serviceWith({ visitors = true, session = sessionOf(), sign = async () => signature }: Setup = {}) {
  const clock = testClock();
  const asked: [RegionCode, VisitorSessionRequest, CallLimits][] = [];
  const signed: unknown[] = [];
  const amity = fakeAmity({
    createVisitorSession: async (...call) => {
      asked.push(call);
      return session;
    },
  });
  const { logger, lines } = recordingLogger();
  const audit = new Audit({ logger, metrics: new Metrics() });
  const signer = {
    sign: (order: object, place: string) => {
      signed.push([order, place]);
      return sign();
    },
  };
  const service = new SessionService({ amity, audit, clock, timeoutMs, ...(visitors && { signer }) });
  const record = new RequestRecord("request-1", () => 0);
  const asker = { subject: "visitor", signal: new AbortController().signal, record };
  const create = (more: object = {}) =>
    service.createForVisitor({ deviceId: "phone", region: RegionCode.US, ...more }, asker);
  const audited = () => lines.map((line) => JSON.parse(line));
  return { create, asked, signed, asker, clock, audited };
}

test("a visitor's session is asked for with its signature", async () => {
  const { create, asked, signed, asker, clock } = serviceWith();
  const deadline = clock.elapsed() + timeoutMs;
  const deviceInfo = { kind: DeviceKind.WEB, model: "m", sdkVersion: "1" };
  await create({ deviceInfo });
  expect(signed).toEqual([[{ deviceId: "phone", region: "US", deviceInfo }, "input.deviceId"]]);
  const { signal, record } = asker;
  expect(asked).toEqual([
    [
      "US",
      {
        deviceId: "phone",
        deviceInfo: { kind: "web", model: "m", sdkVersion: "1" },
        authSignature: "signed",
        authSignatureExpiresAt: "2026-01-01T00:10:00.000Z",
      },
      { deadline, signal, record },
    ],
  ]);
});

test("a visitor's session without device info sends none", async () => {
  const { create, asked } = serviceWith();
  await create({ deviceInfo: null });
  expect(asked[0]?.[1].deviceInfo).toBeUndefined();
});

test("a visitor's device has a model of as many characters as v5 takes", async () => {
  const { create, asked } = serviceWith();
  const model = "m".repeat(limits.deviceModelV5);
  await create({ deviceInfo: { model } });
  expect(asked[0]?.[1].deviceInfo).toEqual({ model });
});

test("a visitor's session lasts as long as a secure one", async () => {
  const { create, clock } = serviceWith();
  const start = clock.now();
  expect(await create()).toMatchObject({
    accessToken: "access-1",
    region: "US",
    issuedAt: new Date(start),
    expiresAt: new Date(start + 30 * dayMs),
  });
});

test.each([
  [undefined, "visitor"],
  ["bot", "bot"],
  ["something new", "other"],
])("a visitor's session of the user type %p is %s", async (userType, kind) => {
  const { create } = serviceWith({ session: { ...sessionOf(), userType } });
  expect((await create()).userType).toBe(kind);
});

describe("a visitor's session that cannot be opened", () => {
  test("while there are no visitors leaves no trace", async () => {
    const { create, asked, signed, audited } = serviceWith({ visitors: false });
    await expect(create()).rejects.toMatchObject({ code: "VISITORS_NOT_ENABLED" });
    expect([asked, signed, audited()]).toEqual([[], [], []]);
  });

  test("for what it says of the device is not signed for", async () => {
    const { create, asked, signed } = serviceWith();
    const refused = expect.objectContaining({ code: "BAD_USER_INPUT" });
    await expect(create({ deviceInfo: { model: "m".repeat(limits.deviceModelV5 + 1) } })).rejects.toEqual(refused);
    expect([asked, signed]).toEqual([[], []]);
  });

  test("for want of a signature is not asked for", async () => {
    const { create, asked, audited } = serviceWith({ sign: () => Promise.reject(badUserInput("no")) });
    await expect(create()).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
    expect(asked).toEqual([]);
    expect(audited()).toEqual([expect.objectContaining({ outcome: "BAD_USER_INPUT", deviceId: "phone" })]);
  });
});

test.each([
  ["names its device", "phone", { deviceId: "phone" }],
  ["names no device that is none", "x".repeat(256), {}],
])("the audit of a visitor's session %s", async (_what, deviceId, named) => {
  const { create, audited } = serviceWith();
  await create({ deviceId });
  expect(audited()).toEqual([
    {
      level: "info",
      message: "audit",
      audit: true,
      operation: "createVisitorSession",
      by: "visitor",
      region: "US",
      requestId: "request-1",
      outcome: "issued",
      ...named,
    },
  ]);
});
