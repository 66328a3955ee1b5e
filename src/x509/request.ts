// @peculiar/x509 asks for the reflection polyfill before it is loaded.
import "reflect-metadata";
import { Name, Pkcs10CertificateRequest, Pkcs10CertificateRequestGenerator } from "@peculiar/x509";
import type { KeyPair } from "./keys.js";

/**
 * A name with nothing but CN, exactly as given: a plain string would be read as a distinguished name and cut at a
 * comma.
 */
export function nameOf(commonName: string): Name {
  return new Name([{ CN: [{ utf8String: commonName }] }]);
}

/** How certificates and requests are signed, whatever the kind of key. */
export function signingAlgorithm({ privateKey }: KeyPair) {
  return { name: privateKey.algorithm.name, hash: "SHA-256" };
}

/** A certificate signing request (PEM, PKCS #10) for the common name, signed by the key. */
export async function createCertificateRequest(commonName: string, keys: KeyPair): Promise<string> {
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: nameOf(commonName),
    keys,
    signingAlgorithm: signingAlgorithm(keys),
  });
  return `${request.toString("pem")}\n`;
}

/** Reads a PEM request. Gives undefined when it is none, or when it is not signed by the key it holds. */
export async function readCertificateRequest(pem: string): Promise<Pkcs10CertificateRequest | undefined> {
  if (!/^-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----/.test(pem.trimStart())) return undefined;
  try {
    const request = new Pkcs10CertificateRequest(pem);
    return (await request.verify()) ? request : undefined;
  } catch {
    return undefined;
  }
}
