import { badUserInput } from "../errors/app-error.js";

/** Limits of Amity's documents, in characters (code points). Source: its OpenAPI, v3 to v5. */
export const limits = {
  /** On the v3 token route. */
  tokenUserId: 100,
  sessionUserId: 50,
  deviceId: 150,
  displayName: 100,
  profileHandle: 100,
  /** Amity documents 100; a longer token of a later version still passes. */
  authToken: 8_192,
  deviceModel: 100,
  deviceModelV5: 300,
  sdkVersion: 30,
} as const;

/**
 * Checks one input string and gives it back unchanged: 1 to `most` code points, well-formed Unicode (two ill-formed ids
 * would become the same one on the wire), no control characters. `null` means absent.
 * Throws BAD_USER_INPUT that names the place and never the value.
 */
export function checkText(place: string, value: string | null | undefined, most: number): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (value === "") throw badUserInput(`${place} must not be empty`);
  if (value.length > most && [...value].length > most) {
    throw badUserInput(`${place} must have at most ${most} characters`);
  }
  if (!value.isWellFormed()) throw badUserInput(`${place} must be well-formed Unicode`);
  if (/\p{Cc}/u.test(value)) throw badUserInput(`${place} must not hold control characters`);
  return value;
}
