import type { Clock } from "../system/clock.js";

/** Looks that must go well, one after the other. More would make it later than two seconds. */
const looksNeeded = { atFirst: 2, afterRelapse: 4 } as const;
/** Who is lost again so soon has not been well. Milliseconds. */
const quickRelapseMs = 10_000;

/** When Redis, once lost, is used again: later, where it was lost as soon as it was back. */
export class Comeback {
  #goodLooks = 0;
  #needed: number = looksNeeded.atFirst;
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
    this.#needed = isRelapse ? looksNeeded.afterRelapse : looksNeeded.atFirst;
  }
}
