import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Clock } from "../system/clock.js";
import type { Caller } from "./caller.js";
import { isTimely, type JwtRules, type JwtVerifier, type VerifiedToken } from "./jwt.js";
import type { GetKey } from "./jwt-key.js";

/** About a kilobyte each. */
const mostTokens = 5_000;

/** Whatever becomes of its issuer or its key meanwhile, a token is verified again after so long. Milliseconds. */
const longestMs = 60_000;

interface Known extends VerifiedToken {
  /** By the monotonic clock. Milliseconds. */
  readonly verifiedAt: number;
}

export interface VerifiedTokensOptions {
  readonly verify: JwtVerifier;
  readonly rules: JwtRules;
  readonly getKey: GetKey;
  readonly clock: Pick<Clock, "now" | "elapsed">;
}

/**
 * Tokens that were verified lately, so that a caller's next requests cost no cryptography. A token is known by its
 * SHA-256: memory that leaks holds no credential. Each time it is asked whether its key is still the one in use, the
 * same object and no other one that was read later, and what the time says; where in doubt, it is verified anew.
 */
export function rememberVerified({ verify, rules, getKey, clock }: VerifiedTokensOptions) {
  const known = new LRUCache<string, Known>({ max: mostTokens });

  const holds = async ({ header, key, times, verifiedAt }: Known): Promise<boolean> => {
    if (clock.elapsed() - verifiedAt >= longestMs || !isTimely(times, rules, clock.now())) return false;
    try {
      return (await getKey(header)) === key;
    } catch {
      // Whoever verifies it finds the same, and says so.
      return false;
    }
  };

  return async (token: string): Promise<Caller> => {
    const digest = createHash("sha256").update(token).digest("base64");
    const before = known.get(digest);
    if (before && (await holds(before))) return before.caller;
    known.delete(digest);
    const verifiedAt = clock.elapsed();
    const verified = await verify(token);
    known.set(digest, { verifiedAt, ...verified });
    return verified.caller;
  };
}
