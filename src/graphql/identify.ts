import { type Authenticator, isRefusal, unauthenticated } from "../caller/authenticator.js";
import type { Caller } from "../caller/caller.js";
import type { RateLimits } from "../caller/rate-limits.js";
import type { Context } from "../context.js";
import type { Audit } from "../telemetry/audit.js";
import type { Logger } from "../telemetry/logger.js";
import type { Metrics } from "../telemetry/metrics.js";

export interface IdentifyOptions {
  readonly authenticator: Authenticator;
  readonly rateLimits: RateLimits;
  readonly audit: Audit;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Who sent the request; undefined without a credential. Throws UNAUTHENTICATED or RATE_LIMITED for one that is refused,
 * AUTH_UNAVAILABLE when that cannot be told.
 */
export async function identify(
  { facts }: Context,
  { authenticator, rateLimits, audit, logger, metrics }: IdentifyOptions,
): Promise<Caller | undefined> {
  try {
    return await authenticator.authenticate(facts.authorization);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    metrics.credentialRefused(error.reason);
    const refusal = unauthenticated(error);
    const fields = { requestId: facts.requestId, ...refusal.log };
    logger.info(fields, "credential refused");
    audit.refusedCredential(fields);
    await rateLimits.countRefusal(facts.address);
    throw refusal;
  }
}
