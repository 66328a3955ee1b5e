import { createPublicKey, type KeyObject } from "node:crypto";
import { Unusable } from "../errors/reason-of.js";
import { leastRsaBits } from "./jwt-key.js";

/** What verifies a signature of an algorithm that we know: RFC 7518, 6 and RFC 8037, 2. */
const families = new Map<string | undefined, { readonly kty: string; readonly crv?: string }>([
  ["RS256", { kty: "RSA" }],
  ["PS256", { kty: "RSA" }],
  ["ES256", { kty: "EC", crv: "P-256" }],
  ["EdDSA", { kty: "OKP", crv: "Ed25519" }],
]);

/** Of an RSA modulus: above, a verification takes milliseconds. */
const mostRsaBits = 8_192;
/** 65537 is usual, and 3 bytes. A longer one costs time; with 1 a text would be its own signature. */
const mostExponentBytes = 4;
/** A coordinate of our curves has so many. */
const coordinateBytes = 32;

/** Members of a key that is no public one: whoever reads the set could sign with it. RFC 7518, 6.2.2, 6.3.2, 6.4. */
const secretMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/** An answer holds thousands of entries, and to find that one is no key after all takes a part of a millisecond. */
const mostTrials = 100;

/** What is known of a key that a token names. */
export type Found =
  | { readonly kind: "key"; readonly key: KeyObject }
  /** The set names no such key, or without an id none alone. */
  | { readonly kind: "none" }
  /** It names one that cannot be used as it is, or two: the provider's mistake and not the token's. */
  | { readonly kind: "odd" };

type Entry = Readonly<Record<string, unknown>>;

/**
 * The keys of a JWK set that verify signatures. Entries of no use are left out (RFC 7517, 5), so that an odd one locks
 * out nobody but those who sign with it. A key is imported when it is first asked for: a set may list thousands.
 */
export class KeySet {
  /** How many entries are malformed or could verify nothing. Those for other purposes are not among them. */
  readonly oddEntries: number;
  readonly #entries: readonly Entry[];
  readonly #byId = new Map<unknown, Entry[]>();
  readonly #oddIds: ReadonlySet<unknown>;
  readonly #imported = new Map<Entry, KeyObject | undefined>();

  /** Throws Unusable when the document is no key set, or has no key that verifies anything. */
  constructor(document: unknown) {
    const { keys } = isObject(document) ? document : {};
    if (!Array.isArray(keys)) throw new Unusable("no key set");
    const entries = keys.map((entry: unknown) => (isObject(entry) ? entry : {}));
    const worths = entries.map(worthOf);
    this.#entries = entries.filter((_, index) => worths[index] === "usable");
    const odd = entries.filter((_, index) => worths[index] === "odd");
    this.oddEntries = odd.length;
    this.#oddIds = new Set(odd.map(({ kid }) => kid));
    for (const entry of this.#entries) {
      const sameId = this.#byId.get(entry["kid"]);
      if (sameId) sameId.push(entry);
      else this.#byId.set(entry["kid"], [entry]);
    }
    if (!this.#entries.slice(0, mostTrials).some((entry) => this.#import(entry))) throw new Unusable("no usable key");
  }

  /** The key for a token's header. */
  find({ alg, kid }: { readonly alg?: string | undefined; readonly kid?: string | undefined }): Found {
    const named = kid === undefined ? this.#entries : (this.#byId.get(kid) ?? []);
    const [entry, ...others] = named.filter((candidate) => verifies(candidate, alg));
    if (entry && others.every((other) => isSameKey(entry, other))) {
      const key = this.#import(entry);
      return key ? { kind: "key", key } : { kind: "odd" };
    }
    const isOdd = kid !== undefined && (entry !== undefined || this.#oddIds.has(kid));
    return { kind: isOdd ? "odd" : "none" };
  }

  /** Undefined for what is no key after all, such as a point that is not on its curve. */
  #import(entry: Entry): KeyObject | undefined {
    if (!this.#imported.has(entry)) this.#imported.set(entry, importKey(entry));
    return this.#imported.get(entry);
  }
}

/** `other`: well made, but not to verify what we take. */
function worthOf(entry: Entry): "usable" | "other" | "odd" {
  const { kty, kid, use, alg, key_ops: operations = ["verify"] } = entry;
  if (typeof kty !== "string" || ![kid, use, alg].every(isTextOrAbsent) || !Array.isArray(operations)) return "odd";
  if (secretMembers.some((name) => Object.hasOwn(entry, name))) return "odd";
  const isForSignatures = (use ?? "sig") === "sig" && operations.includes("verify");
  if (!isForSignatures || ![...families.keys()].some((name) => verifies(entry, name))) return "other";
  return hasSoundNumbers(entry) ? "usable" : "odd";
}

/** Is the key one for this algorithm? */
function verifies({ kty, crv, alg: own }: Entry, alg: string | undefined): boolean {
  const family = families.get(alg);
  return (own ?? alg) === alg && kty === family?.kty && (family?.crv ?? crv) === crv;
}

function hasSoundNumbers({ kty, n, e, x, y }: Entry): boolean {
  switch (kty) {
    case "RSA": {
      const [modulus, exponent] = [bytesOf(n), bytesOf(e)];
      const bits = oddBitsOf(modulus);
      const isPower = oddBitsOf(exponent) > 1 && exponent.length <= mostExponentBytes;
      return isPower && bits >= leastRsaBits && bits <= mostRsaBits;
    }
    case "EC":
      return [x, y].every((coordinate) => bytesOf(coordinate).length === coordinateBytes);
    default:
      return bytesOf(x).length === coordinateBytes;
  }
}

/** What base64url holds; nothing for what is none. */
function bytesOf(value: unknown): Buffer {
  const isText = typeof value === "string" && /^[A-Za-z0-9_-]+$/.test(value);
  return Buffer.from(isText ? value : "", "base64url");
}

/** How many bits a number has, without zeros before it; 0 for an even one, which RSA has no use for. */
function oddBitsOf(bytes: Buffer): number {
  if (((bytes.at(-1) ?? 0) & 1) === 0) return 0;
  const start = bytes.findIndex((byte) => byte !== 0);
  return 8 * (bytes.length - start) - (Math.clz32(bytes[start] ?? 0) - 24);
}

/** Of two that verify the same algorithm. */
function isSameKey(one: Entry, other: Entry): boolean {
  return ["n", "e", "x", "y"].every((name) => one[name] === other[name]);
}

function importKey(entry: Entry): KeyObject | undefined {
  try {
    return createPublicKey({ key: entry, format: "jwk" });
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Entry {
  return typeof value === "object" && value !== null;
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}
