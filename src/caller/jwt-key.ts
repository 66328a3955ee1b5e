import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import type { JWTHeaderParameters } from "jose";
import { pemOf, pemProblem } from "../system/pem.js";
import { lineOf, UnusableText } from "../system/setting-text.js";

/** RFC 7518, 3.2: an HS256 key has at least as many bits as the hash. */
export const leastSharedSecretBytes = 32;
/** Of an RSA key that verifies tokens: RFC 7518, 3.3. */
export const leastRsaBits = 2048;

/** What verifies tokens: a public key, or the bytes of a shared secret. */
export type JwtKey = KeyObject | Uint8Array;

/** Finds the key for a token by its header. Throws what jose does for none, AUTH_UNAVAILABLE when nobody can tell. */
export type GetKey = (header: JWTHeaderParameters) => JwtKey | Promise<JwtKey>;

/** Reads the key that a setting of this name holds. Each throws UnusableText, whose words follow the name. */
export const jwtKeyParsers = {
  AUTH_JWT_SECRET: parseSharedSecret,
  AUTH_JWT_PUBLIC_KEY: parsePublicKey,
} as const satisfies Readonly<Record<string, (text: string) => JwtKey>>;

/** PEM is refused as more than a line: anybody who knows a public key could sign with it. */
function parseSharedSecret(text: string): Uint8Array {
  const secret = Buffer.from(lineOf(text));
  if (secret.length >= leastSharedSecretBytes) return secret;
  throw new UnusableText(`has fewer than ${leastSharedSecretBytes} bytes`);
}

function parsePublicKey(text: string): KeyObject {
  const pem = pemOf(text);
  if (/^\s*[{[]/.test(pem)) return strongEnough(keyOfJwk(pem));
  // A private key would work too, but it has no business here; for what is encrypted OpenSSL would ask a passphrase.
  if (/PRIVATE KEY-----|ENCRYPTED/.test(pem)) throw new UnusableText(pemProblem(pem, "public key"));
  // OpenSSL would read the first alone, and tokens of the other key would be refused without a word.
  if (pem.split(/-----BEGIN [A-Z ]*PUBLIC KEY-----/).length > 2) {
    throw new UnusableText("holds several keys: give one, or publish them and set AUTH_JWT_JWKS_URL");
  }
  return strongEnough(readOr(pemProblem(pem, "public key"), () => createPublicKey(pem)));
}

function keyOfJwk(text: string): KeyObject {
  // What begins so is an object or a list.
  const jwk: JsonWebKey = readOr("is not JSON, though it begins like it", () => JSON.parse(text));
  if (Array.isArray(jwk) || "keys" in jwk) {
    throw new UnusableText("is a JWKS document: give one key of it, or its URL in AUTH_JWT_JWKS_URL");
  }
  if (jwk.kty === "oct" || "k" in jwk) throw new UnusableText("is a shared secret, where a public key belongs");
  if ("d" in jwk) throw new UnusableText("is a private key, where a public key belongs");
  if (jwk.kty === undefined) throw new UnusableText("is JSON, but no key (JWK)");
  return readOr("is a JWK that cannot be read", () => createPublicKey({ key: jwk, format: "jwk" }));
}

function strongEnough(key: KeyObject): KeyObject {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "rsa") {
    if (modulusLength >= leastRsaBits) return key;
    throw new UnusableText(`is RSA of ${modulusLength} bits, where at least ${leastRsaBits} are needed`);
  }
  if (key.asymmetricKeyType === "ed25519" || namedCurve === "prime256v1") return key;
  throw new UnusableText("is a public key of another kind than RSA, P-256 or Ed25519");
}

function readOr<T>(problem: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw new UnusableText(problem);
  }
}
