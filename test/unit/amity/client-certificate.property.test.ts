import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type CertificatePair, choosePair } from "../../../src/amity/client-certificate.js";
import { tries } from "../../support/properties.js";

const now = 1_000;
/** Close to now, so that every edge is met. */
const times = fc.integer({ min: now - 2, max: now + 2 });
const pairs = fc.array(
  fc.record<CertificatePair>({ cert: fc.constant(""), key: fc.constant(""), notBefore: times, notAfter: times }),
  { maxLength: 4 },
);

/** A pair is good from notBefore on and before notAfter. */
const isGood = (pair: CertificatePair | undefined) =>
  pair !== undefined && pair.notBefore <= now && pair.notAfter > now;

describe("the client certificate to present", () => {
  test("is the first good one, else the first", () => {
    const property = fc.property(pairs, (given) => {
      const chosen = choosePair(given, now);
      const place = chosen ? given.indexOf(chosen) : given.length;
      const earlierGood = given.slice(0, place).some(isGood);
      const laterGood = given.slice(place).some(isGood);
      expect([place >= 0, earlierGood, isGood(chosen) || (!laterGood && place === 0)]).toEqual([true, false, true]);
    });
    fc.assert(property, tries(500));
  });
});
