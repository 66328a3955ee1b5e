import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type CertificatePair, choosePair, isValidAt, replacePair } from "../../../src/amity/client-certificate.js";
import { tries } from "../../support/properties.js";

const now = 1_000;
/** Close to now, so that every edge is met. */
const times = fc.integer({ min: now - 2, max: now + 2 });
const pair = fc.record<CertificatePair>({
  cert: fc.constant(""),
  key: fc.constant(""),
  notBefore: times,
  notAfter: times,
});
const pairs = fc.array(pair, { maxLength: 4 });

/** What is good comes before what will be, and that before what is over. */
function rankOf({ notBefore, notAfter }: CertificatePair): number {
  if (notAfter <= now) return 2;
  return notBefore > now ? 1 : 0;
}

describe("the client certificate to present", () => {
  test("is the first of the best", () => {
    const property = fc.property(pairs, (given) => {
      expect(choosePair(given, now)).toBe([...given].sort((a, b) => rankOf(a) - rankOf(b))[0]);
    });
    fc.assert(property, tries(500));
  });

  test("stays good when another one takes its place", () => {
    const property = fc.property(pairs, pair, (inUse, next) => {
      fc.pre(rankOf(next) < 2 && inUse.some((one) => isValidAt(one, now)));
      const chosen = choosePair(replacePair(inUse, next, now), now);
      expect(chosen && isValidAt(chosen, now)).toBe(true);
    });
    fc.assert(property, tries(300));
  });
});
