import { createHmac, hkdfSync } from "node:crypto";

/** What keys of one's own are made of: the first is in use, the others were before or will be. */
export type Secrets = () => Promise<readonly Buffer[]>;

const nameLength = 22;
const derivedBytes = 32;

/**
 * What users, addresses and devices are called in Redis: a keyed hash of 128 bits. Ids are short and often known, so
 * that a plain hash could be undone by trying.
 */
export class Names {
  /** `secrets`: the same in every replica. */
  constructor(private readonly secrets: Secrets) {}

  /** By the secret in use. `kind`: of what the text is the id. */
  async of(kind: string, text: string): Promise<string> {
    const [first] = await this.secrets();
    if (!first) throw new Error("no secret");
    return nameBy(first, kind, text);
  }

  /** By each secret: what other replicas may call it while secrets rotate. */
  async allOf(kind: string, text: string): Promise<readonly string[]> {
    return (await this.secrets()).map((secret) => nameBy(secret, kind, text));
  }
}

function nameBy(secret: Buffer, kind: string, text: string): string {
  const key = derivedKey(secret, "names");
  return createHmac("sha256", key).update(`${kind}\0${text}`).digest("base64url").slice(0, nameLength);
}

const derivedKeys = new WeakMap<Buffer, Map<string, Buffer>>();

/** A key for one purpose, so that what is done with one tells nothing of another. */
export function derivedKey(secret: Buffer, purpose: "names" | "tokens" | "messages"): Buffer {
  const known = derivedKeys.get(secret) ?? new Map<string, Buffer>();
  derivedKeys.set(secret, known);
  const key =
    known.get(purpose) ?? Buffer.from(hkdfSync("sha256", secret, "", `amity-graphql ${purpose}`, derivedBytes));
  known.set(purpose, key);
  return key;
}
