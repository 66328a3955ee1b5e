import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";

type KeyType = "rsa" | "rsa-pss" | "ec" | "ed25519" | "ed448" | "x25519" | "x448";

/**
 * A new key pair, read from PEM. In Node.js 20 a key straight from the generator can lock up the process when garbage
 * is collected while its details are read.
 */
export function keyPairOf(type: KeyType, options: object = {}): { publicKey: KeyObject; privateKey: KeyObject } {
  const encoding = {
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  };
  // One signature for each type and encoding: Node's types want literals, and these come from a table of tests.
  const generate = generateKeyPairSync as unknown as (
    type: KeyType,
    options: object,
  ) => { publicKey: string; privateKey: string };
  const { publicKey, privateKey } = generate(type, { ...options, ...encoding });
  return { publicKey: createPublicKey(publicKey), privateKey: createPrivateKey(privateKey) };
}
