import { createSecretKey } from "node:crypto";
import { jwtEnv } from "../../support/callers.js";
import { bearer, forgeToken, signatureOf } from "../../support/tokens.js";
import type { Member } from "../cost.js";
import { filled, listed } from "./filling.js";

/** A longer token is refused before anything else. Characters. */
const tokenLength = 8_192;
/** What fits beside the header, the signature and the claims that a good token needs. */
const payloadBytes = Math.floor(((tokenLength - 90) * 3) / 4) - 200;

const refused = "UNAUTHENTICATED";
const signingKey = {
  alg: "HS256",
  kid: "",
  key: createSecretKey(Buffer.from(jwtEnv.AUTH_JWT_SECRET)),
  text: "",
  jwk: {},
} as const;

/** JSON of the claims of a good token, but for one of this name. */
function good(subject: string, without?: string, scope?: string): string {
  const claims = {
    iss: jwtEnv.AUTH_JWT_ISSUER,
    aud: jwtEnv.AUTH_JWT_AUDIENCE,
    sub: subject,
    exp: Math.floor(Date.now() / 1_000) + 3_600,
    ...(scope !== undefined && { scope }),
  };
  return JSON.stringify({ ...claims, ...(without !== undefined && { [without]: undefined }) });
}

function signed(header: string, payload: string): string {
  return forgeToken(header, payload, (input) => signatureOf(signingKey, input));
}

/** A token by hand: jose signs at a tenth of the speed. */
export function goodToken(subject: string, scope?: string): string {
  return signed('{"alg":"HS256"}', good(subject, undefined, scope));
}

function token(name: string, code: string | undefined, of: (run: number) => string): Member {
  return { name, code, make: (run) => ({ headers: bearer(of(run)), body: '{"query":"{ regions { code } }"}' }) };
}

/** A well-signed token with these claims beside, or instead of, the good ones. */
function claims(name: string, code: string | undefined, more: string): Member {
  const [, claim] = /^"(\w+)"/.exec(more) ?? [];
  return token(name, code, (run) => signed('{"alg":"HS256"}', `${good(`alice-${run}`, claim).slice(0, -1)},${more}}`));
}

/** A well-signed token with this header. */
function header(name: string, code: string | undefined, json: string): Member {
  return token(name, code, (run) => signed(json, good(`alice-${run}`)));
}

const list = (before: string, piece: (index: number) => string, after: string) =>
  listed(payloadBytes, before, piece, after);
const text = (before: string, piece: string, after = '"') => filled(payloadBytes, before, () => piece, after);
const nested = (name: string) => `"${name}":${"[".repeat(payloadBytes / 2 - 20)}${"]".repeat(payloadBytes / 2 - 20)}`;

