import { createHmac } from "node:crypto";

/** How long a visitor's signature lets a session be opened. Amity names no limit: the life of an auth token. */
export const visitorSignatureLifeMs = 10 * 60_000;

/** What stands between the two values that are signed. In a deviceId it would let one message be read as two. */
export const signatureSeparator = "&authSignatureExpiresAt=";

/**
 * The signature of a visitor's device, in 64 lower-case hexadecimal digits. Both values are signed as they are, nothing
 * is encoded, so `expiresAt` must reach Amity in these very letters (docs.social.plus, visitor mode).
 */
export function visitorSignature(secret: string, deviceId: string, expiresAt: string): string {
  return createHmac("sha256", secret).update(`deviceId=${deviceId}${signatureSeparator}${expiresAt}`).digest("hex");
}
