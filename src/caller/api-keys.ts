import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { WallClock } from "../system/clock.js";
import { documentOf, UnusableText } from "../system/setting-text.js";
import { type Caller, changeScopes } from "./caller.js";
import { InvalidCredential } from "./invalid-credential.js";

const secretBytes = 32;

const apiKeySchema = z.strictObject(
  {
    id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
    /** SHA-256 of the secret's text, in hexadecimal: whoever reads the file cannot use the key. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/i),
    // In one go: z.array would describe every entry that is none.
    scopes: z.custom<readonly string[]>(isListOfStrings, "Invalid input: expected a list of strings"),
    /** The key may act for users whose id begins so; absent: for any. */
    userIdPrefix: z.string().min(1).optional(),
    /** RFC 3339; absent: never. */
    expires: z.iso
      .datetime({ offset: true })
      .transform((value) => Date.parse(value))
      .optional(),
  },
  // zod's own text names the property, and a secret may stand in its place.
  { error: ({ code }) => (code === "unrecognized_keys" ? "unknown property" : undefined) },
);

/** One service key, as AUTH_API_KEYS_FILE lists it. */
export type ApiKey = z.infer<typeof apiKeySchema>;

/**
 * Reads AUTH_API_KEYS_FILE. Throws UnusableText, which quotes nothing of it, at the first entry that is no key: to
 * describe every wrong entry of another large file would take more memory than there may be.
 */
export function parseApiKeys(text: string): ApiKey[] {
  const entries = readJson(documentOf(text));
  if (!Array.isArray(entries)) throw unusable("is JSON, but not a list of keys: [ ] go around its entries");
  const keys = new Map<string, ApiKey>();
  for (const [index, entry] of entries.entries()) {
    const { data: key, error } = apiKeySchema.safeParse(entry);
    if (error) throw unusable(`holds no key at ${placeOf(index, error)}`);
    if (keys.has(key.id)) throw unusable("holds two keys with one id");
    keys.set(key.id, key);
  }
  return [...keys.values()];
}

function unusable(problem: string): UnusableText {
  return new UnusableText(problem, "not a list of keys");
}

function placeOf(index: number, { issues: [issue] }: z.ZodError): string {
  return `${["list", index, ...(issue?.path ?? [])].join(".")}: ${issue?.message ?? "not a key"}`;
}

function isListOfStrings(value: unknown): boolean {
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
export function createApiKey(entry: Omit<ApiKey, "sha256" | "expires"> & { expires?: string }) {
  const secret = randomBytes(secretBytes).toString("base64url");
  const { id, ...rest } = entry;
  return { credential: `${id}.${secret}`, entry: { id, sha256: sha256(secret).toString("hex"), ...rest } };
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