/** Tokens of 8 kB: those of whoever may sign, and those of anybody. */
export const tokens: readonly Member[] = [
  claims("a claim of lists in lists", undefined, nested("a")),
  claims(
    "600 claims",
    undefined,
    list("", (index) => `"a${index}":0`, ""),
  ),
  claims(
    "1,000 audiences",
    refused,
    list('"aud":[', (index) => `"a${index}"`, "]"),
  ),
  claims(
    "1,000 audiences, the last one right",
    undefined,
    list('"aud":[', (index) => `"a${index}"`, `,"${jwtEnv.AUTH_JWT_AUDIENCE}"]`),
  ),
  claims("audiences of lists in lists", refused, nested("aud")),
  claims("an issuer of lists in lists", refused, nested("iss")),
  claims("a subject of lists in lists", refused, nested("sub")),
  claims("a subject of 6 kB", refused, text('"sub":"', "a")),
  claims("a subject of emoji", refused, text('"sub":"', "😀")),
  claims("a subject of escapes", refused, text('"sub":"', "\\u0061")),
  claims("a subject of 6,000 digits", refused, text('"sub":', "9", "")),
  claims(
    "one claim again and again",
    refused,
    list("", () => '"a":0', ""),
  ),
  claims("a scope of 3,000 words", undefined, text('"scope":"', "a ")),
  claims("a scope of blanks", undefined, text('"scope":"', " ")),
  claims(
    "1,000 roles",
    undefined,
    list('"roles":[', (index) => `"r${index}"`, "]"),
  ),
  claims("roles of lists in lists", undefined, nested("roles")),
  claims(
    "roles, scopes and scp",
    undefined,
    `"scope":"${"a ".repeat(1_000)}","scp":["a"${',"a"'.repeat(400)}],"roles":["a"${',"a"'.repeat(400)}]`,
  ),
  claims("an end of time of 6,000 digits", refused, text('"exp":', "9", "")),
  claims("an end of time with a huge exponent", refused, '"exp":1e308'),
  claims("a beginning of 6,000 digits", refused, text('"nbf":', "9", "")),
  claims("issued after 6,000 digits", refused, text('"iat":', "9", "")),
  claims("a confirmation of lists in lists", refused, nested("cnf")),
  claims(
    "a claim named __proto__",
    undefined,
    list('"__proto__":{', (index) => `"${index}":0`, "}"),
  ),
  header("a header of lists in lists", undefined, `{"alg":"HS256",${nested("a")}}`),
  header(
    "a header of 600 members",
    undefined,
    list('{"alg":"HS256",', (index) => `"a${index}":0`, "}"),
  ),
  header(
    "a header with 1,000 critical members",
    refused,
    list('{"alg":"HS256","crit":[', (index) => `"a${index}"`, "]}"),
  ),
  header("an algorithm of 6 kB", refused, text('{"alg":"', "HS256", '"}')),
  header("an algorithm of lists in lists", refused, `{${nested("alg")}}`),
  header(
    "an algorithm again and again",
    refused,
    list("{", () => '"alg":"HS256"', "}"),
  ),
  header("a key id of 6 kB", undefined, text('{"alg":"HS256","kid":"', "a", '"}')),
  header("a type of 6 kB", undefined, text('{"alg":"HS256","typ":"', "a", '"}')),
  header("no algorithm", refused, '{"alg":"none"}'),
  header("another algorithm", refused, '{"alg":"RS256"}'),
  header(
    "a password's algorithm, with a great many rounds",
    refused,
    '{"alg":"PBES2-HS512+A256KW","enc":"A256GCM","p2c":2147483647}',
  ),
  header("a compressed token", undefined, '{"alg":"HS256","zip":"DEF"}'),
  header(
    "a key of its own",
    refused,
    list('{"alg":"RS256","jwk":{"kty":"RSA","e":"AQAB","n":"', () => "AAAA", '"}}'),
  ),
  token("a payload of 6 kB that nobody signed", refused, () =>
    forgeToken({ alg: "HS256" }, `{${nested("a")}}`, () => Buffer.alloc(32)),
  ),
  token("a signature of 6 kB", refused, (run) =>
    forgeToken({ alg: "HS256" }, good(`alice-${run}`), () => Buffer.alloc(payloadBytes)),
  ),
  token("a payload that is no JSON", refused, () =>
    forgeToken({ alg: "HS256" }, "[".repeat(payloadBytes), (input) => signatureOf(signingKey, input)),
  ),
  token("a payload that is no UTF-8", refused, () =>
    forgeToken({ alg: "HS256" }, Buffer.alloc(payloadBytes, 0xff), (input) => signatureOf(signingKey, input)),
  ),
  token("an encrypted token", refused, () => `${"a".repeat(1_600)}.`.repeat(5).slice(0, -1)),
  token("8,000 dots", refused, () => ".".repeat(8_000)),
  token(
    "letters that are no base64url",
    refused,
    () => `${"!".repeat(4_000)}.${"=".repeat(3_000)}.${"+".repeat(1_000)}`,
  ),
  token("one character too many", refused, () => "a".repeat(tokenLength + 1)),
];
