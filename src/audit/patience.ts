import type { Clock } from "../system/clock.js";
import type { LineQueue } from "./line-queue.js";
import type { Timers } from "./timers.js";

/** What takes no line within this time takes none. Milliseconds. */
const patienceMs = 250;

/**
 * What is late may be this process: after a pause of its own, timers come before what the kernel has done meanwhile. So
 * many turns of the event loop let that be heard.
 */
const graceTurns = 3;

/** Waits with the line that waits longest. */
export class Patience {
  #isWatching = false;

  /** `onLost`: one waits too long. It gets the latest time of those that do. */
  constructor(
    private readonly queue: LineQueue,
    private readonly clock: Clock,
    private readonly timers: Timers,
    private readonly onLost: (latest: number) => void,
  ) {}

  watch(): void {
    const { since } = this.queue;
    if (this.#isWatching || since === undefined) return;
    this.#isWatching = true;
    this.timers.after(Math.max(0, since + patienceMs - this.clock.elapsed()), () => this.#check(graceTurns));
  }

  #check(turns: number): void {
    const latest = this.clock.elapsed() - patienceMs;
    const isLate = (this.queue.since ?? Number.POSITIVE_INFINITY) <= latest;
    if (isLate && turns > 0) {
      this.timers.after(0, () => this.#check(turns - 1));
      return;
    }
    this.#isWatching = false;
    if (isLate) this.onLost(latest);
    else this.watch();
  }
}
