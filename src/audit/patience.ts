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
  #since = Number.NEGATIVE_INFINITY;

  /** `onLost`: one waits too long. */
  constructor(
    private readonly queue: LineQueue,
    private readonly clock: Clock,
    private readonly timers: Timers,
    private readonly onLost: () => void,
  ) {}

  watch(): void {
    const leftMs = this.#leftMs();
    if (this.#isWatching || leftMs === undefined) return;
    this.#isWatching = true;
    this.timers.after(leftMs, () => this.#look(graceTurns));
  }

  /** Lines that waited until now are waited with as if they had just come: nobody asks for them any more. */
  startAnew(): void {
    this.#since = this.clock.elapsed();
  }

  #look(turns: number): void {
    const isLate = this.#leftMs() === 0;
    if (isLate && turns > 0) {
      this.timers.after(0, () => this.#look(turns - 1));
      return;
    }
    this.#isWatching = false;
    if (isLate) this.onLost();
    else this.watch();
  }

  #leftMs(): number | undefined {
    const { since } = this.queue;
    if (since === undefined) return undefined;
    return Math.max(0, Math.max(since, this.#since) + patienceMs - this.clock.elapsed());
  }
}
