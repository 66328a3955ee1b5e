import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../errors/app-error.js";
import type { Reason } from "../errors/reasons.js";
import type { limitNames } from "../limits.js";
import { senderOf } from "../system/address.js";
import type { Caller } from "./caller.js";

/** Requests in a minute; 0: no limit. They hold for one process: replicas count on their own. */
export interface RateLimitSettings {
  /** Root fields of one signed-in user. */
  readonly user: number;
  /** Root fields of one service key. */
  readonly service: number;
  /** Refused credentials from one address, or from one /64 of IPv6. */
  readonly failedAuth: number;
}

const windowSeconds = 60;

/**
 * How often somebody may ask. Both methods throw RATE_LIMITED.
 * What it shuts opens again by itself: a caller's rate, refused credentials of an address.
 */
export class RateLimits {
  readonly #user: RateLimiterMemory | undefined;
  readonly #service: RateLimiterMemory | undefined;
  readonly #failedAuth: RateLimiterMemory | undefined;

  constructor({ user, service, failedAuth }: RateLimitSettings) {
    this.#user = limiter(user);
    this.#service = limiter(service);
    this.#failedAuth = limiter(failedAuth);
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
export function limiter(points: number): RateLimiterMemory | undefined {
  return points > 0 ? new RateLimiterMemory({ points, duration: windowSeconds }) : undefined;
}

type RateLimitName = (typeof limitNames)["RATE_LIMITED"][number];

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
  counter: RateLimiterMemory | undefined,
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
