import { X509Certificate } from "node:crypto";
import type { WallClock } from "../system/clock.js";
import type { CertificateAuthority } from "../x509/authority.js";
import { readCertificateRequest } from "../x509/request.js";
import { AmityError } from "./errors.js";

/** A network has at most so many: the one in use and its successor (docs.social.plus Security page). */
const maxCertificates = 2;

/** A client certificate that is not disabled. */
export interface IssuedCertificate {
  readonly name: string;
  /** PEM. */
  readonly certificate: string;
  /** The last moment of its life, ISO 8601. */
  readonly notAfter: string;
}

/** The client certificates of one network: what Amity's console issues from signing requests. */
export class ClientCertificates {
  readonly #authority: CertificateAuthority;
  readonly #lifetimeMs: number;
  readonly #now: WallClock;
  readonly #byName = new Map<string, { readonly issued: IssuedCertificate; readonly parsed: X509Certificate }>();

  constructor(authority: CertificateAuthority, lifetimeMs: number, now: WallClock) {
    this.#authority = authority;
    this.#lifetimeMs = lifetimeMs;
    this.#now = now;
  }

  /**
   * Signs a request (PEM) for as long as a certificate lives. Refuses with invalidParameters when the request is
   * unreadable or not signed by its own key, and with conflict when the name is taken or the network has two
   * certificates.
   */
  async issue(name: string, csr: string): Promise<IssuedCertificate> {
    const request = await readCertificateRequest(csr);
    if (!request) {
      throw new AmityError("invalidParameters", ["The 'csr' field must be a PEM certificate signing request."]);
    }
    const now = this.#now();
    const validity = { notBefore: new Date(now), notAfter: new Date(now + this.#lifetimeMs) };
    const certificate = await this.#authority.issueClient(request, validity);
    this.#checkRoom(name); // after the last wait, so that two requests at once cannot both take the last place
    const parsed = new X509Certificate(certificate);
    const issued = { name, certificate, notAfter: new Date(parsed.validTo).toISOString() };
    this.#byName.set(name, { issued, parsed });
    return issued;
  }

  /** All that are not disabled, the oldest first. */
  list(): IssuedCertificate[] {
    return [...this.#byName.values()].map(({ issued }) => issued);
  }

  /** Ends a certificate; certificateNotFound is thrown when none has the name. */
  disable(name: string): void {
    if (!this.#byName.delete(name)) throw new AmityError("certificateNotFound");
  }

  /** Is this one of ours, byte for byte, and alive? That the client holds its key is proved by the TLS handshake. */
  accepts(shown: X509Certificate | undefined): boolean {
    if (!shown) return false;
    const now = this.#now();
    return [...this.#byName.values()].some(
      ({ parsed }) =>
        parsed.raw.equals(shown.raw) && Date.parse(parsed.validFrom) <= now && now <= Date.parse(parsed.validTo),
    );
  }

  #checkRoom(name: string): void {
    if (this.#byName.has(name)) throw new AmityError("conflict", ["The name is taken."]);
    if (this.#byName.size >= maxCertificates) {
      throw new AmityError("conflict", [`There are ${maxCertificates} certificates already.`]);
    }
  }
}
