import { describe, expect, test } from "@jest/globals";
import { RateLimiterRes } from "rate-limiter-flexible";
import { VisitorLimits } from "../../../src/caller/visitor-limits.js";
import { AppError } from "../../../src/errors/app-error.js";
import { notedCounters } from "../../support/counters.js";

/** How many of ten tries in a row pass, and which limit ended them. */
async function passing(attempt: (count: number) => Promise<void>): Promise<[passed: number, limit?: string]> {
  for (let passed = 0; passed < 10; passed++) {
    const refusal: unknown = await attempt(passed).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (refusal === undefined) continue;
    expect(refusal).toMatchObject({ code: "RATE_LIMITED", details: { retryAfterSeconds: expect.any(Number) } });
    return refusal instanceof AppError && refusal.details.limit ? [passed, refusal.details.limit] : [passed];
  }
  return [10];
}

describe("visitors", () => {
  test("of one address are limited together", async () => {
    const limits = new VisitorLimits({ address: 3, device: 9 });
    expect(await passing((count) => limits.count("192.0.2.1", [`device ${count}`]))).toEqual([3, "visitorAddress"]);
    expect(await passing((count) => limits.count("192.0.2.2", [`device ${count}`]))).toEqual([3, "visitorAddress"]);
  });

  test("of one /64 of IPv6 are one address", async () => {
    const limits = new VisitorLimits({ address: 3, device: 9 });
    expect(await passing((count) => limits.count(`2001:db8:1:2::${count}`, ["d"]))).toEqual([3, "visitorAddress"]);
    expect(await passing((count) => limits.count(`2001:db8:1:3::${count}`, ["e"]))).toEqual([3, "visitorAddress"]);
  });

  test("with one deviceId are limited wherever they are", async () => {
    const limits = new VisitorLimits({ address: 9, device: 2 });
    expect(await passing((count) => limits.count(`192.0.2.${count}`, ["phone"]))).toEqual([2, "visitorDevice"]);
    expect(await passing((count) => limits.count(`192.0.2.${count}`, ["tablet"]))).toEqual([2, "visitorDevice"]);
  });

  test("are counted by what they ask for, not by requests", async () => {
    const limits = new VisitorLimits({ address: 7, device: 9 });
    expect(await passing(() => limits.count("192.0.2.1", ["a", "b", "c"]))).toEqual([2, "visitorAddress"]);
  });

  test("are limited by address where a deviceId cannot be one", async () => {
    const limits = new VisitorLimits({ address: 5, device: 1 });
    expect(await passing(() => limits.count("192.0.2.1", [undefined, "", "x".repeat(151)]))).toEqual([
      1,
      "visitorAddress",
    ]);
  });

  test("who ask for nothing are not counted, when the limit is reached too", async () => {
    const limits = new VisitorLimits({ address: 3, device: 9 });
    expect(await passing(() => limits.count("192.0.2.1", []))).toEqual([10]);
    expect(await passing(() => limits.count("192.0.2.1", ["phone"]))).toEqual([3, "visitorAddress"]);
    expect(await passing(() => limits.count("192.0.2.1", []))).toEqual([10]);
  });

  test("have no limit where it is zero", async () => {
    const limits = new VisitorLimits({ address: 0, device: 0 });
    expect(await passing(() => limits.count("192.0.2.1", ["phone"]))).toEqual([10]);
  });
});

describe("the counters of visitors", () => {
  test("have the name and the points of their limit", () => {
    const { made, makeCounter } = notedCounters();
    new VisitorLimits({ address: 3, device: 2 }, makeCounter);
    expect(made).toEqual([
      ["visitorAddress", 3],
      ["visitorDevice", 2],
    ]);
  });

  test("keep nothing that cannot be a deviceId", async () => {
    const { taken, makeCounter } = notedCounters();
    const [longest, tooLong] = ["x".repeat(150), "x".repeat(151)];
    const limits = new VisitorLimits({ address: 9, device: 9 }, makeCounter);
    await limits.count("2001:db8:1:2::9", ["phone", "phone", undefined, "", longest, tooLong]);
    expect(taken).toEqual([
      ["visitorAddress", "2001:db8:1:2::/64", 6],
      ["visitorDevice", "phone", 1],
      ["visitorDevice", "phone", 1],
      ["visitorDevice", longest, 1],
    ]);
  });

  test.each([
    ["an address", "visitorAddress", ["visitorAddress"]],
    ["a device", "visitorDevice", ["visitorAddress", "visitorDevice"]],
  ] as const)("refuse %s for a reason, and keep nothing more", async (_what, limit, asked) => {
    const { taken, makeCounter } = notedCounters({ [limit]: new RateLimiterRes(0, 7_000, 4, false) });
    const limits = new VisitorLimits({ address: 9, device: 9 }, makeCounter);
    const refusal: unknown = await limits.count("192.0.2.1", ["phone"]).catch((error: unknown) => error);
    expect(refusal).toHaveProperty("details", { limit, reason: "visitors' rate", retryAfterSeconds: 7 });
    expect(taken.map(([name]) => name)).toEqual(asked);
  });
});
