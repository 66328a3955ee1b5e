import { describe, expect, test } from "@jest/globals";
import { RegionCode } from "../../../src/amity/regions.js";
import { AppError } from "../../../src/errors/app-error.js";
import { type ErrorCode, errorCodes } from "../../../src/errors/codes.js";
import { Cancellation } from "../../../src/system/cancellation.js";
import { RequestRecord } from "../../../src/telemetry/request-record.js";
import { type Ask, counting, held, serviceWith, timeoutMs, turn } from "../../support/token-service.js";

const minuteMs = 60_000;

describe("an issued token", () => {
  test("is the user's and the region's, and dies ten minutes after it was asked for", async () => {
    const { clock, amity, issue } = serviceWith({
      mint: async () => {
        clock.advance(3_000);
        return "token-1";
      },
    });
    const askedAt = clock.now();
    const elapsedAtFirst = clock.elapsed();
    expect(await issue({ userId: "alice", region: RegionCode.US })).toEqual({
      token: "token-1",
      userId: "alice",
      region: RegionCode.US,
      issuedAt: new Date(askedAt),
      expiresAt: new Date(askedAt + 10 * minuteMs),
      refreshAfter: new Date(askedAt + 8 * minuteMs),
    });
    expect(amity.mints).toEqual([
      {
        region: RegionCode.US,
        userId: "alice",
        deadline: elapsedAtFirst + timeoutMs,
        signal: expect.any(Cancellation),
        record: expect.objectContaining({ requestId: "request-1" }),
      },
    ]);
  });

  test("leaves an audit line with its asker", async () => {
    const { outcome, audited } = serviceWith(counting());
    await outcome({ subject: "key:shop", userId: "bob" });
    expect(audited()).toEqual([
      {
        level: "info",
        message: "audit",
        audit: true,
        operation: "authToken",
        by: "key:shop",
        userId: "bob",
        region: "EU",
        requestId: "request-1",
        outcome: "issued",
      },
    ]);
  });

  test("is another each time where reuse is off", async () => {
    const { outcome, reuses } = serviceWith(counting());
    expect([await outcome(), await outcome(), reuses()]).toEqual(["token-1", "token-2", 0]);
  });
});

describe("equal calls at the same time", () => {
  test("of one asker are one, as each request's record says", async () => {
    const { calls, mint } = held();
    const { outcome } = serviceWith({ mint });
    const records = Array.from({ length: 3 }, () => new RequestRecord("request-1", () => 0));
    const asked = records.map((record) => outcome({ record }));
    await turn();
    calls[0]?.resolve("shared");
    expect([await Promise.all(asked), calls.length]).toEqual([["shared", "shared", "shared"], 1]);
    expect(records.map(({ facts }) => facts)).toEqual([{}, { shared: 1 }, { shared: 1 }]);
  });

  test.each<[string, Ask]>([
    ["subject", { subject: "key:shop" }],
    ["region", { region: RegionCode.SG }],
    ["user", { userId: "Alice", subject: "user:alice" }],
  ])("that differ by their %s are two, each with its own token", async (_what, other) => {
    const { mint, release } = held();
    const { outcome } = serviceWith({ mint });
    const asked = [outcome(), outcome(other)];
    await turn();
    release();
    expect(await Promise.all(asked)).toEqual(["token-0", "token-1"]);
  });

  test("that only look alike when joined are two", async () => {
    const { mint, release } = held();
    const { outcome } = serviceWith({ mint, generation: () => "g" });
    const asked = [outcome({ subject: "a", userId: "bEUgc" }), outcome({ subject: "aEUgb", userId: "c" })];
    await turn();
    release();
    expect(await Promise.all(asked)).toEqual(["token-0", "token-1"]);
  });

  test("before and after a rotation of keys are two", async () => {
    let generation = "1";
    const { mint, release } = held();
    const { outcome } = serviceWith({ mint, generation: () => generation });
    const before = outcome();
    await turn();
    generation = "2";
    const after = outcome();
    await turn();
    release();
    expect([await before, await after]).toEqual(["token-0", "token-1"]);
  });

  test("are two when one comes after half of the time", async () => {
    const { mint, release } = held();
    const { clock, outcome } = serviceWith({ mint });
    const asked = [outcome()];
    for (const passed of [timeoutMs / 2 - 1, 1]) {
      await turn();
      clock.advance(passed);
      asked.push(outcome());
    }
    await turn();
    release();
    expect(await Promise.all(asked)).toEqual(["token-0", "token-0", "token-1"]);
  });

  test("go on when one asker leaves, and end when the last one does", async () => {
    const { mint } = held();
    const { amity, outcome } = serviceWith({ mint });
    const [first, last] = [new AbortController(), new AbortController()];
    const asked = [outcome({ signal: first.signal }), outcome({ signal: last.signal })];
    await turn();
    first.abort();
    expect([await asked[0], amity.mints[0]?.signal?.aborted]).toEqual(["CANCELLED", false]);
    last.abort();
    expect([await asked[1], amity.mints[0]?.signal?.aborted]).toEqual(["CANCELLED", true]);
  });
});

