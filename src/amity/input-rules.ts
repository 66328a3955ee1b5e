import { badUserInput } from "../errors/app-error.js";
import { isDeep, mostLevels } from "./depth.js";

/** Limits of Amity's documents, in characters (code points) unless said. Source: its OpenAPI, v3 to v5. */
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
  /** Users of one look-up; their number. */
  lookedUpUsers: 100,
  avatarFileId: 50,
  avatarCustomUrl: 1_000,
  description: 500,
  /** A user's roles; their number. */
  roles: 10,
  role: 100,
  /** As JSON. Bytes. */
  metadata: 5_000,
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

/** Those of several that can be sent; undefined when there are too many. */
export function usableTexts(values: readonly string[] | undefined, most: number, mostEach: number) {
  if (values === undefined || values.length > most) return undefined;
  return values.filter((value) => textProblem(value, mostEach) === undefined);
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

/** The same for a text that may have several lines. */
export function checkProse(place: string, value: string | null | undefined, most: number): string | undefined {
  checkText(place, value?.replace(/[\t\n\r]/g, " "), most);
  return value ?? undefined;
}

/** The same for a list of texts, each within `mostEach`. */
export function checkTexts(
  place: string,
  values: readonly string[] | null | undefined,
  most: number,
  mostEach: number,
): readonly string[] | undefined {
  if (values === null || values === undefined) return undefined;
  if (values.length > most) throw badUserInput(`${place} must have at most ${most} entries`);
  return values.map((value, index) => checkText(`${place}.${index}`, value, mostEach));
}

/** The same for an app's own data about a user. */
export function checkMetadata<T extends object>(place: string, value: T | null | undefined): T | undefined {
  if (value === null || value === undefined) return undefined;
  if (isDeep(value)) throw badUserInput(`${place} must have at most ${mostLevels} levels`);
  if (!hasExactNumbers(value)) throw badUserInput(`${place} holds a number that cannot be carried exactly`);
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > limits.metadata) throw badUserInput(`${place} must have at most ${limits.metadata} bytes as JSON`);
  return value;
}

/**
 * Did a number of JSON come to be what was written? Beyond 2^53 digits are lost, so that the id of one user becomes
 * another's; what is too large becomes infinite.
 */
function isExact(value: number): boolean {
  return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
}

function hasExactNumbers(value: unknown): boolean {
  if (typeof value === "number") return isExact(value);
  return typeof value !== "object" || value === null || Object.values(value).every(hasExactNumbers);
}
