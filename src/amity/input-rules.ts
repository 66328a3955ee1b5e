import { badUserInput } from "../errors/app-error.js";

/** Limits of Amity's documents, in characters (code points). Source: its OpenAPI, v3 to v5. */
export const limits = {
  /** On the v3 token route, which takes the longest. */
  tokenUserId: 100,
  sessionUserId: 50,
  deviceId: 150,
  displayName: 100,
  profileHandle: 100,
  /** Amity documents 100; a longer token of a later version still passes. */
  authToken: 8_192,
  /** Ours: Amity documents none. */
  accessToken: 8_192,
  deviceModel: 100,
  deviceModelV5: 300,
  sdkVersion: 30,
} as const;

/**
 * Why a string cannot be sent, in words that go after its name and never quote it; undefined when it can: 1 to `most`
 * code points, well-formed Unicode (two ill-formed ids would become the same one on the wire), no control characters.
 */
export function textProblem(value: string, most: number): string | undefined {
  if (value === "") return "must not be empty";
  if (value.length > most && [...value].length > most) return `must have at most ${most} characters`;
  if (!value.isWellFormed()) return "must be well-formed Unicode";
  return /\p{Cc}/u.test(value) ? "must not hold control characters" : undefined;
}

/** The string where it can be sent, for those who only look at it; undefined where it cannot. */
export function usableText(value: string | undefined, most: number): string | undefined {
  return value !== undefined && textProblem(value, most) === undefined ? value : undefined;
}

/**
 * Gives an input string back unchanged; `null` means absent. Throws BAD_USER_INPUT, which names the place, for a string
 * that cannot be sent.
 */
export function checkText(place: string, value: string, most: number): string;
export function checkText(place: string, value: string | null | undefined, most: number): string | undefined;
export function checkText(place: string, value: string | null | undefined, most: number): string | undefined {
  if (value === null || value === undefined) return undefined;
  const problem = textProblem(value, most);
  if (problem !== undefined) throw badUserInput(`${place} ${problem}`);
  return value;
}

/** The same for an access token, which has to fit a header: visible ASCII. */
export function checkAccessToken(place: string, value: string): string {
  checkText(place, value, limits.accessToken);
  if (!/^[!-~]+$/.test(value)) throw badUserInput(`${place} must be visible ASCII`);
  return value;
}
