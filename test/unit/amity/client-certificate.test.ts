import { describe, expect, test } from "@jest/globals";
import {
  type CertificatePair,
  choosePair,
  parseCertificatePair,
  replacePair,
  UnusablePair,
} from "../../../src/amity/client-certificate.js";
import { Unusable } from "../../../src/errors/reason-of.js";
import { createTestAuthority, lives } from "../../support/certificates.js";

const now = 1_000;

/** A pair that is known by its times. */
const pair = (notBefore: number, notAfter: number): CertificatePair => ({ cert: "", key: "", notBefore, notAfter });

const old = pair(0, 1_500);
const other = pair(10, 2_000);
const ended = pair(0, now);
const soon = pair(now + 1, 2_000);
const later = pair(now + 500, 3_000);

describe("the pair to present", () => {
  test.each<[string, CertificatePair[], CertificatePair | undefined]>([
    ["none of none", [], undefined],
    ["the first that is valid", [old, other], old],
    ["what is valid from this very moment", [soon, pair(now, now + 1)], pair(now, now + 1)],
    ["no pair that waits while another is valid", [later, ended, other], other],
    ["what waits rather than what has ended", [ended, later], later],
    ["the first when all have ended", [ended, pair(0, 1)], ended],
  ])("is %s", (_what, pairs, chosen) => {
    expect(choosePair(pairs, now)).toEqual(chosen);
  });

  test("changes over when the next one begins", () => {
    const pairs = replacePair([old], soon, now);
    expect([choosePair(pairs, now), choosePair(pairs, now + 1)]).toEqual([old, soon]);
  });
});

describe("a pair in the place of others", () => {
  test.each<[string, CertificatePair[], CertificatePair, CertificatePair[]]>([
    ["stands alone when it is valid", [later, old], other, [other]],
    ["lets the valid one go on while it waits", [old], later, [later, old]],
    ["takes the place of another that waits", [later, old], soon, [soon, old]],
    ["lets nothing go on that has ended", [ended], soon, [soon]],
    ["waits alone where nothing is valid", [later], soon, [soon]],
    ["changes nothing when it is in use already", [later, old], later, [later, old]],
    ["stays when it has ended since it was taken", [ended], ended, [ended]],
  ])("%s", (_what, inUse, next, pairs) => {
    expect(replacePair(inUse, next, now)).toEqual(pairs);
  });

  test("is refused once it has ended", () => {
    const refusal = new Unusable("expired certificate", "the certificate is not valid now");
    expect(() => replacePair([old], ended, now)).toThrow(refusal);
    expect(() => replacePair([old], ended, now)).toThrow(expect.objectContaining({ reason: refusal.reason }));
  });
});

describe("a pair that is read", () => {
  test("has both parts and the certificate's times", async () => {
    const { cert, key } = await (await createTestAuthority()).client("client", lives.expired);
    const { notBefore, notAfter } = lives.expired;
    expect(parseCertificatePair(cert, key)).toEqual({
      cert,
      key,
      notBefore: notBefore.getTime(),
      notAfter: notAfter.getTime(),
    });
  });

  test("is refused in words about the part that is wrong", async () => {
    const authority = await createTestAuthority();
    const [{ cert, key }, other] = [await authority.client("one"), await authority.client("other")];
    const half = authority.ca.slice(0, authority.ca.length / 2);
    const refusalOf = (certText: string, keyText: string) => {
      try {
        parseCertificatePair(certText, keyText);
        return "none";
      } catch (error) {
        if (!(error instanceof UnusablePair)) throw error;
        return [error.part, error.reason, error.message];
      }
    };
    expect([
      refusalOf("", key),
      refusalOf(cert, "\n"),
      refusalOf("C4N4RY", key),
      refusalOf(cert, "C4N4RY"),
      refusalOf(key, key),
      refusalOf(cert, cert),
      refusalOf(cert, other.key),
      refusalOf(`${cert}${half}`, key),
    ]).toEqual([
      ["certificate", "not a certificate", "the certificate is empty: give it a value or unset it"],
      ["key", "not a private key", "the key is empty: give it a value or unset it"],
      ["certificate", "not a certificate", "the certificate is not PEM"],
      ["key", "not a private key", "the key is not PEM"],
      ["certificate", "not a certificate", "the certificate is a private key, where a certificate belongs"],
      ["key", "not a private key", "the key is a certificate, where a private key belongs"],
      ["key", "another key", "the key is not the certificate's"],
      ["certificate", "not a certificate", "the certificate has a chain that TLS cannot use"],
    ]);
  });
});
