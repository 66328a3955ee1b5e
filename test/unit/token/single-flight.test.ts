import { describe, expect, test } from "@jest/globals";
import type { CancelSignal } from "../../../src/system/cancellation.js";
import { SingleFlight } from "../../../src/token/single-flight.js";
import { testClock } from "../../support/clock.js";
import { type Deferred, deferred } from "../../support/deferred.js";

const joinableMs = 5_000;

/** Work that was begun: the test ends it, and sees whether it was cancelled. */
interface Begun extends Deferred<string> {
  readonly signal: CancelSignal;
}

/** Flights whose work the test holds in its hands. */
function heldFlights() {
  const clock = testClock();
  const flights = new SingleFlight<string>(clock, joinableMs);
  const begun: Begun[] = [];
  const start = (signal: CancelSignal) => {
    const work = { ...deferred<string>(), signal };
    begun.push(work);
    return work.promise;
  };
  /** Asks for the work of this key; `leave` is to go away. */
  const ask = (key = "a") => {
    const gone = new AbortController();
    const result = flights.run(key, gone.signal, start);
    result.catch(() => {});
    return { result, leave: () => gone.abort(), signal: gone.signal };
  };
  const work = (index: number) => {
    const some = begun[index];
    if (!some) throw new Error(`only ${begun.length} begun`);
    return some;
  };
  return { clock, flights, start, ask, begun, work };
}

const cancelled = expect.objectContaining({ code: "CANCELLED" });

