import {
  constants,
  createHmac,
  createPrivateKey,
  createSecretKey,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import { exportJWK, exportPKCS8, exportSPKI, generateKeyPair, type JWK, SignJWT } from "jose";

export type Algorithm = "RS256" | "ES256" | "EdDSA" | "HS256";

/** A key of an identity provider, or of somebody who would like to be one. */
export interface SigningKey {
  readonly alg: Algorithm;
  readonly kid: string;
  /** Signs: the private key, or the shared secret. */
  readonly key: KeyObject;
  /** What a verifier is told of it: the public key in PEM, or the shared secret. */
  readonly text: string;
  /** The same as a JWK, as key sets list it. */
  readonly jwk: JWK;
}

/** A new key. RSA takes its time: make such keys once for a file. */
export async function makeKey(alg: Algorithm, kid = "key-1"): Promise<SigningKey> {
  if (alg === "HS256") {
    const text = randomBytes(24).toString("base64url");
    const key = createSecretKey(text, "utf8");
    return { alg, kid, key, text, jwk: { ...(await exportJWK(key)), kid, alg } };
  }
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: "sig" };
  // Read from PEM: in Node.js 20 a key straight from the generator can lock up the process; see key-pairs.ts.
  const key = createPrivateKey(await exportPKCS8(privateKey));
  return { alg, kid, key, text: await exportSPKI(publicKey), jwk };
}

/** The same key under another id. */
export function renamed(key: SigningKey, kid: string): SigningKey {
  return { ...key, kid, jwk: { ...key.jwk, kid } };
}

export const audience = "amity-graphql tests";

export type Claims = Readonly<Record<string, unknown>>;

/** What a good token of alice says, made at `nowMs` and alive for five minutes. `undefined` takes a claim away. */
export function claimsOf(issuer: string, nowMs: number, more: Claims = {}): Claims {
  const iat = Math.floor(nowMs / 1000);
  return { iss: issuer, aud: audience, sub: "alice", iat, exp: iat + 300, ...more };
}

/** A well-formed token, signed by jose. */
export function signToken({ alg, kid, key }: SigningKey, claims: Claims, header: object = {}): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg, kid, typ: "JWT", ...header }).sign(key);
}

/** A token of any three parts. Text is taken as it is, bytes too; all else becomes JSON. */
export function forgeToken(header: unknown, payload: unknown, signer: (input: string) => Uint8Array): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${Buffer.from(signer(input)).toString("base64url")}`;
}

function encode(part: unknown): string {
  const bytes = part instanceof Uint8Array ? part : Buffer.from(typeof part === "string" ? part : JSON.stringify(part));
  return Buffer.from(bytes).toString("base64url");
}

/** The bytes that make a signature by hand, right for the key unless another `way` is asked for. */
export function signatureOf(
  { key, alg }: SigningKey,
  input: string,
  way: Algorithm | "PS256" | "HS512" | "ES256 in DER" = alg,
): Buffer {
  const data = Buffer.from(input);
  switch (way) {
    case "RS256":
      return sign("sha256", data, key);
    case "PS256":
      return sign("sha256", data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
    case "ES256":
      return sign("sha256", data, { key, dsaEncoding: "ieee-p1363" });
    case "ES256 in DER":
      return sign("sha256", data, key);
    case "EdDSA":
      return sign(null, data, key);
    case "HS256":
      return createHmac("sha256", key).update(data).digest();
    case "HS512":
      return createHmac("sha512", key).update(data).digest();
  }
}

/** The Authorization header of a bearer token. */
export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}
