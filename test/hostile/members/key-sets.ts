import { filled, listed } from "./filling.js";

/** A key set may have so many bytes. */
const setBytes = 262_144;

/** A key set as text, `good` (the JSON of the key that signs) among its keys. */
export interface KeySet {
  readonly name: string;
  readonly code: string | undefined;
  readonly text: (good: string) => string;
}

const before = '{"keys":[';
const big = (bytes: number) => Buffer.alloc(bytes, 0xf5).toString("base64url");

/** Keys such as this one, as many as fit, and then the good one. */
function keys(name: string, key: (index: number) => string, code?: string): KeySet {
  return { name, code, text: (good) => listed(setBytes, before, key, `,${good}]}`) };
}

function beside(name: string, text: (good: string) => string, code?: string): KeySet {
  return { name, code, text };
}

const rsa = (modulus: string, exponent: string, kid: string) =>
  `{"kty":"RSA","n":"${modulus}","e":"${exponent}","kid":"${kid}"}`;

/** What an identity provider may publish: a fetch takes 256 KiB of it. */
export const keySets: readonly KeySet[] = [
  keys("keys of no known type", () => '{"kty":"x"}'),
  keys("empty keys", () => "{}"),
  keys("nulls", () => "null"),
  keys("lists", () => "[]"),
  keys("numbers", () => "0"),
  keys("RSA keys without numbers", () => '{"kty":"RSA","n":"","e":""}'),
  keys("RSA keys of 2,048 bits", (i) => rsa(big(256), "AQAB", `k${i}`)),
  keys("RSA keys of one id", () => rsa(big(256), "AQAB", "other")),
  keys("RSA keys without an id", () => `{"kty":"RSA","n":"${big(256)}","e":"AQAB"}`),
  keys("RSA keys of 16,384 bits", (i) => rsa(big(2_048), "AQAB", `k${i}`)),
  keys("RSA keys with exponents of 3,072 bits", (i) => rsa(big(384), big(384), `k${i}`)),
  keys("RSA keys with an exponent of 1", (i) => rsa(big(256), "AQ", `k${i}`)),
  keys("a modulus of 190 kB", () => rsa(big(190_000), "AQAB", "k")),
  keys("private RSA keys", (i) => `{"kty":"RSA","n":"${big(256)}","e":"AQAB","d":"${big(256)}","kid":"k${i}"}`),
  keys(
    "elliptic keys that are no points",
    (i) => `{"kty":"EC","crv":"P-256","x":"${big(32)}","y":"${big(32)}","kid":"k${i}"}`,
  ),
  keys("Ed25519 keys", (i) => `{"kty":"OKP","crv":"Ed25519","x":"${big(32)}","kid":"k${i}"}`),
  keys("shared secrets", (i) => `{"kty":"oct","k":"${big(32)}","kid":"k${i}"}`),
  keys("many operations", () => `{"kty":"RSA","key_ops":[${Array.from({ length: 1_000 }, (_, i) => `"o${i}"`)}]}`),
  beside(
    "a key of 20,000 members",
    (good) => `${listed(setBytes, `${before}{"kty":"x",`, (i) => `"a${i}":0`, `},${good}]}`)}`,
  ),
  beside(
    "a key of lists in lists",
    (good) => `${before}{"kty":"x","a":${"[".repeat(100_000)}${"]".repeat(100_000)}},${good}]}`,
  ),
  beside("a set of lists in lists", (good) => `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)},"keys":[${good}]}`),
  beside("a set of 20,000 members", (good) => listed(setBytes, "{", (i) => `"a${i}":0`, `,"keys":[${good}]}`)),
  beside("a certificate chain of 200 kB", (good) =>
    filled(setBytes, `${before}{"kty":"RSA","n":"${big(256)}","e":"AQAB","x5c":["`, () => "AAAA", `"]},${good}]}`),
  ),
  beside("blanks", (good) => filled(setBytes, `${before}${good}]`, () => " ", "}")),
];
