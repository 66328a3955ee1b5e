import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { type CertificatePair, isValidAt, parseCertificatePair } from "../amity/client-certificate.js";
import { systemClock } from "../system/clock.js";
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
  const [cert, key] = [reader.file(certName, certPath), reader.file(keyName, keyPath)];
  if (cert === undefined || key === undefined) return undefined;
  try {
    return { name: certName, paths: [certPath, keyPath], first: parseCertificatePair(cert, key) };
  } catch (error) {
    reader.problem(`${certName}: ${error instanceof Error ? error.message : "cannot be used"}`);
    return undefined;
  }
}

function readCa(reader: Reader): readonly string[] | undefined {
  const path = reader.text("AMITY_MTLS_CA_FILE");
  const text = path && reader.file("AMITY_MTLS_CA_FILE", path);
  if (!text) return undefined;
  try {
    new X509Certificate(text);
  } catch {
    reader.problem("AMITY_MTLS_CA_FILE holds no certificate in PEM");
  }
  return [...rootCertificates, text];
}
