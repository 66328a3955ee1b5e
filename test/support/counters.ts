import type { RateLimiterRes } from "rate-limiter-flexible";
import type { MakeCounter, RateLimitName } from "../../src/caller/rate-limits.js";

/** Counters that allow everything but what `failing` rejects by limit, and note what is asked of them. */
export function notedCounters(failing: Readonly<Partial<Record<RateLimitName, Error | RateLimiterRes>>> = {}) {
  const made: [limit: RateLimitName, points: number][] = [];
  const taken: [limit: RateLimitName, key: string, points: number][] = [];
  const makeCounter: MakeCounter = (limit, points) => {
    made.push([limit, points]);
    return {
      async consume(key, count) {
        taken.push([limit, key, count]);
        if (failing[limit]) throw failing[limit];
      },
    };
  };
  return { made, taken, makeCounter };
}
