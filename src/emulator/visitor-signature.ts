import { createHmac } from "node:crypto";
import { AmityError } from "./errors.js";
import { isSame } from "./secrets.js";

/** What a client shows for a visitor session of a device. */
export interface SignedVisit {
  readonly deviceId: string;
  readonly authSignature?: string | undefined;
  /** ISO 8601. */
  readonly authSignatureExpiresAt?: string | undefined;
}

/**
 * Refuses with invalidParameters when something is missing or is no time, and with invalidSignature when the signature
 * is another or its time is over.
 */
export function checkVisitorSignature(visit: SignedVisit, secret: string, now: number): void {
  const { deviceId, authSignature, authSignatureExpiresAt } = visit;
  if (authSignature === undefined || authSignatureExpiresAt === undefined) {
    const missing = authSignature === undefined ? "authSignature" : "authSignatureExpiresAt";
    throw new AmityError("invalidParameters", [`The '${missing}' field is required.`]);
  }
  const expected = visitorSignature(secret, deviceId, authSignatureExpiresAt);
  const isAlive = now < Date.parse(authSignatureExpiresAt);
  if (!isSame(authSignature, expected) || !isAlive) throw new AmityError("invalidSignature");
}

/**
 * The HMAC-SHA256 of both values as they are, in lower-case hexadecimal digits: nothing is encoded (docs.social.plus,
 * visitor mode; OpenAPI v5).
 */
function visitorSignature(secret: string, deviceId: string, authSignatureExpiresAt: string): string {
  const message = `deviceId=${deviceId}&authSignatureExpiresAt=${authSignatureExpiresAt}`;
  return createHmac("sha256", secret).update(message).digest("hex");
}
