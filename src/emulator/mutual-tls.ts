import type { ServerOptions } from "node:https";
import type { WallClock } from "../system/clock.js";
import { CertificateAuthority } from "../x509/authority.js";
import { createKeyPair, privateKeyPem } from "../x509/keys.js";
import { ClientCertificates } from "./client-certificates.js";
import { authorityName, type CertificateRefusal } from "./options.js";

const longAgo = { notBefore: new Date("2000-01-01"), notAfter: new Date("2000-01-02") };

/** How the TLS side of an emulator behaves. */
export interface MutualTlsRules {
  /** The address it listens on. */
  readonly host: string;
  readonly refusal: CertificateRefusal;
  readonly certificateLifetimeMs: number;
  /** Whether its own server certificate ended long ago. */
  readonly expiredServer: boolean;
  readonly now: WallClock;
}

/** The TLS side of an emulator. */
export interface MutualTls {
  /** Certificate of the authority, PEM. */
  readonly ca: string;
  readonly server: ServerOptions;
  readonly certificates: ClientCertificates;
  readonly refusal: CertificateRefusal;
}

/** Makes an authority in memory, and the server certificate that it issues. */
export async function createMutualTls(rules: MutualTlsRules): Promise<MutualTls> {
  const authority = await CertificateAuthority.create(authorityName);
  const ca = authority.certificate;
  const keys = await createKeyPair("ec-p256");
  const hosts = [...new Set(["localhost", "127.0.0.1", "::1", rules.host])];
  const cert = await authority.issueServer(hosts, keys, rules.expiredServer ? longAgo : undefined);
  return {
    ca,
    // Every client gets through the handshake, since the users' own routes are open; the others look for themselves.
    server: { key: privateKeyPem(keys), cert, ca, requestCert: true, rejectUnauthorized: false },
    certificates: new ClientCertificates(authority, rules.certificateLifetimeMs, rules.now),
    refusal: rules.refusal,
  };
}
