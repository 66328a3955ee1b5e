import type { Clock } from "../system/clock.js";

const windowSeconds = 10;

interface Bucket<Name extends string> {
  readonly second: number;
  readonly counts: Record<Name, number>;
}

/** Counts of the last ten seconds, kept by the second. */
export class RecentCounts<Name extends string> {
  #buckets: Bucket<Name>[] = [];

  /** `zero`: every name with 0. */
  constructor(
    private readonly clock: Clock,
    private readonly zero: Readonly<Record<Name, 0>>,
  ) {}

  add(name: Name): void {
    this.#current().counts[name]++;
  }

  sum(name: Name): number {
    this.#current();
    return this.#buckets.reduce((total, { counts }) => total + counts[name], 0);
  }

  #current(): Bucket<Name> {
    const second = Math.floor(this.clock.elapsed() / 1_000);
    const last = this.#buckets.at(-1);
    if (last?.second === second) return last;
    const bucket: Bucket<Name> = { second, counts: { ...this.zero } };
    this.#buckets = [...this.#buckets.filter((old) => old.second > second - windowSeconds), bucket];
    return bucket;
  }
}
