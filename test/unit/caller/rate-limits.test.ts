import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { RateLimiterRes } from "rate-limiter-flexible";
import { anybody, type Caller } from "../../../src/caller/caller.js";
import { RateLimits } from "../../../src/caller/rate-limits.js";
import { AppError } from "../../../src/errors/app-error.js";
import { notedCounters } from "../../support/counters.js";

const user = (id: string): Caller => ({
  kind: "user",
  subject: `user:${id}`,
  userId: id,
  mayActFor: () => false,
  mayChange: () => false,
});
const service = (id: string): Caller => ({
  kind: "service",
  subject: `key:${id}`,
  mayActFor: () => true,
  mayChange: () => true,
});

const limits = () => new RateLimits({ user: 3, service: 5, failedAuth: 2 });

/** How many of so many tries in a row pass. */
async function passing(tries: number, attempt: () => Promise<void>): Promise<number> {
  for (let passed = 0; passed < tries; passed++) {
    try {
      await attempt();
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject({ code: "RATE_LIMITED", details: { retryAfterSeconds: expect.any(Number) } });
      return passed;
    }
  }
  return tries;
}

describe("a rate limit", () => {
  test.each<[string, Caller | undefined, number, number]>([
    ["a user by root fields", user("a"), 1, 3],
    ["a user by several root fields", user("a"), 2, 1],
    ["a service by its own limit", service("a"), 1, 5],
    ["nobody in particular", undefined, 1, 10],
    ["anybody on this machine", anybody, 1, 10],
    ["no operation without root fields", user("a"), 0, 10],
  ])("counts %s", async (_what, caller, rootFields, passed) => {
    const some = limits();
    expect(await passing(10, () => some.count(caller, rootFields))).toBe(passed);
  });

  test("lets pass what has no root field, when it is reached too", async () => {
    const some = limits();
    expect(await passing(10, () => some.count(user("a"), 1))).toBe(3);
    expect(await passing(10, () => some.count(user("a"), 0))).toBe(10);
  });

  test("refuses at once more than it allows", async () => {
    const some = limits();
    expect(await passing(1, () => some.count(user("a"), 4))).toBe(0);
  });

  test("is each subject's own", async () => {
    const some = limits();
    expect(await passing(10, () => some.count(user("a"), 1))).toBe(3);
    expect(await passing(10, () => some.count(user("b"), 1))).toBe(3);
  });

  test("does not take a user for a service", async () => {
    const some = limits();
    expect(await passing(10, () => some.count({ ...user("a"), subject: "same" }, 1))).toBe(3);
    expect(await passing(10, () => some.count({ ...service("a"), subject: "same" }, 1))).toBe(5);
  });

  test("counts refused credentials by address", async () => {
    const some = limits();
    expect(await passing(10, () => some.countRefusal("192.0.2.1"))).toBe(2);
    expect(await passing(10, () => some.countRefusal("192.0.2.2"))).toBe(2);
    expect(await passing(1, () => some.count(user("192.0.2.1"), 1))).toBe(1);
  });

  test.each(["__proto__", "constructor", "", "a:b"])("knows a user named %j", async (id) => {
    const some = limits();
    expect(await passing(10, () => some.count(user(id), 1))).toBe(3);
  });

  test("of zero is none", async () => {
    const none = new RateLimits({ user: 0, service: 0, failedAuth: 0 });
    expect(await passing(10, () => none.count(user("a"), 4))).toBe(10);
    expect(await passing(10, () => none.count(service("a"), 4))).toBe(10);
    expect(await passing(10, () => none.countRefusal("192.0.2.1"))).toBe(10);
  });

  test("says when to come back", async () => {
    const some = limits();
    const refusal: unknown = await some.count(user("a"), 4).catch((error: unknown) => error);
    const seconds = refusal instanceof AppError ? refusal.details.retryAfterSeconds : undefined;
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
  });
});

