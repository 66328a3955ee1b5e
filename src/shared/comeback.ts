import type { Clock } from "../system/clock.js";

/** Looks that must go well, one after the other: twice as many after each quick relapse. */
const looksNeeded = { least: 2, most: 120 } as const;
/** Who is lost again so soon has not been well. Milliseconds. */
const quickRelapseMs = 10_000;

/** When Redis, once lost, is used again: the later, the more often it was lost as soon as it was back. */
export class Comeback {
  #goodLooks = 0;
  #needed: number = looksNeeded.least;
  #backSince = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Pick<Clock, "elapsed">) {}

  /** A look went well. Were there enough? */
  isEarned(): boolean {
    return ++this.#goodLooks >= this.#needed;
  }

  /** A look went wrong. */
  beginAnew(): void {
    this.#goodLooks = 0;
  }

  /** It is used. */
  begin(): void {
    this.#backSince = this.clock.elapsed();
  }

  /** It is lost. */
  end(): void {
    const isRelapse = this.clock.elapsed() - this.#backSince < quickRelapseMs;
    this.#needed = isRelapse ? Math.min(looksNeeded.most, 2 * this.#needed) : looksNeeded.least;
  }
}
