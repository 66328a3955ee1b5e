import type { Clock } from "../../src/system/clock.js";

/** Both clocks of a test, which stand still until they are moved. */
export interface TestClock extends Clock {
  /** Time goes by on both clocks, and what was to run by then runs. Milliseconds. */
  advance(ms: number): void;
  /** Somebody sets the wall clock: ahead, or back when below 0. Milliseconds. */
  setWall(byMs: number): void;
  /** How much is still to run. */
  readonly pending: () => number;
}

interface Timer {
  readonly dueAt: number;
  readonly run: () => void;
}

export function testClock(start = Date.UTC(2026, 0, 1)): TestClock {
  let wall = start;
  let monotonic = 1_000_000;
  const timers = new Set<Timer>();

  function pass(ms: number): void {
    wall += ms;
    monotonic += ms;
  }

  return {
    now: () => wall,
    elapsed: () => monotonic,
    after(ms, run) {
      const timer = { dueAt: monotonic + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const end = monotonic + ms;
      for (;;) {
        const [next] = [...timers].filter(({ dueAt }) => dueAt <= end).sort((a, b) => a.dueAt - b.dueAt);
        if (!next) break;
        timers.delete(next);
        pass(next.dueAt - monotonic);
        next.run();
      }
      pass(end - monotonic);
    },
    setWall(byMs) {
      wall += byMs;
    },
    pending: () => timers.size,
  };
}
