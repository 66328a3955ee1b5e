import type { JWK } from "jose";

/** Good public keys, of which entries of a key set are made. */
export interface GoodKeys {
  readonly rsa: JWK;
  readonly ec: JWK;
  readonly ed25519: JWK;
}

/** Makes an entry of the RSA key's id. */
export type OddEntry = (good: GoodKeys) => JWK;

/** A modulus with these bytes at its ends. Nobody knows its factors, and no reader of public keys asks. */
export function modulusOf(bytes: number, last = 0xff, first = 0xff): string {
  const modulus = Buffer.alloc(bytes, 0xa5);
  modulus[0] = first;
  modulus[bytes - 1] = last;
  return modulus.toString("base64url");
}

/** What may be wrong with the entry of a key, which is RSA where the entry does not say otherwise. */
export const oddEntries: Readonly<Record<string, OddEntry>> = {
  "without kty": ({ rsa: { kty: _, ...rest } }) => rest,
  "with a kty that is no text": ({ rsa }) => odd(rsa, { kty: ["RSA"] }),
  "without its modulus": ({ rsa: { n: _, ...rest } }) => rest,
  "without its exponent": ({ rsa: { e: _, ...rest } }) => rest,
  "with an exponent of 1": ({ rsa }) => ({ ...rsa, e: "AQ" }),
  "with an exponent of 0": ({ rsa }) => ({ ...rsa, e: "AA" }),
  "with an even exponent": ({ rsa }) => ({ ...rsa, e: "AQAA" }),
  "with an exponent of forty bits": ({ rsa }) => ({ ...rsa, e: "AQAAAAE" }),
  "with an even modulus": ({ rsa }) => ({ ...rsa, n: modulusOf(256, 0xfe) }),
  "with a modulus of zeros": ({ rsa }) => ({ ...rsa, n: Buffer.alloc(256).toString("base64url") }),
  "with a tiny modulus": ({ rsa }) => ({ ...rsa, n: "Dw" }),
  "of 1024 bits": ({ rsa }) => ({ ...rsa, n: modulusOf(128) }),
  "of 2047 bits": ({ rsa }) => ({ ...rsa, n: modulusOf(256, 0xff, 0x7f) }),
  "of 1024 bits behind zeros": ({ rsa }) => ({ ...rsa, n: `${"A".repeat(400)}${modulusOf(129)}` }),
  "of 8193 bits": ({ rsa }) => ({ ...rsa, n: modulusOf(1_025, 0xff, 0x01) }),
  "of 16384 bits": ({ rsa }) => ({ ...rsa, n: modulusOf(2_048) }),
  "with a modulus that ends in no base64url": ({ rsa }) => ({ ...rsa, n: `${rsa.n}*` }),
  "with a modulus that begins with no base64url": ({ rsa }) => ({ ...rsa, n: `*${rsa.n}` }),
  "with a modulus that is a number": ({ rsa }) => odd(rsa, { n: 65_537 }),
  "with its private exponent": ({ rsa }) => ({ ...rsa, d: "AQAB" }),
  "with one of its primes": ({ rsa }) => ({ ...rsa, p: "AQAB" }),
  "with a private part that is null": ({ rsa }) => odd(rsa, { dp: null }),
  "that is a secret": ({ rsa: { kid } }) => odd({ kid }, { kty: "oct", k: "AQAB".repeat(16) }),
  "with a use that is no text": ({ rsa }) => odd(rsa, { use: 1 }),
  "with an alg that is no text": ({ rsa }) => odd(rsa, { alg: 1 }),
  "with operations that are no list": ({ rsa }) => odd(rsa, { key_ops: "verify" }),
  "with half a point": ({ rsa: { kid }, ec: { y: _, ...rest } }) => odd(rest, { kid }),
  "with a short point": ({ rsa: { kid }, ec }) => odd(ec, { kid, x: "AQAB" }),
  "with a point of Ed25519 that is too long": ({ rsa: { kid }, ed25519 }) => odd(ed25519, { kid, x: "A".repeat(44) }),
};

/** An entry with other members, be they such as no JWK has. */
function odd(jwk: object, members: object): JWK {
  return { ...jwk, ...members };
}
