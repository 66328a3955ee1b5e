import type { Reason } from "../errors/reasons.js";

/**
 * How an exchange failed before it gave a whole answer: this process is `exhausted` and opens no connection; an answer
 * `broken` off in the middle, or a whole one that is `malformed` as HTTP, too large, encoded or not UTF-8.
 */
export type TransportFault = "timeout" | "unreachable" | "exhausted" | "broken" | "malformed" | "cancelled";

/**
 * How far it had come: looking up the host, connecting, in the TLS handshake, with the request on its way, or within
 * the answer.
 */
export type TransportPhase = "lookup" | "connect" | "tls" | "request" | "answer";

/** Was nothing of the request sent, so that nothing can have been processed? */
export function isBeforeRequest(phase: TransportPhase): boolean {
  return phase === "lookup" || phase === "connect" || phase === "tls";
}

/** Holds the kind of fault, its reason and nothing of the request: got's own errors carry the secret headers. */
export class TransportError extends Error {
  override readonly name = "TransportError";

  constructor(
    readonly fault: TransportFault,
    readonly phase: TransportPhase,
    /** A kept connection that the other side may have closed just before. */
    readonly reusedConnection: boolean,
    readonly reason: Reason = "unknown fault",
    /** Which proxy was at fault, and how. Holds nothing secret. */
    readonly problem?: string,
  ) {
    super(`upstream exchange failed: ${fault} in the phase ${phase}`);
  }
}

/** Did the host's name lead to no address? */
export function isLookupError(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : undefined;
  return typeof cause === "object" && cause !== null && "syscall" in cause && cause.syscall === "getaddrinfo";
}

/** The kind of fault that a reason is. `answering`: an answer had begun. */
export function faultOf(reason: Reason, answering: boolean): TransportFault {
  if (reason === "timeout" || reason === "PROXY_TIMEOUT") return "timeout";
  if (reason === "EMFILE") return "exhausted";
  if (reason === "malformed HTTP") return "malformed";
  return answering ? "broken" : "unreachable";
}
