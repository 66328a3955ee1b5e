import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import type { RegionHealth } from "../../../src/amity/circuit.js";
import { type Attempt, type Call, RegionGuard, type Terms } from "../../../src/amity/region-guard.js";
import { TransportError, type TransportFault, type TransportPhase } from "../../../src/amity/transport-error.js";
import { AppError } from "../../../src/errors/app-error.js";
import { testClock } from "../../support/clock.js";
import { type Deferred, deferred } from "../../support/deferred.js";

type Answer = Awaited<ReturnType<Attempt>>;

/** An attempt that waits to be answered. */
interface Pending extends Deferred<Answer> {
  readonly terms: Terms;
}

const answer = (status: number, headers = {}): Answer => ({ status, headers, text: "" });

function guardWithClock() {
  const clock = testClock();
  const heard: RegionHealth[] = [];
  let retries = 0;
  const guard = new RegionGuard({
    attemptTimeoutMs: 5_000,
    clock,
    random: () => 0,
    onRetry: () => retries++,
    onHealth: (health) => heard.push(health),
  });
  const attempts: Pending[] = [];
  /** Starts a call: its outcome as far as it is known, a status or an error's code. */
  const start = (more: Partial<Call> = {}) => {
    const call: Call = { operation: "mintAuthToken", deadline: clock.elapsed() + 10_000, ...more };
    const started: { outcome?: number | string; error?: unknown } = {};
    const attempt: Attempt = (terms) => {
      const pending = { ...deferred<Answer>(), terms };
      attempts.push(pending);
      return pending.promise;
    };
    guard.run(call, attempt).then(
      ({ status }) => {
        started.outcome = status;
      },
      (error) => {
        started.outcome = error instanceof AppError ? error.code : String(error);
        started.error = error;
      },
    );
    return started;
  };
  /** Calls that Amity answers so, each once: a session is not registered again after 500. */
  const answered = async (status: number, times: number) => {
    const started = Array.from({ length: times }, () => start({ operation: "createSession" }));
    await setImmediate();
    for (const { resolve } of attempts.slice(-times)) resolve(answer(status));
    await setImmediate();
    return started.map(({ outcome }) => outcome);
  };
  return { clock, guard, heard, attempts, start, answered, retries: () => retries };
}

const fault = (name: TransportFault, phase: TransportPhase = "request", reused = false) =>
  new TransportError(name, phase, reused);

/** A guard whose circuit has been open for as long as it takes, so that the next call is its trial. */
async function guardBeforeTrial() {
  const scene = guardWithClock();
  await scene.answered(500, 20);
  scene.clock.advance(5_000);
  return scene;
}

describe("an attempt", () => {
  test.each([
    ["its own time", 10_000, 5_000],
    ["what is left of the whole", 3_000, 3_000],
  ])("has %s", async (_what, wholeMs, timeoutMs) => {
    const { clock, attempts, start } = guardWithClock();
    start({ deadline: clock.elapsed() + wholeMs });
    await setImmediate();
    expect(attempts.map(({ terms }) => terms.timeoutMs)).toEqual([timeoutMs]);
  });

  test("after others has what they left of the whole", async () => {
    const { clock, attempts, start } = guardWithClock();
    start({ deadline: clock.elapsed() + 7_000 });
    await setImmediate();
    clock.advance(5_000);
    attempts[0]?.reject(fault("timeout"));
    await setImmediate();
    expect(attempts.map(({ terms }) => terms.timeoutMs)).toEqual([5_000, 2_000]);
  });

  test("is not begun when the time is over", async () => {
    const { clock, attempts, start } = guardWithClock();
    const call = start({ deadline: clock.elapsed() });
    await setImmediate();
    expect([call.outcome, attempts]).toEqual(["UPSTREAM_TIMEOUT", []]);
  });

  test("is not begun for a client that has left", async () => {
    const { attempts, start } = guardWithClock();
    const call = start({ signal: AbortSignal.abort() });
    await setImmediate();
    expect([call.outcome, attempts]).toEqual(["CANCELLED", []]);
  });

  test("ends with its client", async () => {
    const { attempts, start } = guardWithClock();
    const { signal } = new AbortController();
    start({ signal });
    await setImmediate();
    expect(attempts[0]?.terms.signal).toBe(signal);
  });

  test("that met a dead connection is repeated on its own", async () => {
    const { attempts, start } = guardWithClock();
    const call = start();
    await setImmediate();
    attempts[0]?.reject(fault("unreachable", "request", true));
    await setImmediate();
    attempts[1]?.resolve(answer(200));
    await setImmediate();
    expect([attempts.map(({ terms }) => terms.freshConnection), call.outcome]).toEqual([[false, true], 200]);
  });

  test("that fails in no known way is told as it is", async () => {
    const { attempts, start } = guardWithClock();
    const call = start();
    await setImmediate();
    attempts[0]?.reject(new Error("ours"));
    await setImmediate();
    expect(call.outcome).toBe("Error: ours");
  });
});

