import { describe, expect, test } from "@jest/globals";
import type { Operation } from "../../../src/amity/failures.js";
import { type FailedAttempt, isAnswerLost, retryDelayMs } from "../../../src/amity/retry.js";
import { RetryBudget } from "../../../src/amity/retry-budget.js";
import type { TransportPhase } from "../../../src/amity/transport-error.js";
import { testClock } from "../../support/clock.js";

const down = (status: number): FailedAttempt => ({ status, code: "UPSTREAM_UNAVAILABLE" });
const limited = (retryAfterSeconds?: number): FailedAttempt => ({
  status: 429,
  code: "UPSTREAM_RATE_LIMITED",
  retryAfterSeconds,
});
const fault = (
  name: "timeout" | "unreachable" | "exhausted" | "broken" | "malformed" | "cancelled",
  phase: TransportPhase,
) => ({
  fault: name,
  phase,
  reusedConnection: false,
});
const stale: FailedAttempt = { fault: "unreachable", phase: "request", reusedConnection: true };

/** What may be done twice, and what may not. */
const often = [
  "mintAuthToken",
  "verifySession",
  "revokeSession",
  "revokeUserSessions",
  "listUsers",
  "updateUser",
] as const;
const once = ["createSession", "createSessionWithAuthToken", "createVisitorSession", "rotateAdminToken"] as const;

function delay(operation: Operation, failed: FailedAttempt, attempt = 1, remainingMs = 10_000, random = 0.5) {
  return retryDelayMs({ operation, failed, attempt, remainingMs, random });
}

describe("a failed attempt", () => {
  const cases: [string, FailedAttempt, number, number | undefined, number | undefined][] = [
    // what, failure, attempt, delay of what may be done twice, delay of what may not
    ["could not connect", fault("unreachable", "connect"), 1, 50, 50],
    ["could not connect twice", fault("unreachable", "connect"), 2, 100, 100],
    ["could not connect thrice", fault("unreachable", "connect"), 3, undefined, undefined],
    ["had no file for a connection", fault("exhausted", "connect"), 1, 50, 50],
    ["timed out connecting", fault("timeout", "connect"), 1, 50, 50],
    ["timed out after it was sent", fault("timeout", "request"), 1, 50, undefined],
    ["was reset after it was sent", fault("unreachable", "request"), 1, 50, undefined],
    ["broke off", fault("broken", "answer"), 1, 50, undefined],
    ["was malformed", fault("malformed", "answer"), 1, undefined, undefined],
    ["was cancelled", fault("cancelled", "request"), 1, undefined, undefined],
    ["met a stale connection", stale, 1, 0, undefined],
    ["met a stale connection twice", stale, 2, undefined, undefined],
    ["timed out on a kept connection", { ...stale, fault: "timeout" }, 1, 50, undefined],
    ["broke off on a kept connection", { ...stale, fault: "broken", phase: "answer" }, 1, 50, undefined],
    ["could not send on a kept connection", { ...stale, phase: "connect" }, 1, 50, 50],
    ["got 500", down(500), 1, 50, undefined],
    ["got 500 twice", down(500), 2, undefined, undefined],
    ["got 502", down(502), 2, 100, undefined],
    ["got 503", down(503), 1, 50, 50],
    ["got 504", down(504), 1, 50, undefined],
    ["got 501", down(501), 1, undefined, undefined],
    ["got 429", limited(), 1, 50, 50],
    ["got 429 with a time", limited(2), 1, 2_000, 2_000],
    ["got 429 with a time beyond the deadline", limited(10), 1, undefined, undefined],
    ["got 422", { status: 422, code: "UPSTREAM_REJECTED" }, 1, undefined, undefined],
    ["got 401", { status: 401, code: "UPSTREAM_AUTH_FAILED" }, 1, undefined, undefined],
    ["got 503 for a banned user", { status: 503, code: "USER_BANNED" }, 1, undefined, undefined],
    ["got 500 for its parameters", { status: 500, code: "UPSTREAM_REJECTED" }, 1, undefined, undefined],
  ];

  test.each(cases)("that %s is repeated only as is safe", (_what, failed, attempt, again, safely) => {
    const delaysOf = (operations: readonly Operation[]) =>
      operations.map((operation) => delay(operation, failed, attempt));
    expect([delaysOf(often), delaysOf(once)]).toEqual([often.map(() => again), once.map(() => safely)]);
  });

  test("waits a random share of a bound up to the deadline", () => {
    expect(delay("mintAuthToken", down(503), 1, 10_000, 0)).toBe(0);
    expect(delay("mintAuthToken", down(503), 2, 10_000, 1)).toBe(200);
    expect(delay("mintAuthToken", down(503), 1, 40, 0.5)).toBeUndefined();
  });
});

describe("what Amity was asked", () => {
  test.each<[string, FailedAttempt, boolean]>([
    ["was not sent without a connection", fault("unreachable", "connect"), false],
    ["was not sent within a TLS handshake", fault("timeout", "tls"), false],
    ["was not sent to a host without an address", fault("unreachable", "lookup"), false],
    ["may be done after a timeout", fault("timeout", "request"), true],
    ["may be done on a stale connection", stale, true],
    ["may be done when the answer broke off", fault("broken", "answer"), true],
    ["is nobody's concern once cancelled", fault("cancelled", "request"), false],
    ["may be done after 500", down(500), true],
    ["may be done after 502", down(502), true],
    ["was put off by 503", down(503), false],
    ["was refused by a rate limit", limited(), false],
    ["was refused with 422", { status: 422, code: "UPSTREAM_REJECTED" }, false],
  ])("%s", (_what, failed, isLost) => {
    expect(isAnswerLost(failed)).toBe(isLost);
  });
});

describe("the retry budget", () => {
  test("allows three retries without traffic", () => {
    const budget = new RetryBudget(testClock());
    expect([1, 2, 3, 4].map(() => budget.tryTake())).toEqual([true, true, true, false]);
  });

  test("allows a tenth of the calls", () => {
    const budget = new RetryBudget(testClock());
    for (let i = 0; i < 100; i++) budget.countCall();
    expect(Array.from({ length: 20 }, () => budget.tryTake()).filter(Boolean)).toHaveLength(10);
  });

  test("forgets after ten seconds", () => {
    const clock = testClock();
    const budget = new RetryBudget(clock);
    for (let i = 0; i < 3; i++) budget.tryTake();
    clock.advance(9_999);
    expect(budget.tryTake()).toBe(false);
    clock.advance(1);
    expect(budget.tryTake()).toBe(true);
  });
});
