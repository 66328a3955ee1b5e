import type { CredentialReason } from "../errors/reasons.js";
import type { Logger } from "../telemetry/logger.js";
import type { Metrics } from "../telemetry/metrics.js";
import type { RateLimits } from "./rate-limits.js";

export interface RefusalSinks {
  readonly rateLimits: RateLimits;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A credential that is not taken. The log says no more of it than is here. */
export interface Refusal {
  readonly reason: CredentialReason;
  readonly requestId: string;
  /** Of a token: what the reason is about. */
  readonly claim?: string | undefined;
}

/** Counts a refused credential by who sent it, and tells of it. Throws RATE_LIMITED beyond the rate of an address. */
export async function countRefusal(
  { rateLimits, logger, metrics }: RefusalSinks,
  refusal: Refusal,
  address: string,
): Promise<void> {
  metrics.credentialRefused(refusal.reason);
  logger.info(refusal, "credential refused");
  await rateLimits.countRefusal(address);
}