describe("a retry", () => {
  test.each([
    [429, "mintAuthToken"],
    [503, "mintAuthToken"],
    [503, "createSession"],
  ] as const)("of %i waits as long as Retry-After asks of %s", async (status, operation) => {
    const { clock, attempts, start } = guardWithClock();
    const call = start({ operation });
    await setImmediate();
    attempts[0]?.resolve(answer(status, { "retry-after": "2" }));
    await setImmediate();
    clock.advance(1_999);
    await setImmediate();
    expect(attempts).toHaveLength(1);
    clock.advance(1);
    await setImmediate();
    attempts[1]?.resolve(answer(200));
    await setImmediate();
    expect(call.outcome).toBe(200);
  });

  test("that would come too late is not waited for", async () => {
    const { clock, attempts, start } = guardWithClock();
    const call = start();
    await setImmediate();
    attempts[0]?.resolve(answer(503, { "retry-after": "10" }));
    await setImmediate();
    expect([call.outcome, clock.pending()]).toEqual(["UPSTREAM_UNAVAILABLE", 0]);
    expect(call.error).toMatchObject({ details: { retryAfterSeconds: 10 } });
  });

  test("is given up when its client leaves, without a trace", async () => {
    const { clock, attempts, start } = guardWithClock();
    const gone = new AbortController();
    const call = start({ signal: gone.signal });
    await setImmediate();
    attempts[0]?.resolve(answer(503, { "retry-after": "2" }));
    await setImmediate();
    gone.abort();
    await setImmediate();
    expect([call.outcome, clock.pending()]).toEqual(["CANCELLED", 0]);
  });

  test("costs one of three without traffic", async () => {
    const { attempts, start, retries } = guardWithClock();
    for (let i = 0; i < 6; i++) {
      start();
      await setImmediate();
      attempts.at(-1)?.resolve(answer(500));
      await setImmediate();
      attempts.at(-1)?.resolve(answer(500));
      await setImmediate();
    }
    expect([attempts.length, retries()]).toEqual([9, 3]);
  });

  test("costs nothing after a dead connection", async () => {
    const { attempts, start, retries } = guardWithClock();
    for (let i = 0; i < 6; i++) {
      start();
      await setImmediate();
      attempts.at(-1)?.reject(fault("unreachable", "request", true));
      await setImmediate();
      attempts.at(-1)?.resolve(answer(200));
      await setImmediate();
    }
    expect([attempts.length, retries()]).toEqual([12, 6]);
  });

  test("is one for ten calls at most", async () => {
    const { attempts, start, answered, retries } = guardWithClock();
    for (let i = 0; i < 10; i++) await answered(200, 10);
    for (let i = 0; i < 20; i++) {
      start();
      await setImmediate();
      attempts.at(-1)?.resolve(answer(500));
      await setImmediate();
      attempts.at(-1)?.resolve(answer(500));
      await setImmediate();
    }
    expect(retries()).toBe(12);
  });

  test("waits for no circuit that has opened", async () => {
    const { attempts, start, answered, retries } = guardWithClock();
    const call = start();
    await setImmediate();
    await answered(500, 20);
    attempts[0]?.resolve(answer(503));
    await setImmediate();
    expect([call.outcome, retries()]).toEqual(["UPSTREAM_UNAVAILABLE", 0]);
  });
});

