import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { derivedKey } from "./names.js";

const algorithm = "aes-256-gcm";
const ivBytes = 12;
const tagBytes = 16;

/** Before everything that is sealed, and bound into it: another format is another version. */
const version = "1";

export interface Purpose {
  readonly purpose: "tokens" | "messages";
  /** What the text belongs to: with anything else it does not open. */
  readonly binding: readonly string[];
}

/** AES-256-GCM under a key of that purpose. A random IV is good for 2^32 texts under one key. */
export function seal(secret: Buffer, { purpose, binding }: Purpose, text: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, derivedKey(secret, purpose), iv).setAAD(additionalData(purpose, binding));
  const sealed = Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return version + sealed.toString("base64url");
}

/** Undefined for what no key opens: it was changed, belongs elsewhere, or is of another time. */
export function unseal(secrets: readonly Buffer[], purpose: Purpose, sealed: string): string | undefined {
  if (!sealed.startsWith(version)) return undefined;
  const bytes = Buffer.from(sealed.slice(version.length), "base64url");
  if (bytes.length < ivBytes + tagBytes) return undefined;
  for (const secret of secrets) {
    const text = tryOne(secret, purpose, bytes);
    if (text !== undefined) return text;
  }
  return undefined;
}

function tryOne(secret: Buffer, { purpose, binding }: Purpose, bytes: Buffer): string | undefined {
  const decipher = createDecipheriv(algorithm, derivedKey(secret, purpose), bytes.subarray(0, ivBytes))
    .setAAD(additionalData(purpose, binding))
    .setAuthTag(bytes.subarray(-tagBytes));
  try {
    return decipher.update(bytes.subarray(ivBytes, -tagBytes), undefined, "utf8") + decipher.final("utf8");
  } catch {
    return undefined;
  }
}

/** JSON marks where each part ends. */
function additionalData(purpose: string, binding: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(["amity-graphql", version, purpose, ...binding]));
}
