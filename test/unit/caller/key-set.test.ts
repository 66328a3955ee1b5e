import { describe, expect, test } from "@jest/globals";
import { type Found, KeySet } from "../../../src/caller/key-set.js";
import { modulusOf, oddEntries } from "../../support/key-entries.js";
import { makeKey } from "../../support/tokens.js";

const good = await makeKey("EdDSA", "good");
const ec = await makeKey("ES256", "ec");
const offCurve = { ...ec.jwk, kid: "off", x: "A".repeat(43) };
const another = { ...good.jwk, kid: "another", x: (await makeKey("EdDSA")).jwk.x };
/** Nothing is verified here: any such number is a modulus. */
const rsa = { kty: "RSA", kid: "rsa", n: modulusOf(256), e: "AQAB" };

const kindOf = (keys: unknown[], header: object) => new KeySet({ keys }).find(header).kind;

/** What of it tells one key from another. */
const xOf = (found: Found) => (found.kind === "key" ? found.key.export({ format: "jwk" }).x : found.kind);

describe("a key set", () => {
  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a list", [good.jwk]],
    ["no list of keys", { keys: good.jwk }],
    ["no keys", { keys: [] }],
    ["nothing but entries of no use", { keys: [null, 1, {}, { kty: "RSA" }, { ...good.jwk, use: "enc" }] }],
    ["nothing but a point off its curve", { keys: [offCurve] }],
  ])("of %s is refused", (_what, document) => {
    expect(() => new KeySet(document)).toThrow(/^no (?:key set|usable key)$/);
  });

  test("tells how many entries are odd, and not those for others", () => {
    const others = [{ ...good.jwk, use: "enc" }, { kty: "EC", crv: "secp256k1", x: "AA", y: "AA" }, { kty: "AKP" }];
    expect(new KeySet({ keys: [null, {}, { ...good.jwk, d: "x" }, ...others, good.jwk] }).oddEntries).toBe(3);
  });

  test.each<[string, { alg: string; kid?: string }, string]>([
    ["an unknown algorithm", { alg: "none", kid: "good" }, "none"],
    ["a name that every object has", { alg: "constructor", kid: "__proto__" }, "none"],
    ["the algorithm of another type", { alg: "RS256", kid: "good" }, "none"],
    ["no id among several", { alg: "EdDSA" }, "none"],
    ["no id where one fits", { alg: "ES256" }, "key"],
    ["the id of a point off its curve", { alg: "ES256", kid: "off" }, "odd"],
  ])("asked for %s gives %s", (_what, header, kind) => {
    expect(kindOf([good.jwk, another, ec.jwk, ...(header.kid === "off" ? [offCurve] : [])], header)).toBe(kind);
  });

  test("gives no key of any algorithm for an unknown one", () => {
    const { alg: _, ...open } = good.jwk;
    expect(["none", "HS256", "EdDSA"].map((alg) => kindOf([open], { alg, kid: "good" }))).toEqual([
      "none",
      "none",
      "key",
    ]);
  });

  test("gives one key as one object, each time", () => {
    const set = new KeySet({ keys: [good.jwk] });
    const [first, second] = [set.find({ alg: "EdDSA" }), set.find({ alg: "EdDSA", kid: "good" })];
    expect(first.kind === "key" && second.kind === "key" && first.key === second.key).toBe(true);
  });

  test("is given up after a hundred entries that are no keys", () => {
    const odd = (count: number) => Array.from({ length: count }, (_, index) => ({ ...offCurve, kid: String(index) }));
    expect(() => new KeySet({ keys: [...odd(99), good.jwk] })).not.toThrow();
    expect(() => new KeySet({ keys: [...odd(100), good.jwk] })).toThrow("no usable key");
  });
});