describe("against a region", () => {
  const rows: [string, Answer | TransportError, RegionHealth][] = [
    ["an answer", answer(200), "available"],
    ["a refused key", answer(401), "available"],
    ["a rate limit", answer(429), "available"],
    ["a refused parameter", answer(422), "available"],
    ["500", answer(500), "unavailable"],
    ["503", answer(503), "unavailable"],
    ["a timeout", fault("timeout"), "unavailable"],
    ["no connection", fault("unreachable", "connect"), "unavailable"],
    ["too few files of our own", fault("exhausted", "connect"), "available"],
    ["a broken answer", fault("broken", "answer"), "unavailable"],
    ["a malformed answer", fault("malformed", "answer"), "available"],
    ["a client that left", fault("cancelled"), "available"],
    ["a dead connection", fault("unreachable", "request", true), "available"],
  ];

  test.each(rows)("%s counts as it should", async (_what, ending, health) => {
    const { guard, attempts, start } = guardWithClock();
    for (let i = 0; i < 40; i++) {
      start({ operation: "createSession" });
      await setImmediate();
      if (ending instanceof Error) attempts.at(-1)?.reject(ending);
      else attempts.at(-1)?.resolve(ending);
      await setImmediate();
    }
    expect(guard.health).toBe(health);
  });

  test("clients that leave hide no timeouts", async () => {
    const { guard, attempts, start } = guardWithClock();
    for (let i = 0; i < 60; i++) start({ operation: "createSession" });
    await setImmediate();
    for (const { reject } of attempts.splice(0)) reject(fault("cancelled"));
    await setImmediate();
    for (let i = 0; i < 55; i++) start({ operation: "createSession" });
    await setImmediate();
    for (const { reject } of attempts) reject(fault("timeout"));
    await setImmediate();
    expect(guard.health).toBe("unavailable");
  });

  test("timeouts of an outage count no more after it", async () => {
    const { guard, attempts, start, answered, clock } = guardWithClock();
    for (let i = 0; i < 40; i++) start({ operation: "createSession" });
    await setImmediate();
    const late = [...attempts];
    await answered(500, 20);
    clock.advance(5_000);
    await answered(200, 1);
    for (const { reject } of late) reject(fault("timeout"));
    await setImmediate();
    expect(guard.health).toBe("available");
  });
});

describe("an open circuit", () => {
  test("refuses at once, with the time to stay away", async () => {
    const { clock, attempts, start, answered } = guardWithClock();
    await answered(500, 20);
    const before = attempts.length;
    clock.advance(2_000);
    const call = start();
    await setImmediate();
    expect([call.outcome, attempts.length]).toEqual(["UPSTREAM_UNAVAILABLE", before]);
    expect(call.error).toMatchObject({ details: { retryAfterSeconds: 3 } });
  });

  test("keeps nobody in the queue for a slot", async () => {
    const { clock, attempts, start } = guardWithClock();
    for (let i = 0; i < 64; i++) start({ operation: "createSession" });
    const waiting = Array.from({ length: 128 }, () => start());
    await setImmediate();
    const held = attempts.splice(0, 64);
    for (const { resolve } of held.slice(0, 19)) resolve(answer(500));
    await setImmediate();
    for (const { resolve } of attempts.splice(0)) resolve(answer(500));
    await setImmediate();
    expect(waiting.map(({ outcome }) => outcome)).toEqual(Array(128).fill("UPSTREAM_UNAVAILABLE"));
    // The circuit's own timer.
    expect(clock.pending()).toBe(1);
  });

  test("turns degraded without a call", async () => {
    const { guard, heard } = await guardBeforeTrial();
    expect([guard.health, heard]).toEqual(["degraded", ["unavailable", "degraded"]]);
  });
});

test("faults of ours say nothing of the region", async () => {
  const { guard, attempts, start } = guardWithClock();
  const calls = Array.from({ length: 30 }, () => start());
  await setImmediate();
  for (const { reject } of attempts) reject(new Error("a fault of ours"));
  await setImmediate();
  expect(calls.map(({ outcome }) => outcome)).toEqual(Array(30).fill("Error: a fault of ours"));
  expect(guard.health).toBe("available");
});

