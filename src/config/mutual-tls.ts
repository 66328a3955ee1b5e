import { type CertificatePair, isValidAt, parseCertificatePair, UnusablePair } from "../amity/client-certificate.js";
import { systemClock } from "../system/clock.js";
import { pemOf } from "../system/pem.js";
import { readAuthorities } from "./authorities.js";
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
  return { ca: readAuthorities(reader, "AMITY_MTLS_CA_FILE"), pairs };
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
