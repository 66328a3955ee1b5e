import type { Clock } from "../system/clock.js";
import { RecentCounts } from "./recent-counts.js";

/** So that a quiet gateway can retry at all. */
const leastRetries = 3;
const retryShare = 0.1;

/**
 * Keeps retries from multiplying an outage: in ten seconds at most max(3, 10 % of the calls) may be retries.
 * What it shuts opens again by itself: a region's retries.
 */
export class RetryBudget {
  readonly #recent: RecentCounts<"calls" | "retries">;

  constructor(clock: Clock) {
    this.#recent = new RecentCounts(clock, { calls: 0, retries: 0 });
  }

  countCall(): void {
    this.#recent.add("calls");
  }

  /** Takes one retry, if there is one to take. */
  tryTake(): boolean {
    const most = Math.max(leastRetries, Math.floor(retryShare * this.#recent.sum("calls")));
    if (this.#recent.sum("retries") >= most) return false;
    this.#recent.add("retries");
    return true;
  }
}
