// @peculiar/x509 asks for the reflection polyfill before it is loaded.
import "reflect-metadata";
import { BasicConstraintsExtension, X509CertificateGenerator } from "@peculiar/x509";
import type { Emulator } from "../../src/emulator/server.js";
import { CertificateAuthority, lifelong, type Validity } from "../../src/x509/authority.js";
import { createKeyPair, type KeyPair, privateKeyPem } from "../../src/x509/keys.js";
import { createCertificateRequest, readCertificateRequest, signingAlgorithm } from "../../src/x509/request.js";
import { bearer, type RawAnswer, rawCall } from "./emulator.js";

/** A certificate and its private key, both PEM: what TLS options call `cert` and `key`. */
export interface Credential {
  readonly cert: string;
  readonly key: string;
}

export interface TestAuthority {
  /** The authority's certificate, PEM: what TLS options call `ca`. */
  readonly ca: string;
  /** A server's credential for these host names and addresses. */
  server(hosts?: readonly string[], validity?: Validity): Promise<Credential>;
  /** A client's credential. */
  client(commonName?: string, validity?: Validity): Promise<Credential>;
}

/** Lives of certificates by the machine's clock, which is what TLS goes by. */
export const lives = {
  valid: lifelong,
  expired: { notBefore: new Date("2001-01-01"), notAfter: new Date("2001-01-02") },
  notYetValid: { notBefore: new Date("2098-01-01"), notAfter: new Date("2098-01-02") },
} as const;

/** Valid by `now`, and for so many days more. */
export function validFor(days: number, now = Date.now()): Validity {
  return { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + days * 86_400_000) };
}

/** An authority of its own with EC keys, which are quick to make. */
export async function createTestAuthority(name = "Test CA"): Promise<TestAuthority> {
  const authority = await CertificateAuthority.create(name);
  return {
    ca: authority.certificate,
    async server(hosts = ["localhost", "127.0.0.1", "::1"], validity = lives.valid) {
      const keys = await createKeyPair("ec-p256");
      return { cert: await authority.issueServer(hosts, keys, validity), key: privateKeyPem(keys) };
    },
    async client(commonName = "test client", validity = lives.valid) {
      const keys = await createKeyPair("ec-p256");
      const request = await readCertificateRequest(await createCertificateRequest(commonName, keys));
      if (!request) throw new Error("the request cannot be read");
      return { cert: await authority.issueClient(request, validity), key: privateKeyPem(keys) };
    },
  };
}

/** A server's credential that nobody else signed. */
export async function selfSigned(): Promise<Credential> {
  const keys = await createKeyPair("ec-p256");
  const cert = await X509CertificateGenerator.createSelfSigned({
    ...lives.valid,
    ...signing(keys),
    keys,
    name: "CN=a",
  });
  return { cert: cert.toString("pem"), key: privateKeyPem(keys) };
}

/** A server's credential with the certificate of its issuer, which somebody issued who is not in the chain. */
export async function withoutRoot(): Promise<Credential> {
  const [root, middle, leaf] = await Promise.all(["", "", ""].map(() => createKeyPair("ec-p256")));
  if (!root || !middle || !leaf) throw new Error("no keys");
  const middleCert = await X509CertificateGenerator.create({
    ...lives.valid,
    ...signing(root),
    publicKey: middle.publicKey,
    subject: "CN=middle",
    issuer: "CN=root",
    signingKey: root.privateKey,
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  });
  const leafCert = await X509CertificateGenerator.create({
    ...lives.valid,
    ...signing(middle),
    publicKey: leaf.publicKey,
    subject: "CN=leaf",
    issuer: "CN=middle",
    signingKey: middle.privateKey,
  });
  return { cert: `${leafCert.toString("pem")}\n${middleCert.toString("pem")}\n`, key: privateKeyPem(leaf) };
}

function signing(keys: KeyPair) {
  return { signingAlgorithm: signingAlgorithm(keys) };
}

/** A signing request (PEM) and the private key (PEM) that signed it. */
export async function createTestRequest(
  commonName = "test client",
): Promise<{ readonly csr: string; readonly key: string; readonly keys: KeyPair }> {
  const keys = await createKeyPair("ec-p256");
  return { csr: await createCertificateRequest(commonName, keys), key: privateKeyPem(keys), keys };
}

/** Asks the emulator for a certificate. */
export function postRequest(emulator: Emulator, name: string, csr: string): Promise<RawAnswer> {
  return rawCall(emulator, "POST /__emulator/certificates", {
    headers: bearer(emulator.controlKey),
    body: { name, csr },
  });
}

/** A credential that the emulator issued. */
export async function issue(emulator: Emulator, name: string): Promise<Credential> {
  const { csr, key } = await createTestRequest(name);
  return { cert: JSON.parse((await postRequest(emulator, name, csr)).text).certificate, key };
}
