import { createHash } from "node:crypto";
import { createJwtVerifier as createPlain } from "../../dist/caller/jwt.js";

/** A prototype that the gateway does not have: what would a bounded cache of verified tokens save? */

const maxEntries = 10_000;

export function createJwtVerifier(rules, key, now) {
  const verify = createPlain(rules, key, now);
  const callers = new Map();

  /** The token itself is not kept: memory that leaks must hold no credential. */
  return async (token) => {
    const digest = createHash("sha256").update(token).digest("base64");
    const known = callers.get(digest);
    callers.delete(digest);
    if (known && now() < known.expiresAt) return remember(digest, known);
    const caller = await verify(token);
    return remember(digest, { caller, expiresAt: expiryOf(token) });
  };

  /** A Map keeps the order of insertion, so its first entry is the one used longest ago. */
  function remember(digest, entry) {
    callers.set(digest, entry);
    if (callers.size > maxEntries) callers.delete(callers.keys().next().value);
    return entry.caller;
  }
}

function expiryOf(token) {
  return 1000 * JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString("utf8")).exp;
}
