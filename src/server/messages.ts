import type { IncomingHttpHeaders } from "node:http";
import type { CancelSignal } from "../system/cancellation.js";

/** A request as plain facts, whichever server it came by. */
export interface HttpRequest {
  readonly method: string;
  /** What was asked for as it was sent: path and query, with their escapes. */
  readonly url: string;
  /**
   * Names in lower case, as Node gives them; but what was sent twice is joined by commas (RFC 9110, 5.3), so that
   * nobody chooses between two credentials or two media types. Host has a count of its own.
   */
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** Such as `1.1`. */
  readonly httpVersion: string;
  /** How many Host headers were sent: `headers` holds the first one. */
  readonly hostCount: number;
  /** The client's, canonical, by a trusted proxy's word where there is one. */
  readonly address: string;
  /** Did it come by a proxy that is trusted? What that says of a trace is believed. */
  readonly isByTrustedProxy?: boolean;
  /** Aborted when the client goes away before it has its answer. */
  readonly signal: CancelSignal;
  /** Has the client gone away by now, before it had its answer? */
  readonly hasLeft: boolean;
  /**
   * Takes in the body; to be called once. Throws AppError PAYLOAD_TOO_LARGE beyond the limit, CANCELLED when the client
   * goes away first.
   */
  readBody(limitBytes: number): Promise<Uint8Array>;
}

/** What a request is answered with. Header names are in lower case. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}