describe("the trial of a circuit", () => {
  test("is waited for by nobody else", async () => {
    const { attempts, start } = await guardBeforeTrial();
    const before = attempts.length;
    start();
    const others = [start(), start({ operation: "createSession" })];
    await setImmediate();
    expect(attempts.length - before).toBe(1);
    for (const { outcome, error } of others) {
      expect(outcome).toBe("UPSTREAM_UNAVAILABLE");
      expect(error).toMatchObject({ details: { retryAfterSeconds: 1 } });
    }
  });

  test.each<[number, RegionHealth]>([
    [200, "available"],
    [401, "available"],
    [500, "unavailable"],
  ])("that is answered %i makes the region %s", async (status, health) => {
    const { guard, answered } = await guardBeforeTrial();
    await answered(status, 1);
    expect(guard.health).toBe(health);
  });

  test("opens a connection of its own", async () => {
    const { attempts, start } = await guardBeforeTrial();
    start();
    await setImmediate();
    expect(attempts.at(-1)?.terms.freshConnection).toBe(true);
  });

  test.each<[string, Answer | TransportError, RegionHealth]>([
    ["closes the circuit", answer(200), "available"],
    ["opens the circuit", fault("timeout"), "unavailable"],
  ])("goes on without its client, and %s", async (_what, ending, health) => {
    const { guard, attempts, start, answered } = await guardBeforeTrial();
    const gone = new AbortController();
    const call = start({ signal: gone.signal });
    await setImmediate();
    gone.abort();
    await setImmediate();
    expect([call.outcome, attempts.at(-1)?.terms.signal, guard.health]).toEqual(["CANCELLED", undefined, "degraded"]);
    if (ending instanceof Error) attempts.at(-1)?.reject(ending);
    else attempts.at(-1)?.resolve(ending);
    await setImmediate();
    expect(guard.health).toBe(health);
    expect(await answered(200, 1)).toEqual([health === "available" ? 200 : "UPSTREAM_UNAVAILABLE"]);
  });

  test("has its whole time, however little its client has", async () => {
    const { guard, clock, attempts, start } = await guardBeforeTrial();
    const call = start({ deadline: clock.elapsed() + 10 });
    await setImmediate();
    expect(attempts.at(-1)?.terms.timeoutMs).toBe(5_000);
    clock.advance(10);
    await setImmediate();
    expect([call.outcome, guard.health, clock.pending()]).toEqual(["UPSTREAM_TIMEOUT", "degraded", 0]);
    expect(call.error).toMatchObject({ reason: "timeout" });
    attempts.at(-1)?.resolve(answer(200));
    await setImmediate();
    expect(guard.health).toBe("available");
  });

  test("that fails in no known way opens the circuit", async () => {
    const { guard, attempts, start } = await guardBeforeTrial();
    const call = start();
    await setImmediate();
    attempts.at(-1)?.reject(new Error("ours"));
    await setImmediate();
    expect([call.outcome, guard.health]).toEqual(["Error: ours", "unavailable"]);
  });

  test("is not the call of a client that has left", async () => {
    const { guard, start, answered } = await guardBeforeTrial();
    start({ signal: AbortSignal.abort() });
    await setImmediate();
    await answered(200, 1);
    expect(guard.health).toBe("available");
  });
});

describe("a region's slots", () => {
  test("are passed on when retries wait", async () => {
    const { attempts, start } = guardWithClock();
    for (let i = 0; i < 64; i++) start();
    const waiting = start();
    await setImmediate();
    attempts[0]?.resolve(answer(503, { "retry-after": "2" }));
    await setImmediate();
    attempts[64]?.resolve(answer(200));
    await setImmediate();
    expect(waiting.outcome).toBe(200);
  });

  test("are waited for no longer than the call has time", async () => {
    const { clock, start } = guardWithClock();
    for (let i = 0; i < 64; i++) start();
    const call = start({ deadline: clock.elapsed() + 100 });
    await setImmediate();
    clock.advance(100);
    await setImmediate();
    expect(call.outcome).toBe("OVERLOADED");
  });

  test("are 64, and a wait for one ends", async () => {
    const { clock, attempts, start } = guardWithClock();
    const calls = Array.from({ length: 70 }, () => start());
    await setImmediate();
    expect(attempts).toHaveLength(64);
    clock.advance(500);
    await setImmediate();
    expect(calls.filter(({ outcome }) => outcome === "OVERLOADED")).toHaveLength(6);
  });
});
