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

/** How much use a pair is: valid now, perhaps valid by a better clock, or over. */
function useOf({ notBefore, notAfter }: CertificatePair): number {
  if (notAfter <= now) return 0;
  return notBefore <= now ? 2 : 1;
}

describe("the client certificate to present", () => {
  test("is the first of those of most use", () => {
    const property = fc.property(pairs, (given) => {
      const chosen = choosePair(given, now);
      const uses = given.map(useOf);
      expect(chosen ? given.indexOf(chosen) : -1).toBe(uses.indexOf(Math.max(...uses)));
    });
    fc.assert(property, tries(500));
  });
});
