import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { Bulkhead } from "../../../src/amity/bulkhead.js";
import { AppError } from "../../../src/errors/app-error.js";
import { chanceOf } from "../../support/chance.js";
import { type TestClock, testClock } from "../../support/clock.js";
import { deferred } from "../../support/deferred.js";

/** Somebody who wants a piece of work done, and how that went. */
interface Client {
  outcome: "waiting" | "working" | "done" | string;
  readonly leave: () => void;
  readonly finish: (error?: Error) => void;
}

function bulkheadWithClock() {
  const clock = testClock();
  const bulkhead = new Bulkhead(clock);
  /** `timeMs`: until the client's own deadline. */
  const ask = (timeMs = Number.POSITIVE_INFINITY): Client => {
    const gone = new AbortController();
    const work = deferred<void>();
    const client: Client = {
      outcome: "waiting",
      leave: () => gone.abort(),
      finish: (error) => (error ? work.reject(error) : work.resolve()),
    };
    const run = async () => {
      client.outcome = "working";
      await work.promise;
      return "done";
    };
    bulkhead.run({ deadline: clock.elapsed() + timeMs, signal: gone.signal }, run).then(
      (outcome) => {
        client.outcome = outcome;
      },
      (error) => {
        client.outcome = error instanceof AppError ? error.code : "failed";
      },
    );
    return client;
  };
  return { clock, ask, askTimes: (times: number) => Array.from({ length: times }, () => ask()) };
}

const outcomesOf = (clients: readonly Client[]) => {
  const counts: Record<string, number> = {};
  for (const { outcome } of clients) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

describe("a bulkhead", () => {
  test("has 64 slots and 128 places to wait", async () => {
    const { askTimes } = bulkheadWithClock();
    const clients = askTimes(64 + 128 + 1);
    await setImmediate();
    expect(outcomesOf(clients)).toEqual({ working: 64, waiting: 128, OVERLOADED: 1 });
    expect(clients.at(-1)?.outcome).toBe("OVERLOADED");
  });

  test("says which limit refused", async () => {
    const bulkhead = new Bulkhead(testClock());
    const patience = { deadline: Number.POSITIVE_INFINITY };
    for (let i = 0; i < 64 + 128; i++) void bulkhead.run(patience, () => deferred<void>().promise);
    await expect(bulkhead.run(patience, async () => {})).rejects.toMatchObject({
      code: "OVERLOADED",
      details: { limit: "regionQueue", reason: "region queue full" },
    });
  });

  test("gives up a wait after half a second", async () => {
    const { clock, askTimes } = bulkheadWithClock();
    const clients = askTimes(65);
    clock.advance(499);
    await setImmediate();
    expect(outcomesOf(clients)).toEqual({ working: 64, waiting: 1 });
    clock.advance(1);
    await setImmediate();
    expect(outcomesOf(clients)).toEqual({ working: 64, OVERLOADED: 1 });
  });

  test("gives up a wait at the client's own deadline", async () => {
    const { clock, ask, askTimes } = bulkheadWithClock();
    askTimes(64);
    const clients = [ask(100), ask(0), ask(499), ask(501)];
    clock.advance(0);
    const outcomes = async () => {
      await setImmediate();
      return clients.map(({ outcome }) => outcome);
    };
    expect(await outcomes()).toEqual(["waiting", "OVERLOADED", "waiting", "waiting"]);
    clock.advance(100);
    expect(await outcomes()).toEqual(["OVERLOADED", "OVERLOADED", "waiting", "waiting"]);
    clock.advance(399);
    expect(await outcomes()).toEqual(["OVERLOADED", "OVERLOADED", "OVERLOADED", "waiting"]);
  });

  test.each([
    ["done", undefined],
    ["failed", new Error("work")],
  ])("passes a slot on from work that is %s", async (outcome, error) => {
    const { askTimes } = bulkheadWithClock();
    const [first, ...others] = askTimes(66);
    first?.finish(error);
    await setImmediate();
    expect(first?.outcome).toBe(outcome);
    expect(others.slice(-2).map((client) => client.outcome)).toEqual(["working", "waiting"]);
  });

  test("holds no place for those who left", async () => {
    const { askTimes } = bulkheadWithClock();
    const working = askTimes(64);
    const gone = askTimes(128);
    for (const client of gone) client.leave();
    const living = askTimes(64);
    await setImmediate();
    expect([outcomesOf(gone), outcomesOf(living)]).toEqual([{ CANCELLED: 128 }, { waiting: 64 }]);
    for (const client of working) client.finish();
    await setImmediate();
    expect(outcomesOf(living)).toEqual({ working: 64 });
  });

  test("lets nobody in who waited too long", async () => {
    const { clock, askTimes } = bulkheadWithClock();
    const working = askTimes(64);
    const late = askTimes(128);
    clock.advance(500);
    const living = askTimes(64);
    for (const client of working) client.finish();
    await setImmediate();
    expect([outcomesOf(late), outcomesOf(living)]).toEqual([{ OVERLOADED: 128 }, { working: 64 }]);
    expect(clock.pending()).toBe(0);
  });
});

test("a bulkhead keeps its promises, whoever comes and goes", async () => {
  for (let seed = 0; seed < 2; seed++) await checkAtRandom(seed);
});

async function checkAtRandom(seed: number): Promise<void> {
  const chance = chanceOf(seed);
  const { clock, ask } = bulkheadWithClock();
  const came = new Map<Client, number>();
  const clients = () => [...came.keys()];
  for (let step = 0; step < 60; step++) {
    const rush = chance() ** 3 * 150;
    for (let i = 0; i < rush; i++) came.set(ask(), clock.elapsed());
    for (const client of clients()) {
      if (client.outcome === "working" && chance() < 0.4) client.finish();
      if (client.outcome === "waiting" && chance() < 0.2) client.leave();
    }
    await setImmediate();
    checkPromises(came, clock);
    for (const client of clients()) if (!["working", "waiting"].includes(client.outcome)) came.delete(client);
    clock.advance(Math.floor(chance() * 200));
    await setImmediate();
  }
  while (clients().some(({ outcome }) => outcome === "working")) {
    for (const client of clients()) client.finish();
    await setImmediate();
  }
  expect([outcomesOf(clients())["waiting"], clock.pending()]).toEqual([undefined, 0]);
}

function checkPromises(came: ReadonlyMap<Client, number>, clock: TestClock): void {
  const { working = 0, waiting = 0 } = outcomesOf([...came.keys()]);
  expect([working <= 64, waiting <= 128, waiting === 0 || working === 64]).toEqual([true, true, true]);
  const longest = [...came]
    .filter(([{ outcome }]) => outcome === "waiting")
    .map(([, since]) => clock.elapsed() - since);
  expect(Math.max(0, ...longest)).toBeLessThan(500);
  expect(clock.pending()).toBe(waiting);
}