describe("a held token", () => {
  const reuseMs = 2 * minuteMs;

  test("is handed out again, counted, recorded and audited like any other", async () => {
    const { clock, outcome, reuses, audited } = serviceWith(counting(), reuseMs);
    const [first, second] = [new RequestRecord("request-1", () => 0), new RequestRecord("request-2", () => 0)];
    expect(await outcome({ record: first })).toBe("token-1");
    clock.advance(reuseMs - 1);
    expect([await outcome({ record: second }), reuses()]).toEqual(["token-1", 1]);
    expect([first.facts, second.facts]).toEqual([{}, { reused: 1 }]);
    expect(audited().map((line) => line.outcome)).toEqual(["issued", "issued"]);
    clock.advance(1);
    expect([await outcome(), reuses()]).toEqual(["token-2", 1]);
  });

  test.each<[string, Ask]>([
    ["user", { userId: "bob" }],
    ["region", { region: RegionCode.SG }],
  ])("is handed out for no other %s", async (_what, other) => {
    const { outcome } = serviceWith(counting(), reuseMs);
    expect([await outcome(), await outcome(other)]).toEqual(["token-1", "token-2"]);
  });

  test("is forgotten when the keys are rotated, in an outage too", async () => {
    let generation = "1";
    const minting = counting();
    const { outcome } = serviceWith({ ...minting, generation: () => generation }, reuseMs);
    await outcome();
    generation = "2";
    expect(await outcome()).toBe("token-2");
    generation = "3";
    minting.fail(new AppError("UPSTREAM_UNAVAILABLE"));
    expect(await outcome()).toBe("UPSTREAM_UNAVAILABLE");
  });
});

describe("an older token", () => {
  const outages: readonly ErrorCode[] = ["UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT", "UPSTREAM_RATE_LIMITED"];
  const others = (Object.keys(errorCodes) as ErrorCode[]).filter((code) => !outages.includes(code));

  /** Asks again a minute after the token was minted, which is too late for reuse, while Amity fails so. */
  async function outcomeWhen(failure: unknown, afterMs = minuteMs) {
    const minting = counting();
    const { clock, outcome, reuses } = serviceWith(minting, minuteMs);
    await outcome();
    clock.advance(afterMs);
    minting.fail(failure);
    return [await outcome(), reuses()];
  }

  test.each(outages)("stands in during the outage %s", async (code) => {
    expect(await outcomeWhen(new AppError(code))).toEqual(["token-1", 1]);
  });

  test.each(others)("does not stand in after %s", async (code) => {
    expect(await outcomeWhen(new AppError(code))).toEqual([code, 0]);
  });

  test("does not stand in after a fault of ours", async () => {
    const fault = Object.assign(new Error("ours"), { code: "UPSTREAM_UNAVAILABLE" });
    expect(await outcomeWhen(fault)).toEqual(["Error: ours", 0]);
  });

  test("stands in while three minutes of its life are left", async () => {
    const outage = new AppError("UPSTREAM_TIMEOUT");
    expect(await outcomeWhen(outage, 7 * minuteMs)).toEqual(["token-1", 1]);
    expect(await outcomeWhen(outage, 7 * minuteMs + 1)).toEqual(["UPSTREAM_TIMEOUT", 0]);
  });

  test("stands in for nobody where reuse is off", async () => {
    const minting = counting();
    const { outcome } = serviceWith(minting);
    await outcome();
    minting.fail(new AppError("UPSTREAM_UNAVAILABLE"));
    expect(await outcome()).toBe("UPSTREAM_UNAVAILABLE");
  });
});

test("a failure is audited by its code", async () => {
  const { outcome, audited } = serviceWith({ mint: () => Promise.reject(new AppError("USER_BANNED")) });
  expect(await outcome()).toBe("USER_BANNED");
  expect(audited().map((line) => line.outcome)).toEqual(["USER_BANNED"]);
});
