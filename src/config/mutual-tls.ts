import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { type CertificatePair, isValidAt, parseCertificatePair, UnusablePair } from "../amity/client-certificate.js";
import { systemClock } from "../system/clock.js";
import { pemOf, pemProblem } from "../system/pem.js";
import { UnusableText } from "../system/setting-text.js";
import type { Reader } from "./reader.js";

/** One certificate and key with the files that they came from. */
export interface PairConfig {
  readonly name: string;
  readonly paths: readonly [cert: string, key: string];
  readonly first: CertificatePair;
}

export interface MutualTlsConfig {
  readonly ca: readonly string[] | undefined;
  readonly pairs: readonly PairConfig[];
}

/** Client certificates and the CA for Amity's hosts. One usable pair is enough; two let one be replaced. */
export function readMutualTls(reader: Reader): MutualTlsConfig {
  const pairs = (["", "2"] as const).flatMap((suffix) => readPair(reader, suffix) ?? []);
  if (pairs.length > 0 && !pairs.some(({ first }) => isValidAt(first, systemClock.now()))) {
    reader.problem(`${pairs[0]?.name}: no client certificate is valid now`);
  }
  return { ca: readCa(reader), pairs };
}

function readPair(reader: Reader, suffix: "" | "2"): PairConfig | undefined {
  const [certName, keyName] = [`AMITY_MTLS_CERT${suffix}_FILE`, `AMITY_MTLS_KEY${suffix}_FILE`] as const;
  const [certPath, keyPath] = [reader.text(certName), reader.text(keyName)];
  if (certPath === undefined && keyPath === undefined) return undefined;
  if (certPath === undefined || keyPath === undefined) {
    reader.problem(`${certName} and ${keyName} go together`);
    return undefined;
  }
  const [cert, key] = [reader.fromFile(certName, certPath, pemOf), reader.fromFile(keyName, keyPath, pemOf)];
  if (cert === undefined || key === undefined) return undefined;
  try {
    return { name: certName, paths: [certPath, keyPath], first: parseCertificatePair(cert, key) };
  } catch (error) {
    if (!(error instanceof UnusablePair)) throw error;
    reader.problem(`${error.part === "key" ? keyName : certName}: ${error.message}`);
    return undefined;
  }
}

/**
 * Whom to trust beyond Node's usual: undefined without a setting, for then Node's own certificates and those of
 * NODE_EXTRA_CA_CERTS are trusted anyway. A list of one's own would leave both out, so they are put into it.
 * Node leaves out in silence what is no certificate, so that is judged here either way.
 */
function readCa(reader: Reader): readonly string[] | undefined {
  const extraPath = reader.nodeVariable("NODE_EXTRA_CA_CERTS");
  const extra = extraPath && reader.fromFile("NODE_EXTRA_CA_CERTS", extraPath, certificatesIn);
  const path = reader.text("AMITY_MTLS_CA_FILE");
  if (path === undefined) return undefined;
  const own = reader.fromFile("AMITY_MTLS_CA_FILE", path, (text) => certificatesIn(pemOf(text)));
  return [...rootCertificates, ...(extra ? [extra] : []), ...(own ? [own] : [])];
}

/** One certificate or several. Node would leave out in silence what it cannot read. */
function certificatesIn(pem: string): string {
  const blocks = pem.match(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----[^-]*(?:-----END [A-Z0-9 ]*CERTIFICATE-----)?/g);
  try {
    for (const block of blocks ?? [pem]) new X509Certificate(block);
    return pem;
  } catch {
    throw new UnusableText(pemProblem(pem, "certificate"));
  }
}
