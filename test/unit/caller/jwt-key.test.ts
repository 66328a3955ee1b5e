import type { KeyObject } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { jwtKeyParsers } from "../../../src/caller/jwt-key.js";
import { UnusableText } from "../../../src/system/setting-text.js";
import { keyPairOf } from "../../support/key-pairs.js";

const { AUTH_JWT_SECRET: secretOf, AUTH_JWT_PUBLIC_KEY: publicKeyOf } = jwtKeyParsers;

/** What is said of a text that holds no such key. */
function problemOf(parse: (text: string) => unknown, text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof UnusableText) return error.message;
    throw error;
  }
  return "none";
}

function pemOf(key: KeyObject): string {
  return String(key.export({ format: "pem", type: key.type === "private" ? "pkcs8" : "spki" }));
}

/** RSA alone, as OpenSSL wrote it first. */
function oldPemOf(key: KeyObject): string {
  return String(key.export({ format: "pem", type: "pkcs1" }));
}

/** The key as a JWK, with these members beside its own; `undefined` takes one away. */
function jwkOf(key: KeyObject, more: object = {}): string {
  return JSON.stringify({ ...key.export({ format: "jwk" }), ...more });
}

const curve = (namedCurve: string) => keyPairOf("ec", { namedCurve });

describe("a shared secret", () => {
  test.each([
    ["32 bytes", "x".repeat(32)],
    ["16 letters of two bytes", "é".repeat(16)],
    ["spaces inside", `${"x".repeat(16)} ${"x".repeat(16)}`],
  ])("may have %s, and is taken as UTF-8", (_what, text) => {
    expect(Buffer.from(secretOf(text)).toString("utf8")).toBe(text);
  });

  test("has no part in the line end of a file", () => {
    expect(secretOf(`${"x".repeat(32)}\r\n`)).toHaveLength(32);
  });

  test.each(["x".repeat(31), "é".repeat(15), `${"x".repeat(31)}\n`])("%j is too short", (text) => {
    expect(problemOf(secretOf, text)).toBe("has fewer than 32 bytes");
  });

  test("is not what anybody may know", () => {
    expect(problemOf(secretOf, pemOf(keyPairOf("ed25519").publicKey))).toBe("holds PEM, where one line belongs");
  });
});

