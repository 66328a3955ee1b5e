import type { Clock } from "../system/clock.js";
import type { LineQueue } from "./line-queue.js";
import type { Timers } from "./timers.js";

/** What takes no line within this time takes none. Milliseconds. */
const patienceMs = 250;

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
    this.timers.after(Math.max(0, since + patienceMs - this.clock.elapsed()), () => {
      this.#isWatching = false;
      const latest = this.clock.elapsed() - patienceMs;
      if ((this.queue.since ?? Number.POSITIVE_INFINITY) <= latest) this.onLost(latest);
      else this.watch();
    });
  }
}
