import { createPrivateKey, X509Certificate } from "node:crypto";
/** A client certificate with its private key, in PEM. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Reads a pair. Throws, without quoting anything, when it is unreadable or the key is another certificate's. */
export function parseCertificatePair(cert: string, key: string): CertificatePair {
  const certificate = readOr("the certificate is not PEM", () => new X509Certificate(cert));
  const privateKey = readOr("the key is not a PEM private key", () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) throw new Error("the key is not the certificate's");
  return { cert, key, notBefore: Date.parse(certificate.validFrom), notAfter: Date.parse(certificate.validTo) };
}

function readOr<T>(problem: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw new Error(problem);
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
 * that are valid meanwhile. Throws when the new one has expired.
 */
export function replacePair(inUse: readonly CertificatePair[], next: CertificatePair, now: number): CertificatePair[] {
  if (isValidAt(next, now)) return [next];
  if (next.notAfter <= now) throw new Error("the certificate is not valid now");
  return [next, ...inUse.filter((pair) => isValidAt(pair, now))];
}
