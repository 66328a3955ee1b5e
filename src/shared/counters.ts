import { RateLimiterMemory, RateLimiterRedis } from "rate-limiter-flexible";
import { type MakeCounter, windowSeconds } from "../caller/rate-limits.js";
import { documentLimits } from "../limits.js";
import type { RedisMetrics } from "../telemetry/redis-metrics.js";
import type { Link } from "./link.js";
import type { Names } from "./names.js";
import type { Script } from "./scripts.js";

export interface CounterOptions {
  readonly link: Link;
  readonly names: Names;
  readonly prefix: string;
  /** How many processes share a limit while Redis is away. */
  readonly replicas: number;
  readonly metrics: RedisMetrics;
}

/**
 * Counters that all replicas share. Where Redis does not count in time, this process does: up to its part of the limit,
 * and at least what one request may ask for. The library's own scripts count, and its own insurance.
 */
export function sharedCounters({ link, names, prefix, replicas, metrics }: CounterOptions): MakeCounter {
  return (limit, points) => {
    const script = `amityCount_${limit}`;
    const counter = new RateLimiterRedis({
      storeClient: {
        defineCommand: (_name: string, definition: Script) => link.define(script, definition),
        rlflxIncr: (args: readonly string[]) =>
          link.call(script, args).catch((error: unknown) => {
            metrics.insured(limit);
            throw error;
          }),
      },
      keyPrefix: `${prefix}:limit:${limit}`,
      points,
      duration: windowSeconds,
      insuranceLimiter: new RateLimiterMemory({
        points: Math.min(points, Math.max(documentLimits.rootFields, Math.floor(points / replicas))),
        duration: windowSeconds,
      }),
    });
    return { consume: async (key: string, taken: number) => counter.consume(`{${await names.of(limit, key)}}`, taken) };
  };
}
