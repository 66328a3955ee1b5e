import { type CertificatePair, choosePair, isValidAt } from "../amity/client-certificate.js";
import { expiryOf } from "../amity/expiry.js";
import type { PairConfig } from "../config/mutual-tls.js";
import { type Check, counted, dateText, row } from "./check.js";

/** The client certificate that the gateway would show now. */
export function pairInUse(pairs: readonly PairConfig[], now: number): PairConfig | undefined {
  const firsts = pairs.map(({ first }) => first);
  const chosen = choosePair(firsts, now);
  return pairs.find(({ first }) => first === chosen);
}

/** Each pair's validity; that the key fits the certificate was seen when the configuration was read. */
export function clientCertificateChecks(pairs: readonly PairConfig[], now: number): Check[] {
  const used = pairInUse(pairs, now);
  return pairs.map((pair) => {
    const others = pairs.filter((other) => other !== pair);
    // The gateway changes over by itself, so one pair's end does no harm while another goes on.
    const isGood = ({ notAfter }: CertificatePair) => expiryOf(notAfter, now).urgency === "none";
    const isRelieved = others.some(({ first }) => isValidAt(first, now) && isGood(first));
    return pairCheck(pair, now, { isUsed: pair === used, isRelieved });
  });
}

function pairCheck(
  { name, first }: PairConfig,
  now: number,
  { isUsed, isRelieved }: { isUsed: boolean; isRelieved: boolean },
): Check {
  const check = row("mTLS", name);
  if (first.notBefore > now) {
    const advice =
      "nothing, if it is the next one and the pair in use lasts until then; else check this machine's clock";
    return check.warn(`fits its key; not valid before ${dateText(first.notBefore)}`, advice);
  }
  const { days, urgency } = expiryOf(first.notAfter, now);
  const end = dateText(first.notAfter);
  const advice = isRelieved
    ? "the other pair serves: replace this one (amity-graphql csr makes the request), or unset it"
    : "make a request with amity-graphql csr, have Amity issue the certificate, and put it in place as the second pair";
  const complain = isRelieved || urgency !== "very soon" ? check.warn : check.fail;
  if (first.notAfter <= now) return complain(`expired on ${end}`, advice);
  const detail = `fits its key; valid until ${end}, ${counted(days, "day")}; ${isUsed ? "in use" : "in reserve"}`;
  return urgency === "none" ? check.ok(detail) : complain(detail, advice);
}
