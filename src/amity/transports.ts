import type { WallClock } from "../system/clock.js";
import { directEgress, type Egress } from "../system/egress.js";
import type { Reloading } from "../system/reloading-file.js";
import { type CertificatePair, choosePair } from "./client-certificate.js";
import { createTransport, type Transport } from "./http.js";

/** Shorter than the idle time of common servers (5 s), so that few kept connections are dead. Milliseconds. */
const idleMs = 4_000;
/** A session is not registered again when its connection turns out dead, so one hardly used is kept less long. */
const registeringIdleMs = 1_000;

/** What the operator gave for mutual TLS; one for all regions. */
export interface MutualTls {
  /** Node's own root certificates and the operator's; undefined: Node's own. PEM. */
  readonly ca: readonly string[] | undefined;
  /** Those of one place after those of another, the preferred first. None: no client certificate. */
  readonly pairs: readonly Reloading<readonly CertificatePair[]>[];
}

/**
 * A region's connection pools. Amity asks for a client certificate where tokens are minted and admins act (its Security
 * page); sessions are registered without one, so they have a pool of their own.
 * What it shuts opens again by itself: a client certificate before its time.
 */
export class Transports {
  readonly #open: Transport;
  #protected: { pair: CertificatePair | undefined; transport: Transport } | undefined;

  constructor(
    private readonly baseUrl: URL,
    private readonly mutualTls: MutualTls,
    private readonly now: WallClock,
    private readonly egress: Egress = directEgress,
  ) {
    this.#open = createTransport(baseUrl, { identity: { ca: mutualTls.ca }, idleMs: registeringIdleMs, egress });
  }

  /** For routes that need no client certificate: sessions are registered over it. */
  get open(): Transport {
    return this.#open;
  }

  /** For routes that need one. A new certificate gets a new pool; exchanges on the old one come to their end. */
  async protected(): Promise<Transport> {
    const pairs = await Promise.all(this.mutualTls.pairs.map((source) => source.current()));
    const pair = choosePair(pairs.flat(), this.now());
    if (!this.#protected || this.#protected.pair !== pair) {
      this.#protected?.transport.retire();
      const identity = { ca: this.mutualTls.ca, cert: pair?.cert, key: pair?.key };
      this.#protected = { pair, transport: createTransport(this.baseUrl, { identity, idleMs, egress: this.egress }) };
    }
    return this.#protected.transport;
  }

  close(): void {
    this.#open.close();
    this.#protected?.transport.close();
  }
}
