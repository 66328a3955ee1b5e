import { createHash, timingSafeEqual } from "node:crypto";

/** Compares in constant time; the hashes make both sides equally long. */
export function isSame(given: string | undefined, expected: string): boolean {
  return given !== undefined && timingSafeEqual(sha256(given), sha256(expected));
}

function sha256(value: string): Buffer {
  return createHash("sha256").update(value).digest();
}
