import type * as flexible from "rate-limiter-flexible";
import memoryLimiter from "rate-limiter-flexible/lib/RateLimiterMemory.js";
import result from "rate-limiter-flexible/lib/RateLimiterRes.js";
import { AppError } from "../errors/app-error.js";
import type { Reason } from "../errors/reasons.js";
import type { limitNames } from "../limits.js";
import { senderOf } from "../system/address.js";
import type { Caller } from "./caller.js";

/** The package's index loads a limiter for each of thirty stores. */
const RateLimiterMemory = memoryLimiter as typeof flexible.RateLimiterMemory;
const RateLimiterRes = result as typeof flexible.RateLimiterRes;

/** Requests in a minute; 0: no limit. Replicas count together where they share a Redis, else each on its own. */
export interface RateLimitSettings {
  /** Root fields of one signed-in user. */
  readonly user: number;
  /** Root fields of one service key. */
  readonly service: number;
  /** Refused credentials from one address, or from one /64 of IPv6. */
  readonly failedAuth: number;
}

/** Of every limit. */
export const windowSeconds = 60;

export type RateLimitName = (typeof limitNames)["RATE_LIMITED"][number];

/** Counts by key. Rejects with RateLimiterRes when a key has no more points. */
export interface Counter {
  consume(key: string, points: number): Promise<unknown>;
}

/** Makes the counter of a limit. `points`: of each key, in a window. */
export type MakeCounter = (limit: RateLimitName, points: number) => Counter;

/** Counts in this process alone. */
export const ownCounter: MakeCounter = (_limit, points) => new RateLimiterMemory({ points, duration: windowSeconds });

/**
 * How often somebody may ask. Both methods throw RATE_LIMITED.
 * What it shuts opens again by itself: a caller's rate, refused credentials of an address.
 */
export class RateLimits {
  readonly #user: Counter | undefined;
  readonly #service: Counter | undefined;
  readonly #failedAuth: Counter | undefined;

  constructor({ user, service, failedAuth }: RateLimitSettings, makeCounter: MakeCounter = ownCounter) {
    this.#user = counterOf("user", user, makeCounter);
    this.#service = counterOf("service", service, makeCounter);
    this.#failedAuth = counterOf("failedAuth", failedAuth, makeCounter);
  }

  /** Counts root fields of a caller; nobody in particular is not limited. */
  async count(caller: Caller | undefined, rootFields: number): Promise<void> {
    if (!caller || caller.kind === "anybody" || rootFields === 0) return;
    const limit = caller.kind === "user" ? "user" : "service";
    await consume(limit, limit === "user" ? this.#user : this.#service, caller.subject, rootFields);
  }

  /**
   * Counts a refused credential by who sent it. Only refused ones are counted and held back: a valid one must not
   * suffer from others behind the same address.
   */
  async countRefusal(address: string): Promise<void> {
    await consume("failedAuth", this.#failedAuth, senderOf(address), 1);
  }
}

/** Nothing for no limit. */
export function counterOf(limit: RateLimitName, points: number, makeCounter: MakeCounter): Counter | undefined {
  return points > 0 ? makeCounter(limit, points) : undefined;
}

/** Why, for the operator; a refused credential says by itself why it is. */
const limitReasons: Readonly<Partial<Record<RateLimitName, Reason>>> = {
  user: "caller's rate",
  service: "caller's rate",
  visitorAddress: "visitors' rate",
  visitorDevice: "visitors' rate",
};

/** Takes points from a limit's counter of this key. Throws RATE_LIMITED when it has no more. */
export async function consume(
  limit: RateLimitName,
  counter: Counter | undefined,
  key: string,
  points: number,
): Promise<void> {
  try {
    await counter?.consume(key, points);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const seconds = Math.ceil(refusal.msBeforeNext / 1000);
    // The library ends a window by a timer, but tells its rest by the wall clock, which may have been set back.
    const retryAfterSeconds = Math.min(windowSeconds, Math.max(1, seconds));
    const reason = limitReasons[limit];
    throw new AppError("RATE_LIMITED", { ...(reason && { reason }), retryAfterSeconds, limit });
  }
}
