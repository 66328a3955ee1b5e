import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { isDeepStrictEqual } from "node:util";
import { Unusable } from "../errors/reason-of.js";
import type { Reason } from "../errors/reasons.js";
import { pemOf, pemProblem } from "../system/pem.js";
import { UnusableText } from "../system/setting-text.js";

/** A client certificate with its private key, in PEM. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** What is wrong with a pair, in words that quote nothing of it, and in which of its two files. */
export class UnusablePair extends Unusable {
  constructor(
    readonly part: "certificate" | "key",
    problem: string,
    reason: Reason = part === "key" ? "not a private key" : "not a certificate",
  ) {
    super(reason, `the ${part} ${problem}`);
  }
}

/** Reads a pair. Throws UnusablePair when a part cannot be read, or the key is another certificate's. */
export function parseCertificatePair(certText: string, keyText: string): CertificatePair {
  const cert = readOr("certificate", () => pemOf(certText));
  const key = readOr("key", () => pemOf(keyText));
  const certificate = readOr(
    "certificate",
    () => new X509Certificate(cert),
    () => pemProblem(cert, "certificate"),
  );
  const privateKey = readOr(
    "key",
    () => createPrivateKey(key),
    () => pemProblem(key, "private key"),
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new UnusablePair("key", "is not the certificate's", "another key");
  }
  // X509Certificate looks at the first certificate alone; every call would fail by one behind it that was cut.
  readOr(
    "certificate",
    () => createSecureContext({ cert, key, ca: [] }),
    () => "has a chain that TLS cannot use",
  );
  return { cert, key, notBefore: Date.parse(certificate.validFrom), notAfter: Date.parse(certificate.validTo) };
}

function readOr<T>(part: UnusablePair["part"], read: () => T, problem = () => "cannot be read"): T {
  try {
    return read();
  } catch (error) {
    throw new UnusablePair(part, error instanceof UnusableText ? error.message : problem());
  }
}

/** Can it be presented now? `now`: milliseconds since the epoch. */
export function isValidAt({ notBefore, notAfter }: CertificatePair, now: number): boolean {
  return notBefore <= now && now < notAfter;
}

/**
 * The pair to present: the first that is valid now, else the first that has not expired (a clock may be slow), else the
 * first. Undefined without any.
 */
export function choosePair(pairs: readonly CertificatePair[], now: number): CertificatePair | undefined {
  return pairs.find((pair) => isValidAt(pair, now)) ?? pairs.find(({ notAfter }) => now < notAfter) ?? pairs[0];
}

/**
 * The pairs that one place holds when another one is put there: the new one and, while that waits for its time, those
 * that are valid meanwhile. Throws Unusable when the new one has expired.
 */
export function replacePair(inUse: readonly CertificatePair[], next: CertificatePair, now: number): CertificatePair[] {
  if (isValidAt(next, now)) return [next];
  if (isDeepStrictEqual(next, inUse[0])) return [...inUse];
  if (next.notAfter <= now) throw new Unusable("expired certificate", "the certificate is not valid now");
  return [next, ...inUse.filter((pair) => isValidAt(pair, now))];
}