describe("a minute", () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const retryAfter = async (attempt: Promise<void>): Promise<unknown> => {
    const refusal: unknown = await attempt.catch((error: unknown) => error);
    return refusal instanceof AppError ? refusal.details.retryAfterSeconds : "passed";
  };

  test.each<[string, (some: RateLimits) => Promise<void>]>([
    ["a user's root fields", (some) => some.count(user("a"), 4)],
    ["a service's root fields", (some) => some.count(service("a"), 6)],
  ])("after %s are too many it is over", async (_what, tooMany) => {
    const some = limits();
    expect(await retryAfter(tooMany(some))).toBe(60);
    jest.setSystemTime(Date.now() + 59_001);
    expect(await retryAfter(tooMany(some))).toBe(1);
    jest.advanceTimersByTime(1_000);
    expect(await retryAfter(some.count(user("a"), 3))).toBe("passed");
    expect(await retryAfter(some.count(service("a"), 5))).toBe("passed");
  });

  test("holds back an address for its rest, and no longer", async () => {
    const some = limits();
    for (let i = 0; i < 2; i++) expect(await retryAfter(some.countRefusal("192.0.2.1"))).toBe("passed");
    jest.setSystemTime(Date.now() + 59_999);
    expect(await retryAfter(some.countRefusal("192.0.2.1"))).toBe(1);
    jest.advanceTimersByTime(1);
    expect(await retryAfter(some.countRefusal("192.0.2.1"))).toBe("passed");
  });
});

describe("the counters", () => {
  test("have the name and the points of their limit", () => {
    const { made, makeCounter } = notedCounters();
    new RateLimits({ user: 3, service: 5, failedAuth: 2 }, makeCounter);
    expect(made).toEqual([
      ["user", 3],
      ["service", 5],
      ["failedAuth", 2],
    ]);
  });

  test("of limits that are zero are not made", () => {
    const { made, makeCounter } = notedCounters();
    new RateLimits({ user: 0, service: 0, failedAuth: 0 }, makeCounter);
    expect(made).toEqual([]);
  });

  test("are asked by subject, and by sender for refusals", async () => {
    const { taken, makeCounter } = notedCounters();
    const some = new RateLimits({ user: 3, service: 5, failedAuth: 2 }, makeCounter);
    await some.count(user("a"), 2);
    await some.count(service("b"), 1);
    await some.countRefusal("2001:db8:1:2::9");
    expect(taken).toEqual([
      ["user", "user:a", 2],
      ["service", "key:b", 1],
      ["failedAuth", "2001:db8:1:2::/64", 1],
    ]);
  });
});

describe("a refusal", () => {
  const refusing = (msBeforeNext: number) => {
    const full = new RateLimiterRes(0, msBeforeNext, 4, false);
    const { makeCounter } = notedCounters({ user: full, service: full, failedAuth: full });
    return new RateLimits({ user: 3, service: 5, failedAuth: 2 }, makeCounter);
  };

  test.each<[string, (some: RateLimits) => Promise<void>, object]>([
    ["a user", (some) => some.count(user("a"), 1), { limit: "user", reason: "caller's rate" }],
    ["a service", (some) => some.count(service("a"), 1), { limit: "service", reason: "caller's rate" }],
    ["refused credentials", (some) => some.countRefusal("192.0.2.1"), { limit: "failedAuth" }],
  ])("of %s names its limit, and its reason", async (_what, attempt, named) => {
    const refusal: unknown = await attempt(refusing(7_000)).catch((error: unknown) => error);
    expect(refusal).toHaveProperty("code", "RATE_LIMITED");
    expect(refusal).toHaveProperty("details", { ...named, retryAfterSeconds: 7 });
  });

  test.each([
    [-1, 1],
    [0, 1],
    [1_000, 1],
    [1_001, 2],
    [60_000, 60],
    [60_001, 60],
  ])("of %i ms tells to wait for %i s", async (ms, seconds) => {
    const details = { retryAfterSeconds: seconds };
    await expect(refusing(ms).count(user("a"), 1)).rejects.toMatchObject({ details });
  });
});

test("a fault of the counter is no refusal of the caller", async () => {
  const fault = new Error("out of order");
  const some = new RateLimits({ user: 3, service: 5, failedAuth: 2 }, notedCounters({ user: fault }).makeCounter);
  await expect(some.count(user("a"), 1)).rejects.toBe(fault);
});

test("a clock that is set back makes nobody wait for more than the minute", async () => {
  jest.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
  try {
    const some = limits();
    await some.count(user("a"), 3);
    jest.setSystemTime(Date.UTC(2025, 0, 1));
    await expect(some.count(user("a"), 1)).rejects.toMatchObject({ details: { retryAfterSeconds: 60 } });
  } finally {
    jest.useRealTimers();
  }
});

test("refused credentials of one /64 of IPv6 are one sender's", async () => {
  const some = limits();
  let last = 0;
  expect(await passing(10, () => some.countRefusal(`2001:db8:1:2::${++last}`))).toBe(2);
  expect(await passing(10, () => some.countRefusal(`2001:db8:1:3::${++last}`))).toBe(2);
});
