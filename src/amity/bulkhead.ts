import { AppError } from "../errors/app-error.js";
import type { CancelSignal } from "../system/cancellation.js";
import type { Clock } from "../system/clock.js";
import { cancellable } from "./cancellable.js";

const slots = 64;
const queuePlaces = 128;
const queueWaitMs = 500;

/** How long somebody would wait for a slot. */
export interface Patience {
  /** By the monotonic clock. Milliseconds. */
  readonly deadline: number;
  readonly signal?: CancelSignal | undefined;
}

/**
 * Bounds the work under way for one region: 64 pieces at a time, and 128 that wait half a second at most, and never
 * beyond their deadline. Whoever leaves the queue holds no place in it, and a free slot goes at once to whoever has
 * waited longest.
 * What it shuts opens again by itself: places in a region's queue.
 */
export class Bulkhead {
  #busy = 0;
  readonly #queue = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  /** The work's result. Throws OVERLOADED or, when the signal says so before the work begins, CANCELLED. */
  async run<T>(patience: Patience, work: () => Promise<T>): Promise<T> {
    if (this.#busy < slots) this.#busy++;
    else await this.#wait(patience);
    try {
      return await work();
    } finally {
      this.#passOn();
    }
  }

  #wait({ deadline, signal }: Patience): Promise<void> {
    if (this.#queue.size >= queuePlaces) throw queueIsFull();
    const waitMs = Math.min(queueWaitMs, deadline - this.clock.elapsed());
    return cancellable<void>(signal, (admit, refuse) => {
      this.#queue.add(admit);
      const cancelTimer = this.clock.after(waitMs, () => refuse(queueIsFull()));
      return () => {
        cancelTimer();
        this.#queue.delete(admit);
      };
    });
  }

  #passOn(): void {
    const [next] = this.#queue;
    if (next) next();
    else this.#busy--;
  }
}

function queueIsFull(): AppError {
  return new AppError("OVERLOADED", { limit: "regionQueue", reason: "region queue full" });
}