/** Lets all that is settled be heard. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("those who ask for the same", () => {
  test("share one piece of work and its result", async () => {
    const { ask, begun, work } = heldFlights();
    const asked = [ask(), ask(), ask()];
    work(0).resolve("result");
    expect(await Promise.all(asked.map(({ result }) => result))).toEqual(["result", "result", "result"]);
    expect(begun).toHaveLength(1);
  });

  test("share its failure", async () => {
    const { ask, begun, work } = heldFlights();
    const asked = [ask(), ask()];
    const failure = new Error("failed");
    work(0).reject(failure);
    for (const { result } of asked) await expect(result).rejects.toBe(failure);
    expect(begun).toHaveLength(1);
  });

  test("share nothing with those who ask for another", async () => {
    const { ask, begun, work } = heldFlights();
    const [a, b] = [ask("a"), ask("b")];
    expect(begun).toHaveLength(2);
    work(1).resolve("of b");
    work(0).resolve("of a");
    expect([await a.result, await b.result]).toEqual(["of a", "of b"]);
  });

  test.each(["resolve", "reject"] as const)("begin anew once it is done (%s)", async (end) => {
    const { ask, begun, work } = heldFlights();
    const first = ask();
    work(0)[end]("first");
    await first.result.catch(() => {});
    await turn();
    const second = ask();
    expect(begun).toHaveLength(2);
    work(1).resolve("second");
    expect(await second.result).toBe("second");
  });
});

describe("one who goes away", () => {
  test("is told so at once and leaves the others undisturbed", async () => {
    const { ask, work } = heldFlights();
    const [leaving, staying] = [ask(), ask()];
    leaving.leave();
    await expect(leaving.result).rejects.toEqual(cancelled);
    expect(work(0).signal.aborted).toBe(false);
    work(0).resolve("result");
    expect(await staying.result).toBe("result");
  });

  test("as the last cancels the work", async () => {
    const { ask, work } = heldFlights();
    const asked = [ask(), ask(), ask()];
    for (const [index, { leave }] of asked.entries()) {
      expect(work(0).signal.aborted).toBe(false);
      leave();
      expect(work(0).signal.aborted).toBe(index === asked.length - 1);
    }
    for (const { result } of asked) await expect(result).rejects.toEqual(cancelled);
  });

  test("after the result has it and disturbs nobody", async () => {
    const { ask, work } = heldFlights();
    const [early, late] = [ask(), ask()];
    work(0).resolve("result");
    expect(await early.result).toBe("result");
    await turn();
    early.leave();
    late.leave();
    expect(await late.result).toBe("result");
    expect(work(0).signal.aborted).toBe(false);
  });

  test("had gone before begins nothing that is kept", async () => {
    const { flights, start, ask, work } = heldFlights();
    await expect(flights.run("a", AbortSignal.abort(), start)).rejects.toEqual(cancelled);
    expect(work(0).signal.aborted).toBe(true);
    const next = ask();
    work(1).resolve("result");
    expect(await next.result).toBe("result");
  });

  test("had gone before leaves those who wait undisturbed", async () => {
    const { flights, start, ask, begun, work } = heldFlights();
    const waiting = ask();
    await expect(flights.run("a", AbortSignal.abort(), start)).rejects.toEqual(cancelled);
    expect([begun.length, work(0).signal.aborted]).toEqual([1, false]);
    work(0).resolve("result");
    expect(await waiting.result).toBe("result");
  });

  test("is not kept in memory when the work is done", async () => {
    const { ask, work } = heldFlights();
    const { result, signal } = ask();
    const removed: unknown[] = [];
    const remove = signal.removeEventListener.bind(signal);
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      removed.push(args[0]);
      remove(...args);
    };
    work(0).resolve("result");
    await result;
    await turn();
    expect(removed).toEqual(["abort"]);
  });
});

describe("work that nobody waits for any more", () => {
  test("is not joined by the next who asks", async () => {
    const { ask, begun, work } = heldFlights();
    ask().leave();
    const next = ask();
    expect(begun).toHaveLength(2);
    work(0).resolve("too late");
    work(1).resolve("result");
    expect(await next.result).toBe("result");
  });

  test("ends without ending its successor", async () => {
    const { ask, begun, work } = heldFlights();
    ask().leave();
    const next = ask();
    work(0).reject(new Error("cancelled"));
    await turn();
    const joining = ask();
    expect(begun).toHaveLength(2);
    work(1).resolve("result");
    expect([await next.result, await joining.result]).toEqual(["result", "result"]);
  });

  test("fails without anybody to hear it", async () => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown) => unheard.push(reason);
    process.on("unhandledRejection", hear);
    try {
      const { flights, start, ask, work } = heldFlights();
      ask().leave();
      work(0).reject(new Error("unheard"));
      await flights.run("a", AbortSignal.abort(), start).catch(() => {});
      work(1).reject(new Error("unheard"));
      await turn();
      await turn();
      expect(unheard).toEqual([]);
    } finally {
      process.off("unhandledRejection", hear);
    }
  });
});

describe("work that is forgotten", () => {
  const forgetA = (flights: SingleFlight<string>) => flights.forget((key) => key === "a");

  test("is joined by nobody else, and goes on for who waits", async () => {
    const { flights, ask, work } = heldFlights();
    const before = ask();
    forgetA(flights);
    const after = ask();
    work(1).resolve("new");
    work(0).resolve("old");
    expect([await before.result, await after.result]).toEqual(["old", "new"]);
  });

  test("is that of the keys meant alone", () => {
    const { flights, ask, begun } = heldFlights();
    for (const key of ["a", "b"]) ask(key);
    forgetA(flights);
    for (const key of ["b", "a"]) ask(key);
    expect(begun).toHaveLength(3);
  });

  test("ends without ending its successor", async () => {
    const { flights, ask, begun, work } = heldFlights();
    ask();
    forgetA(flights);
    ask();
    work(0).resolve("old");
    await turn();
    ask();
    expect(begun).toHaveLength(2);
  });

  test("is cancelled by the last who leaves, and its successor is not", () => {
    const { flights, ask, begun, work } = heldFlights();
    const before = ask();
    forgetA(flights);
    ask();
    before.leave();
    ask();
    expect([work(0).signal.aborted, work(1).signal.aborted, begun.length]).toEqual([true, false, 2]);
  });
});

describe("one who comes late", () => {
  test.each([
    ["joins", joinableMs - 1, 1],
    ["begins anew", joinableMs, 2],
  ])("%s after %i ms", async (_what, ms, begunTimes) => {
    const { clock, ask, begun } = heldFlights();
    ask();
    clock.advance(ms);
    ask();
    expect(begun).toHaveLength(begunTimes);
  });

  test("is joined by the next, whatever becomes of the old work", async () => {
    const { clock, ask, begun, work } = heldFlights();
    const old = ask();
    clock.advance(joinableMs);
    const late = ask();
    old.leave();
    expect([work(0).signal.aborted, work(1).signal.aborted]).toEqual([true, false]);
    const next = ask();
    work(0).resolve("old");
    work(1).resolve("new");
    expect([await late.result, await next.result, begun.length]).toEqual(["new", "new", 2]);
  });

  test("goes by the clock that nobody sets", async () => {
    const { clock, ask, begun } = heldFlights();
    ask();
    clock.setWall(3_600_000);
    ask();
    clock.setWall(-7_200_000);
    clock.advance(joinableMs);
    ask();
    expect(begun).toHaveLength(2);
  });
});

test("without a signal one waits to the end and counts as a waiter", async () => {
  const { flights, start, ask, work } = heldFlights();
  const staying = flights.run("a", undefined, start);
  const leaving = ask();
  leaving.leave();
  await expect(leaving.result).rejects.toEqual(cancelled);
  expect(work(0).signal.aborted).toBe(false);
  work(0).resolve("result");
  expect(await staying).toBe("result");
});
