import { createPrivateKey } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { createKeyPair, isKeyType, keyTypes, privateKeyPem } from "../../../src/x509/keys.js";

describe("createKeyPair", () => {
  test.each([
    ["rsa-2048", { type: "rsa", details: { modulusLength: 2048, publicExponent: 65_537n } }],
    ["rsa-3072", { type: "rsa", details: { modulusLength: 3072, publicExponent: 65_537n } }],
    ["ec-p256", { type: "ec", details: { namedCurve: "prime256v1" } }],
  ] as const)("makes a %s key that exports as PKCS #8", async (type, expected) => {
    const pem = privateKeyPem(await createKeyPair(type));
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----\n[\w+/=\n]+\n-----END PRIVATE KEY-----\n$/);
    expect({ type: asymmetricKeyType, details: asymmetricKeyDetails }).toEqual(expected);
  });
});

test("isKeyType knows the names and nothing inherited", () => {
  expect(keyTypes.map(isKeyType)).toEqual([true, true, true]);
  expect(["", "RSA-2048", "toString", "__proto__"].map(isKeyType)).toEqual([false, false, false, false]);
});
