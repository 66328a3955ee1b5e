import { type Authenticator, isRefusal, unauthenticated } from "../caller/authenticator.js";
import type { Caller } from "../caller/caller.js";
import { countRefusal, type RefusalSinks } from "../caller/refusals.js";
import type { Context } from "../context.js";
import type { Audit } from "../telemetry/audit.js";

export interface IdentifyOptions extends RefusalSinks {
  readonly authenticator: Authenticator;
  readonly audit: Audit;
}

/**
 * Who sent the request; undefined without a credential. Throws UNAUTHENTICATED or RATE_LIMITED for one that is refused,
 * AUTH_UNAVAILABLE when that cannot be told.
 */
export async function identify(
  { facts }: Context,
  { authenticator, audit, ...sinks }: IdentifyOptions,
): Promise<Caller | undefined> {
  try {
    return await authenticator.authenticate(facts.authorization);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const { requestId, address } = facts;
    const refusal = unauthenticated(error);
    audit.refusedCredential({ requestId, ...refusal.log });
    await countRefusal(sinks, { requestId, reason: error.reason, claim: error.claim }, address);
    throw refusal;
  }
}