describe("an entry", () => {
  test.each(Object.entries(oddEntries))("%s is told of, and is nobody's key", (_what, odd) => {
    const set = new KeySet({ keys: [odd({ rsa, ec: ec.jwk, ed25519: good.jwk }), good.jwk] });
    const kinds = ["RS256", "ES256", "EdDSA"].map((alg) => set.find({ alg, kid: "rsa" }).kind);
    expect([set.oddEntries, ...kinds]).toEqual([1, "odd", "odd", "odd"]);
    expect(set.find({ alg: "EdDSA", kid: "good" }).kind).toBe("key");
  });

  test.each(["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"])("with the private member %s is odd", (name) => {
    expect(kindOf([{ ...rsa, [name]: "" }, good.jwk], { alg: "RS256", kid: "rsa" })).toBe("odd");
  });

  test("whose id is no text is odd, and nobody's", () => {
    const set = new KeySet({ keys: [{ ...good.jwk, kid: 1 }, another] });
    expect([set.oddEntries, set.find({ alg: "EdDSA", kid: "1" }).kind]).toEqual([1, "none"]);
  });

  test.each<[string, object]>([
    ["of 2048 bits", {}],
    ["of 2048 bits behind zeros", { n: `AAAA${rsa.n}` }],
    ["of 8192 bits", { n: modulusOf(1_024) }],
    ["with an exponent of 3", { e: "Aw" }],
    ["with an exponent of four bytes", { e: "AQAAAQ" }],
    ["for signatures", { use: "sig" }],
    ["to verify among others", { key_ops: ["sign", "verify"] }],
    ["with members that nobody knows", { x5t: "AQAB", kind: 1 }],
  ])("of RSA %s is a key", (_what, more) => {
    const set = new KeySet({ keys: [{ ...rsa, ...more }] });
    expect([set.oddEntries, set.find({ alg: "RS256", kid: "rsa" }).kind]).toEqual([0, "key"]);
  });

  test.each<[string, object, string]>([
    ["for encryption", { ...rsa, use: "enc" }, "RS256"],
    ["for other operations", { ...rsa, key_ops: ["encrypt"] }, "RS256"],
    ["for no operation", { ...rsa, key_ops: [] }, "RS256"],
    ["for a longer hash", { ...rsa, alg: "RS512" }, "RS256"],
    ["for another padding", { ...rsa, alg: "PS256" }, "RS256"],
    ["for the usual padding", { ...rsa, alg: "RS256" }, "PS256"],
    ["of another curve", { ...ec.jwk, kid: "rsa", crv: "P-384" }, "ES256"],
    ["to agree on secrets", { ...good.jwk, kid: "rsa", crv: "X25519" }, "EdDSA"],
    ["of another type", { ...ec.jwk, kid: "rsa" }, "RS256"],
  ])("%s is well made, and not for it", (_what, entry, alg) => {
    const set = new KeySet({ keys: [entry, good.jwk] });
    expect([set.oddEntries, set.find({ alg, kid: "rsa" }).kind]).toEqual([0, "none"]);
  });

  test.each(["RS256", "PS256"])("of its own algorithm verifies %s", (alg) => {
    expect(kindOf([{ ...rsa, alg }], { alg, kid: "rsa" })).toBe("key");
    expect(kindOf([rsa], { alg, kid: "rsa" })).toBe("key");
  });
});

describe("a key", () => {
  test("is found by its id and no other", () => {
    const set = new KeySet({ keys: [good.jwk, another] });
    const found = ["another", "good", "Good"].map((kid) => xOf(set.find({ alg: "EdDSA", kid })));
    expect(found).toEqual([another.x, good.jwk.x, "none"]);
  });

  test("without an id is found by none", () => {
    const { kid: _, ...anonymous } = good.jwk;
    const set = new KeySet({ keys: [anonymous, ec.jwk] });
    expect(xOf(set.find({ alg: "EdDSA" }))).toBe(good.jwk.x);
    expect(xOf(set.find({ alg: "EdDSA", kid: "good" }))).toBe("none");
  });

  test("published twice is one key", () => {
    const set = new KeySet({ keys: [good.jwk, { ...good.jwk, use: undefined, x5t: "AQAB" }] });
    expect(xOf(set.find({ alg: "EdDSA", kid: "good" }))).toBe(good.jwk.x);
    expect(xOf(set.find({ alg: "EdDSA" }))).toBe(good.jwk.x);
  });

  test.each<[string, { alg: string; kid: string }, object, object]>([
    ["modulus", { alg: "RS256", kid: "rsa" }, rsa, { ...rsa, n: modulusOf(257) }],
    ["exponent", { alg: "RS256", kid: "rsa" }, rsa, { ...rsa, e: "Aw" }],
    ["x", { alg: "EdDSA", kid: "good" }, good.jwk, { ...good.jwk, x: another.x }],
    ["y", { alg: "ES256", kid: "ec" }, ec.jwk, { ...ec.jwk, y: ec.jwk.x }],
  ])("with a second of its id and another %s is odd", (_what, header, one, other) => {
    expect([kindOf([one, other], header), kindOf([other, one], header)]).toEqual(["odd", "odd"]);
  });

  test("with a third of its id is odd", () => {
    const third = { ...another, kid: "good" };
    expect(kindOf([good.jwk, good.jwk, third], { alg: "EdDSA", kid: "good" })).toBe("odd");
  });

  test("shares its id with one of another type", () => {
    const set = new KeySet({ keys: [good.jwk, { ...ec.jwk, kid: "good" }, { ...rsa, kid: "good" }] });
    const kinds = ["EdDSA", "ES256", "RS256"].map((alg) => set.find({ alg, kid: "good" }).kind);
    expect(kinds).toEqual(["key", "key", "key"]);
  });
});
