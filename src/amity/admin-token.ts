import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { z } from "zod";
import { readRegularFile } from "../system/regular-file.js";
import { badResponse, parseJson } from "./wire.js";

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

/** RFC 3339; anything else is no time. */
const time = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .optional()
  .catch(undefined);

const newToken = z.object({ adminToken: z.string().regex(/^[\x21-\x7e]{1,8192}$/), issuedAt: time, expiresAt: time });

/** Reads the answer to a rotation (OpenAPI v1). Throws UPSTREAM_BAD_RESPONSE when it holds no token. */
export function parseNewAdminToken(text: string): NewAdminToken {
  const { success, data } = newToken.safeParse(parseJson(text));
  if (!success) throw badResponse(text, "no success", "adminToken");
  return { token: data.adminToken, issuedAt: data.issuedAt, expiresAt: data.expiresAt };
}

/** Where a token's times are, beside the file that holds it. */
export function timesPath(tokenPath: string): string {
  return `${tokenPath}.json`;
}

/** A token's times as they are written beside it. They name the token by its hash: another token has other times. */
export function timesText({ token, issuedAt, expiresAt }: NewAdminToken): string {
  return `${JSON.stringify({ sha256: hashOf(token), issuedAt, expiresAt }, null, 2)}\n`;
}

const writtenTimes = z.object({ sha256: z.string(), issuedAt: time, expiresAt: time });

/** The times in such a text; undefined when it is about another token, or no such text. */
export function timesIn(text: string, token: string): AdminTokenTimes | undefined {
  const { success, data } = writtenTimes.safeParse(parseJson(text));
  if (!success || data.sha256 !== hashOf(token)) return undefined;
  return { issuedAt: data.issuedAt, expiresAt: data.expiresAt };
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

const claim = z.int().positive().max(8_640_000_000_000).optional().catch(undefined);
const claims = z.object({ iat: claim, exp: claim });

function claimedTimes(token: string): AdminTokenTimes {
  const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
  const { data } = claims.safeParse(parseJson(payload));
  const dateOf = (seconds: number | undefined) => (seconds === undefined ? undefined : new Date(seconds * 1_000));
  return { issuedAt: dateOf(data?.iat), expiresAt: dateOf(data?.exp) };
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
