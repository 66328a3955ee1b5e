// @peculiar/x509 asks for the reflection polyfill before it is loaded.
import "reflect-metadata";
import { isIP } from "node:net";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  type Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  type X509CertificateCreateWithKeyParams,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { createKeyPair, type KeyPair } from "./keys.js";
import { nameOf, signingAlgorithm } from "./request.js";

/** When a certificate may be used; X.509 keeps whole seconds. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Any moment that a certificate's user may live in: for what ends with the process anyway. */
export const lifelong: Validity = { notBefore: new Date("2000-01-01"), notAfter: new Date("2099-12-31") };

/** An authority in memory that signs server and client certificates; its key never leaves it. */
export class CertificateAuthority {
  readonly #keys: KeyPair;
  readonly #certificate: X509Certificate;

  private constructor(keys: KeyPair, certificate: X509Certificate) {
    this.#keys = keys;
    this.#certificate = certificate;
  }

  /** Makes an authority with a new key. */
  static async create(commonName: string, validity: Validity = lifelong): Promise<CertificateAuthority> {
    const keys = await createKeyPair("ec-p256");
    const certificate = await X509CertificateGenerator.createSelfSigned({
      ...validity,
      name: nameOf(commonName),
      keys,
      signingAlgorithm: signingAlgorithm(keys),
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new CertificateAuthority(keys, certificate);
  }

  /** The authority's own certificate, as PEM: what the others have to trust. */
  get certificate(): string {
    return pem(this.#certificate);
  }

  /** Signs a server certificate for these host names and addresses. Gives it as PEM. */
  async issueServer(hosts: readonly string[], { publicKey }: KeyPair, validity: Validity = lifelong): Promise<string> {
    const names = hosts.map((host) => ({ type: isIP(host) ? ("ip" as const) : ("dns" as const), value: host }));
    const extensions = [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names),
    ];
    return this.#issue({ ...validity, subject: nameOf(hosts[0] ?? ""), publicKey }, extensions);
  }

  /** Signs a client certificate for the subject and key of a request that `readCertificateRequest` gave. */
  async issueClient({ subjectName, publicKey }: Pkcs10CertificateRequest, validity: Validity): Promise<string> {
    const extensions = [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])];
    return this.#issue({ ...validity, subject: subjectName, publicKey }, extensions);
  }

  async #issue(
    fields: Omit<X509CertificateCreateWithKeyParams, "issuer" | "signingKey">,
    extensions: readonly Extension[],
  ): Promise<string> {
    const certificate = await X509CertificateGenerator.create({
      ...fields,
      issuer: this.#certificate.subjectName,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: signingAlgorithm(this.#keys),
      extensions: [
        new BasicConstraintsExtension(false),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        await SubjectKeyIdentifierExtension.create(fields.publicKey),
        await AuthorityKeyIdentifierExtension.create(this.#certificate),
        ...extensions,
      ],
    });
    return pem(certificate);
  }
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}
