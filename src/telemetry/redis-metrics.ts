import { limitNames } from "../limits.js";
import { zero } from "./registry.js";
import type { Series } from "./series.js";

/** The numbers of what replicas share by Redis; they are there once they are announced. */
export class RedisMetrics {
  #mode = "";

  constructor(private readonly series: Pick<Series, "redisUsed" | "redisFailures" | "insured">) {}

  /** `mode`: REDIS_MODE. `reasons`: why Redis may fail. */
  announce(mode: string, reasons: readonly string[]): void {
    this.#mode = mode;
    zero(this.series.redisFailures, { reason: reasons });
    zero(this.series.insured, { limit: limitNames.RATE_LIMITED });
    this.used(false);
  }

  used(isUsed: boolean): void {
    this.series.redisUsed.set({ mode: this.#mode }, isUsed ? 1 : 0);
  }

  /** `reason`: of the fixed list that was announced. */
  failed(reason: string): void {
    this.series.redisFailures.inc({ reason });
  }

  /** A limit was counted in this process alone. */
  insured(limit: string): void {
    this.series.insured.inc({ limit });
  }
}
