import { describe, expect, test } from "@jest/globals";
import { RegionCode } from "../../../src/amity/regions.js";
import { targetUserId } from "../../../src/caller/access.js";
import { anybody } from "../../../src/caller/caller.js";
import { AppError } from "../../../src/errors/app-error.js";
import { type ErrorCode, errorCodes } from "../../../src/errors/codes.js";
import { Cancellation, type CancelSignal } from "../../../src/system/cancellation.js";
import { Audit } from "../../../src/telemetry/audit.js";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { RequestRecord } from "../../../src/telemetry/request-record.js";
import { TokenService } from "../../../src/token/token.service.js";
import { TokenStore } from "../../../src/token/token.store.js";
import { recordingLogger } from "../../support/canary.js";
import { testClock } from "../../support/clock.js";
import { type Deferred, deferred } from "../../support/deferred.js";
import { fakeAmity, type Script } from "../../support/fake-amity.js";

const minuteMs = 60_000;
const timeoutMs = 10_000;

interface Ask {
  readonly userId?: string;
  readonly region?: RegionCode;
  readonly subject?: string;
  readonly signal?: CancelSignal;
}

/** A service before a client that answers by the script. */
function serviceWith(script: Script, reuseMs = 0) {
  const clock = testClock();
  const amity = fakeAmity(script);
  const { logger, lines } = recordingLogger();
  let reuses = 0;
  const service = new TokenService({
    amity,
    store: new TokenStore(reuseMs, clock),
    audit: new Audit({ logger, metrics: new Metrics() }),
    clock,
    timeoutMs,
    onReuse: () => reuses++,
  });
  const issue = ({ userId = "alice", region = RegionCode.EU, subject = `user:${userId}`, signal }: Ask = {}) => {
    const key = { region, userId: targetUserId(anybody, "userId", userId) };
    return service.issue(key, {
      subject,
      signal: signal ?? new AbortController().signal,
      record: new RequestRecord("request-1", () => 0),
    });
  };
  /** The token's text, or the error's code. */
  const outcome = (ask?: Ask): Promise<string> =>
    issue(ask).then(
      ({ token }) => token,
      (error: unknown) => (error instanceof AppError ? error.code : String(error)),
    );
  const audited = () => lines.map((line) => JSON.parse(line));
  return { clock, amity, issue, outcome, audited, reuses: () => reuses };
}

/** Mints token-1, token-2 and so on, until it is told to fail. */
function counting() {
  let count = 0;
  let failure: unknown;
  return {
    mint: async () => {
      if (failure !== undefined) throw failure;
      return `token-${++count}`;
    },
    fail(error: unknown) {
      failure = error;
    },
  };
}

/** Mints that wait for the test. */
function held() {
  const calls: Deferred<string>[] = [];
  const mint = () => {
    const call = deferred<string>();
    calls.push(call);
    return call.promise;
  };
  return { calls, mint };
}

/** Lets all that is settled be heard. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

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
  test("of one asker are one", async () => {
    const { calls, mint } = held();
    const { outcome } = serviceWith({ mint });
    const asked = [outcome(), outcome(), outcome()];
    await turn();
    calls[0]?.resolve("shared");
    expect([await Promise.all(asked), calls.length]).toEqual([["shared", "shared", "shared"], 1]);
  });

  test.each<[string, Ask]>([
    ["subject", { subject: "key:shop" }],
    ["region", { region: RegionCode.SG }],
    ["user", { userId: "Alice", subject: "user:alice" }],
  ])("that differ by their %s are two, each with its own token", async (_what, other) => {
    const { calls, mint } = held();
    const { outcome } = serviceWith({ mint });
    const asked = [outcome(), outcome(other)];
    await turn();
    for (const [index, call] of calls.entries()) call.resolve(`token-${index}`);
    expect(await Promise.all(asked)).toEqual(["token-0", "token-1"]);
  });

  test("that only look alike when joined are two", async () => {
    const { calls, mint } = held();
    const { outcome } = serviceWith({ mint, generation: () => "g" });
    const asked = [outcome({ subject: "a", userId: "bEUgc" }), outcome({ subject: "aEUgb", userId: "c" })];
    await turn();
    for (const [index, call] of calls.entries()) call.resolve(`token-${index}`);
    expect(await Promise.all(asked)).toEqual(["token-0", "token-1"]);
  });

  test("before and after a rotation of keys are two", async () => {
    let generation = "1";
    const { calls, mint } = held();
    const { outcome } = serviceWith({ mint, generation: () => generation });
    const before = outcome();
    await turn();
    generation = "2";
    const after = outcome();
    await turn();
    for (const [index, call] of calls.entries()) call.resolve(`token-${index}`);
    expect([await before, await after]).toEqual(["token-0", "token-1"]);
  });

  test("are two when one comes after half of the time", async () => {
    const { calls, mint } = held();
    const { clock, outcome } = serviceWith({ mint });
    const asked = [outcome()];
    for (const passed of [timeoutMs / 2 - 1, 1]) {
      await turn();
      clock.advance(passed);
      asked.push(outcome());
    }
    await turn();
    for (const [index, call] of calls.entries()) call.resolve(`token-${index}`);
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

  test("is handed out again, counted and audited like any other", async () => {
    const { clock, outcome, reuses, audited } = serviceWith(counting(), reuseMs);
    expect(await outcome()).toBe("token-1");
    clock.advance(reuseMs - 1);
    expect([await outcome(), reuses()]).toEqual(["token-1", 1]);
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
