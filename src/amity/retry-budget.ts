import type { Clock } from "../system/clock.js";

const windowSeconds = 10;
/** So that a quiet gateway can retry at all. */
const leastRetries = 3;
const retryShare = 0.1;

interface Bucket {
  readonly second: number;
  calls: number;
  retries: number;
}

/** Keeps retries from multiplying an outage: in ten seconds at most max(3, 10 % of the calls) may be retries. */
export class RetryBudget {
  #buckets: Bucket[] = [];

  constructor(private readonly now: Clock) {}

  countCall(): void {
    this.#current().calls++;
  }

  /** Takes one retry, if there is one to take. */
  tryTake(): boolean {
    const current = this.#current();
    const sum = (name: "calls" | "retries") => this.#buckets.reduce((total, bucket) => total + bucket[name], 0);
    if (sum("retries") >= Math.max(leastRetries, Math.floor(retryShare * sum("calls")))) return false;
    current.retries++;
    return true;
  }

  #current(): Bucket {
    const second = Math.floor(this.now() / 1_000);
    const last = this.#buckets.at(-1);
    if (last?.second === second) return last;
    const bucket = { second, calls: 0, retries: 0 };
    this.#buckets = [...this.#buckets.filter((old) => old.second > second - windowSeconds), bucket];
    return bucket;
  }
}
