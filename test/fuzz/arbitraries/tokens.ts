import { createSecretKey } from "node:crypto";
import fc from "fast-check";
import { jwtEnv } from "../../support/callers.js";
import { forgeToken, type SigningKey, signatureOf } from "../../support/tokens.js";
import { canary } from "../target.js";
import { jsonTexts, objectWith } from "./json.js";
import { edited, headerTexts, mostly } from "./texts.js";

/** The service key `backend` has this one. */
export const serviceSecret = "the-secret-of-the-backend";

const key: SigningKey = {
  alg: "HS256",
  kid: "",
  key: createSecretKey(Buffer.from(jwtEnv.AUTH_JWT_SECRET)),
  text: "",
  jwk: {},
};

function oneOf(...texts: string[]): fc.Arbitrary<string> {
  return mostly(fc.constantFrom(...texts), jsonTexts, 20);
}

const anything = jsonTexts;
const rarely = (odd: fc.Arbitrary<string>) => mostly(fc.constant("null"), odd);
const algorithms = mostly(fc.constant('"HS256"'), fc.constantFrom('"none"', '"None"', '"HS512"', '"RS256"', '"hs256"'));
const headers = objectWith({
  alg: mostly(algorithms, anything, 20),
  typ: oneOf('"JWT"', '"at+jwt"'),
  kid: oneOf(`"${canary}"`, '"../../etc/passwd"', '"__proto__"'),
});
/** Members that let a token choose its own key, or say how it must be read. */
const strangeHeaders = objectWith({
  alg: algorithms,
  crit: rarely(fc.oneof(fc.constantFrom('["b64"]', '["exp"]', "[]"), anything)),
  b64: rarely(fc.constantFrom("false", "true")),
  zip: rarely(fc.constant('"DEF"')),
  jku: rarely(fc.constant('"http://127.0.0.1:9/keys"')),
  jwk: rarely(fc.constant(JSON.stringify({ kty: "oct", k: "AAAA" }))),
  x5c: rarely(anything),
});

const soon = 4_000_000_000;
const claims = objectWith({
  iss: oneOf(`"${jwtEnv.AUTH_JWT_ISSUER}"`),
  aud: oneOf(`"${jwtEnv.AUTH_JWT_AUDIENCE}"`, `["${jwtEnv.AUTH_JWT_AUDIENCE}","${canary}"]`),
  sub: oneOf('"alice"', `"${canary}"`),
  exp: oneOf(`${soon}`, `${soon}.5`, "1", "1e400", `"${soon}"`),
  scope: oneOf(`"${jwtEnv.AUTH_DELEGATE_SCOPE}"`, `["${jwtEnv.AUTH_DELEGATE_SCOPE}"]`),
});

/** How the signature comes to be: right mostly, else empty, cut, doubled or of nothing. */
const signers = mostly<(right: Buffer) => Buffer>(
  fc.constant((right) => right),
  fc.constantFrom<((right: Buffer) => Buffer)[]>(
    () => Buffer.alloc(0),
    (right) => right.subarray(0, 31),
    (right) => Buffer.concat([right, right]),
    () => Buffer.alloc(32),
  ),
);

const tokens = fc
  .tuple(edited(mostly(headers, strangeHeaders, 6), 12), edited(claims, 10), signers)
  .map(([header, payload, signer]) => forgeToken(header, payload, (input) => signer(signatureOf(key, input))));

/** Other alphabets and forms of the same token. */
const forms = mostly<(token: string) => string>(
  fc.constant((token) => token),
  fc.constantFrom<((token: string) => string)[]>(
    (token) => token.replaceAll("-", "+").replaceAll("_", "/"),
    (token) => token.replaceAll(".", "=."),
    (token) => `${token}.`,
    (token) => `.${token}`,
    (token) => token.split(".").slice(0, 2).join("."),
    (token) => `${token}.${token}`,
    (token) => token.replaceAll(".", ".."),
    (token) => encodeURIComponent(token),
    (token) => `"${token}"`,
  ),
);

const bearers = fc
  .tuple(
    mostly(fc.constant("Bearer "), fc.constantFrom("bearer  ", "BEARER ", "Bearer", "Token ", "Bearer\t")),
    tokens,
    forms,
  )
  .map(([scheme, token, form]) => `${scheme}${form(token)}`);

const serviceKeys = edited(
  fc.constantFrom(
    `ApiKey backend.${serviceSecret}`,
    `apikey ${canary}.a`,
    `ApiKey backend.${canary}`,
    "ApiKey __proto__.a",
  ),
  2,
  headerTexts,
);
const basic = fc.constantFrom(
  "Basic YTpi",
  `Digest ${canary}`,
  "constructor a",
  "Bearer null",
  "",
  " ",
  "Bearer a, Bearer b",
);

/** Authorization headers, in Latin-1: tokens near good ones, service keys, other schemes, and bytes of any kind. */
export const authorizations = edited(
  fc.oneof({ weight: 8, arbitrary: bearers }, { weight: 2, arbitrary: serviceKeys }, basic, headerTexts),
  12,
  headerTexts,
);