describe("a public key", () => {
  const rsa = keyPairOf("rsa", { modulusLength: 2048 });
  const p256 = curve("prime256v1");
  const ed25519 = keyPairOf("ed25519");

  test.each([
    ["RSA of 2048 bits", rsa],
    ["P-256", p256],
    ["Ed25519", ed25519],
  ])("can be %s in PEM or as a JWK", (_what, { publicKey }) => {
    const [pem, jwk] = [pemOf(publicKey), jwkOf(publicKey, { use: "sig" })];
    for (const text of [pem, jwk, ` \n${jwk}`, `# {1} of the app [main]\n${pem}`]) {
      expect(publicKeyOf(text).equals(publicKey)).toBe(true);
    }
  });

  test("can be RSA in its older PEM form", () => {
    expect(publicKeyOf(oldPemOf(rsa.publicKey)).equals(rsa.publicKey)).toBe(true);
  });

  test.each<[string, (pem: string) => string]>([
    ["two characters each", (pem) => pem.replaceAll("\n", "\\n")],
    ["four characters each", (pem) => pem.replaceAll("\n", "\\r\\n")],
    ["those of Windows", (pem) => pem.replaceAll("\n", "\r\n")],
    ["half of those", (pem) => pem.replaceAll("\n", "\r")],
    ["followed by blanks of YAML", (pem) => `  ${pem.replaceAll("\n", "\n  ")}`],
    ["preceded by blanks", (pem) => pem.replaceAll("\n", " \n")],
  ])("may have line ends that are %s", (_how, write) => {
    expect(publicKeyOf(write(pemOf(rsa.publicKey))).equals(rsa.publicKey)).toBe(true);
  });

  const weak = keyPairOf("rsa", { modulusLength: 1024 }).publicKey;
  const password = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" } as const;
  const isWeak = "is RSA of 1024 bits, where at least 2048 are needed";
  const otherKind = "is a public key of another kind than RSA, P-256 or Ed25519";
  const isPrivate = "is a private key, where a public key belongs";
  const isSecret = "is a shared secret, where a public key belongs";
  const isKeySet = "is a JWKS document: give one key of it, or its URL in AUTH_JWT_JWKS_URL";
  const isSeveral = "holds several keys: give one, or publish them and set AUTH_JWT_JWKS_URL";
  const isNoKey = "is JSON, but no key (JWK)";
  test.each<[string, string, string]>([
    ["RSA of 1024 bits", pemOf(weak), isWeak],
    ["RSA of 1024 bits as a JWK", jwkOf(weak), isWeak],
    ["a key for RSA-PSS only", pemOf(keyPairOf("rsa-pss", { modulusLength: 2048 }).publicKey), otherKind],
    ["P-384", pemOf(curve("secp384r1").publicKey), otherKind],
    ["P-384 as a JWK", jwkOf(curve("secp384r1").publicKey), otherKind],
    ["secp256k1", pemOf(curve("secp256k1").publicKey), otherKind],
    ["Ed448", pemOf(keyPairOf("ed448").publicKey), otherKind],
    ["X25519", pemOf(keyPairOf("x25519").publicKey), otherKind],
    ["a private RSA key", pemOf(rsa.privateKey), isPrivate],
    ["an old private RSA key", oldPemOf(rsa.privateKey), isPrivate],
    ["an old private EC key", String(p256.privateKey.export({ type: "sec1", format: "pem" })), isPrivate],
    [
      "an encrypted private key",
      String(p256.privateKey.export(password)),
      "is an encrypted private key, which is taken nowhere",
    ],
    ["a private key below its public one", pemOf(ed25519.publicKey) + pemOf(ed25519.privateKey), isPrivate],
    ["a private JWK of RSA", jwkOf(rsa.privateKey), isPrivate],
    ["a private JWK of P-256", jwkOf(p256.privateKey), isPrivate],
    ["a secret as a JWK", JSON.stringify({ kty: "oct", k: "c".repeat(43) }), isSecret],
    ["a secret as a JWK without the secret", JSON.stringify({ kty: "oct" }), isSecret],
    ["a secret beside a public JWK", jwkOf(p256.publicKey, { k: "c".repeat(43) }), isSecret],
    ["a key set", JSON.stringify({ keys: [JSON.parse(jwkOf(p256.publicKey))] }), isKeySet],
    ["a JWK in a list", `[${jwkOf(p256.publicKey)}]`, isKeySet],
    ["an empty list", "[]", isKeySet],
    ["an empty object", "{}", isNoKey],
    ["a JWK without its type", jwkOf(p256.publicKey, { kty: undefined }), isNoKey],
    ["a JWK of an unknown type", jwkOf(p256.publicKey, { kty: "AKP" }), "is a JWK that cannot be read"],
    ["a point that is not on its curve", jwkOf(p256.publicKey, { x: "AAAA" }), "is a JWK that cannot be read"],
    ["half a JWK", jwkOf(p256.publicKey).slice(0, -9), "is not JSON, though it begins like it"],
    ["half a PEM", pemOf(rsa.publicKey).slice(0, 200), "is cut short: its PEM has no end"],
    [
      "a PEM with its middle gone",
      pemOf(rsa.publicKey).replace(/[A-Za-z0-9+/]{64}\n/, ""),
      "is PEM that cannot be read",
    ],
    ["a PEM on one line", pemOf(rsa.publicKey).replace(/\n/g, " ").trim(), "has lost the line ends of its PEM"],
    ["two public keys", pemOf(rsa.publicKey) + pemOf(ed25519.publicKey), isSeveral],
    ["two keys in the older form", oldPemOf(rsa.publicKey) + oldPemOf(weak), isSeveral],
    ["a key in both forms", pemOf(rsa.publicKey) + oldPemOf(rsa.publicKey), isSeveral],
    ["a key of OpenSSH", "ssh-ed25519 AAAA", "is an OpenSSH key, not PEM"],
    [
      "a request for a certificate",
      "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
      "is a certificate request, where a public key belongs",
    ],
    ["garbage", "garbage", "is not PEM"],
    ["a URL", "https://issuer.example/keys", "is a URL, not PEM"],
    ["a key in quotes", `"${pemOf(rsa.publicKey)}"`, "is in quotes: leave them out"],
    ["a placeholder", "<the key>", "is a placeholder: put the value in its place"],
  ])("cannot be %s, which is said in words", (_what, text, problem) => {
    expect(problemOf(publicKeyOf, text)).toBe(problem);
  });
});
