import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { WallClock } from "../system/clock.js";
import { readDateTime } from "../system/date-time.js";
import { documentOf, UnusableText } from "../system/setting-text.js";
import { type Caller, changeScopes } from "./caller.js";
import { InvalidCredential } from "./invalid-credential.js";

const secretBytes = 32;

/** One service key, as AUTH_API_KEYS_FILE lists it. */
export interface ApiKey {
  readonly id: string;
  /** SHA-256 of the secret's text, in hexadecimal: whoever reads the file cannot use the key. */
  readonly sha256: string;
  readonly scopes: readonly string[];
  /** The key may act for users whose id begins so; undefined: for any. */
  readonly userIdPrefix: string | undefined;
  /** Milliseconds since the epoch; undefined: never. */
  readonly expires: number | undefined;
}

/**
 * Reads AUTH_API_KEYS_FILE. Throws UnusableText, which quotes nothing of it, at the first entry that is no key: to
 * describe every wrong entry of another large file would take more memory than there may be.
 */
export function parseApiKeys(text: string): ApiKey[] {
  const entries = readJson(documentOf(text));
  if (!Array.isArray(entries)) throw unusable("is JSON, but not a list of keys: [ ] go around its entries");
  const keys = new Map<string, ApiKey>();
  for (const [index, entry] of entries.entries()) {
    const key = keyOf(entry, `list.${index}`);
    if (keys.has(key.id)) throw unusable("holds two keys with one id");
    keys.set(key.id, key);
  }
  return [...keys.values()];
}

function unusable(problem: string): UnusableText {
  return new UnusableText(problem, "not a list of keys");
}

/** Throws UnusableText, which names no unknown property: a secret may stand in the place of its name. */
function keyOf(entry: unknown, place: string): ApiKey {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    throw unusable(`holds no key at ${place}: an object is expected`);
  }
  const { id, sha256, scopes, userIdPrefix, expires, ...others } = entry as Readonly<Record<string, unknown>>;
  const wrong = (property: string, expected: string) => unusable(`holds no key at ${place}.${property}: ${expected}`);
  if (!isText(id, /^[A-Za-z0-9_-]{1,64}$/)) throw wrong("id", "1 to 64 of A-Z a-z 0-9 _ - are expected");
  if (!isText(sha256, /^[0-9a-f]{64}$/i)) throw wrong("sha256", "64 hexadecimal digits are expected");
  if (!isListOfStrings(scopes)) throw wrong("scopes", "a list of strings is expected");
  if (userIdPrefix !== undefined && !isText(userIdPrefix, /./s)) throw wrong("userIdPrefix", "some text is expected");
  const end = readDateTime(expires);
  if (expires !== undefined && !end) throw wrong("expires", "a time such as 2027-01-01T00:00:00Z is expected");
  if (Object.keys(others).length > 0) throw unusable(`holds no key at ${place}: unknown property`);
  return { id, sha256, scopes, userIdPrefix, expires: end?.getTime() };
}

function isText(value: unknown, pattern: RegExp): value is string {
  return typeof value === "string" && pattern.test(value);
}

function isListOfStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unusable("is not JSON");
  }
}

/** Verifies `<id>.<secret>` against the keys. Throws InvalidCredential. */
export function verifyApiKey(keys: readonly ApiKey[], credential: string, scope: string, now: WallClock): Caller {
  const dot = credential.indexOf(".");
  const key = keys.find(({ id }) => id === credential.slice(0, dot));
  const given = sha256(credential.slice(dot + 1));
  // An unknown id takes the same comparison, so time does not tell which ids exist.
  const matches = timingSafeEqual(given, key ? Buffer.from(key.sha256, "hex") : Buffer.alloc(given.length));
  if (dot < 1 || !key || !matches) throw new InvalidCredential("no such key");
  if (key.expires !== undefined && key.expires <= now()) throw new InvalidCredential("expired key");
  const { id, scopes, userIdPrefix = "" } = key;
  const isDelegate = scopes.includes(scope);
  return {
    kind: "service",
    subject: `key:${id}`,
    mayActFor: (userId) => isDelegate && userId.startsWith(userIdPrefix),
    mayChange: (userId, change) => scopes.includes(changeScopes[change]) && userId.startsWith(userIdPrefix),
  };
}

/** A new key: the credential, to be shown once, and its entry for the file. */
export function createApiKey(entry: Pick<ApiKey, "id" | "scopes"> & { userIdPrefix?: string; expires?: string }) {
  const secret = randomBytes(secretBytes).toString("base64url");
  const { id, ...rest } = entry;
  return { credential: `${id}.${secret}`, entry: { id, sha256: sha256(secret).toString("hex"), ...rest } };
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
