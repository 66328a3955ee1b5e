import { KeyObject, webcrypto } from "node:crypto";

const publicExponent = new Uint8Array([1, 0, 1]);

const algorithms = {
  "rsa-2048": { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent, modulusLength: 2048 },
  "rsa-3072": { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent, modulusLength: 3072 },
  "ec-p256": { name: "ECDSA", namedCurve: "P-256" },
} as const;

/** A kind of key that we make. */
export type KeyType = keyof typeof algorithms;

/** A private key and its public one. */
export type KeyPair = webcrypto.CryptoKeyPair;

/** Every kind of key, for help texts. */
export const keyTypes = Object.keys(algorithms);

/** Narrows what a command line says. */
export function isKeyType(text: string): text is KeyType {
  return Object.hasOwn(algorithms, text);
}

/** Makes a key pair from the system's secure random source. */
export async function createKeyPair(type: KeyType): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(algorithms[type], true, ["sign", "verify"]);
}

/** The private key as PEM, PKCS #8, not encrypted. */
export function privateKeyPem({ privateKey }: KeyPair): string {
  return KeyObject.from(privateKey).export({ type: "pkcs8", format: "pem" }).toString();
}
