import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { readDateTime } from "../system/date-time.js";
import { readRegularFile } from "../system/regular-file.js";
import { badResponse, isObject, parseJson } from "./wire.js";

/** Since when an admin token lives, and until when. Amity says it when the token is made, and never again. */
export interface AdminTokenTimes {
  readonly issuedAt: Date | undefined;
  readonly expiresAt: Date | undefined;
}

/** Nobody knows. */
export const noTimes: AdminTokenTimes = { issuedAt: undefined, expiresAt: undefined };

/** An admin token that was just made. */
export interface NewAdminToken extends AdminTokenTimes {
  readonly token: string;
}

/** Reads the answer to a rotation (OpenAPI v1). Throws UPSTREAM_BAD_RESPONSE when it holds no token. */
export function parseNewAdminToken(text: string): NewAdminToken {
  const answer = objectIn(text);
  const token = answer["adminToken"];
  if (typeof token !== "string" || !/^[\x21-\x7e]{1,8192}$/.test(token)) {
    throw badResponse(text, "no success", "adminToken");
  }
  return { token, ...timesOf(answer) };
}

/** Where a token's times are, beside the file that holds it. */
export function timesPath(tokenPath: string): string {
  return `${tokenPath}.json`;
}

/** A token's times as they are written beside it. They name the token by its hash: another token has other times. */
export function timesText({ token, issuedAt, expiresAt }: NewAdminToken): string {
  return `${JSON.stringify({ sha256: hashOf(token), issuedAt, expiresAt }, null, 2)}\n`;
}

/** The times in such a text; undefined when it is about another token, or no such text. */
export function timesIn(text: string, token: string): AdminTokenTimes | undefined {
  const written = objectIn(text);
  return written["sha256"] === hashOf(token) ? timesOf(written) : undefined;
}

/**
 * What is known of an admin token's life: what was written beside its file, or else what the token itself says, where
 * it is a JWT. Amity documents no form of it. `path`: undefined when it came from no file.
 */
export async function knownTimes(token: string, path: string | undefined): Promise<AdminTokenTimes> {
  return (path && (await timesBeside(token, path))) || claimedTimes(token);
}

async function timesBeside(token: string, path: string): Promise<AdminTokenTimes | undefined> {
  try {
    return timesIn(await readRegularFile(timesPath(await realpath(path))), token);
  } catch {
    // There need not be such a file, and nothing but these times is lost without it.
    return undefined;
  }
}

/** The last moment that a Date can name. Seconds. */
const latestTime = 8_640_000_000_000;

function claimedTimes(token: string): AdminTokenTimes {
  const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
  const { iat, exp } = objectIn(payload);
  return { issuedAt: claimedTime(iat), expiresAt: claimedTime(exp) };
}

/** Anything but whole seconds since 1970 is no time. */
function claimedTime(seconds: unknown): Date | undefined {
  const isTime = typeof seconds === "number" && Number.isInteger(seconds) && seconds > 0 && seconds <= latestTime;
  return isTime ? new Date(seconds * 1_000) : undefined;
}

function timesOf({ issuedAt, expiresAt }: Readonly<Record<string, unknown>>): AdminTokenTimes {
  return { issuedAt: readDateTime(issuedAt), expiresAt: readDateTime(expiresAt) };
}

/** An empty one for a text that holds none. */
function objectIn(text: string): Readonly<Record<string, unknown>> {
  const parsed = parseJson(text);
  return isObject(parsed) ? parsed : {};
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
