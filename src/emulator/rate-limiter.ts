import type { WallClock } from "../system/clock.js";
import { ExpiringMap } from "./expiring-map.js";

/** So many requests for each userId in a window; Amity's own is 100 in 5 s (docs.social.plus, technical FAQ). */
export interface RateLimit {
  /** Requests that pass in one window. */
  readonly requests: number;
  /** Length of a window in milliseconds; it begins with a user's first request. */
  readonly windowMs: number;
}

/** Counts the requests of each user, over all devices. */
export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #now: WallClock;
  readonly #windows: ExpiringMap<{ used: number }>;

  constructor(limit: RateLimit, now: WallClock) {
    this.#limit = limit;
    this.#now = now;
    this.#windows = new ExpiringMap(now);
  }

  /** Counts one request; false when it is over the limit. */
  allow(userId: string): boolean {
    const window = this.#windows.get(userId);
    if (window) {
      window.used += 1;
      return window.used <= this.#limit.requests;
    }
    this.#windows.set(userId, { used: 1 }, this.#now() + this.#limit.windowMs);
    return true;
  }

  clear(): void {
    this.#windows.clear();
  }
}
