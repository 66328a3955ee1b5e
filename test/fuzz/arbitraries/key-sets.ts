import fc from "fast-check";
import type { JWK } from "jose";
import { canary } from "../target.js";
import { jsonTexts, objectWith } from "./json.js";
import { edited, mostly, oddTexts } from "./texts.js";

/** A document as a provider publishes it. */
export interface PublishedText {
  readonly text: string;
  readonly encoding: BufferEncoding;
}

function oneOf(...texts: string[]): fc.Arbitrary<string> {
  return mostly(fc.constantFrom(...texts), jsonTexts);
}

/** Key sets near one with this key: entries that are cut, doubled, of other kinds, for other uses, or secret. */
export function keySetsAround(good: JWK): fc.Arbitrary<PublishedText> {
  const { n = "", e = "AQAB" } = good;
  const numbers = edited(fc.constant(n), 4, fc.oneof(fc.constantFrom("A", "_", "=", "AAAA"), oddTexts));
  const others = objectWith({
    kty: oneOf('"RSA"', '"EC"', '"OKP"', '"oct"'),
    kid: oneOf('"good"', `"${canary}"`, '"__proto__"', "null"),
    alg: oneOf('"RS256"', '"ES256"', '"EdDSA"', '"none"'),
    use: oneOf('"sig"', '"enc"'),
    crv: oneOf('"P-256"', '"Ed25519"', '"P-521"'),
    key_ops: oneOf('["verify"]', '["sign"]', "[]"),
    n: mostly(
      numbers.map((text) => JSON.stringify(text)),
      jsonTexts,
    ),
    e: oneOf(JSON.stringify(e), '"AQ"', '"AA"', '"____"'),
    x: oneOf(`"${"A".repeat(43)}"`, `"${n.slice(0, 43)}"`),
    y: oneOf(`"${"A".repeat(43)}"`),
  });
  const near = objectWith({
    kty: oneOf('"RSA"'),
    kid: oneOf('"good"', '"good"', '"other"'),
    alg: oneOf('"RS256"', "null"),
    use: oneOf('"sig"'),
    n: mostly(
      fc.constant(JSON.stringify(n)),
      numbers.map((text) => JSON.stringify(text)),
      4,
    ),
    e: oneOf(JSON.stringify(e)),
  });
  const whole = fc.constant(JSON.stringify(good));
  const entries = fc.oneof(
    { weight: 4, arbitrary: near },
    { weight: 2, arbitrary: others },
    whole,
    oneOf("null", "[]"),
  );
  const lists = fc
    .tuple(fc.array(entries, { maxLength: 4 }), mostly(fc.constant(1), fc.integer({ min: 2, max: 60 })))
    .map(
      ([all, times]) =>
        `[${Array.from({ length: times }, () => all)
          .flat()
          .join()}]`,
    );
  return fc.record<PublishedText>({
    text: edited(mostly(objectWith({ keys: mostly(lists, jsonTexts) }), fc.oneof(jsonTexts, oddTexts)), 5),
    encoding: mostly<BufferEncoding>(fc.constant("utf8"), fc.constantFrom("latin1", "utf16le"), 20),
  });
}
