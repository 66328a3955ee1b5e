import { describe, expect, test } from "@jest/globals";
import { KeySet } from "../../../src/caller/key-set.js";
import { makeKey } from "../../support/tokens.js";

const good = await makeKey("EdDSA", "good");
const ec = await makeKey("ES256", "ec");
const offCurve = { ...ec.jwk, kid: "off", x: "A".repeat(43) };

const kindOf = (keys: unknown[], header: object) => new KeySet({ keys }).find(header).kind;

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
    const another = { ...good.jwk, kid: "another", x: Buffer.alloc(32, 7).toString("base64url") };
    expect(kindOf([good.jwk, another, { ...ec.jwk }, ...(header.kid === "off" ? [offCurve] : [])], header)).toBe(kind);
  });

  test("is given up after a hundred entries that are no keys", () => {
    const odd = (count: number) => Array.from({ length: count }, (_, index) => ({ ...offCurve, kid: String(index) }));
    expect(() => new KeySet({ keys: [...odd(99), good.jwk] })).not.toThrow();
    expect(() => new KeySet({ keys: [...odd(100), good.jwk] })).toThrow("no usable key");
  });
});
