import { type ClientRequest, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { TransportPhase } from "../amity/transport-error.js";
import { reasonOf } from "../errors/reason-of.js";
import type { Reason } from "../errors/reasons.js";
import type { WallClock } from "../system/clock.js";
import { connectTimeoutMs } from "../system/connect-timeout.js";
import type { Egress, TlsIdentity } from "../system/egress.js";
import { ProxyError } from "../system/forward-proxy.js";
import { version } from "../system/version.js";

/** How far the exchange has come. */
export type Phase = Extract<TransportPhase, "connect" | "tls" | "answer">;

export interface ProbeFailure {
  readonly phase: Phase;
  readonly reason: Reason;
  /** What the server said when it broke the TLS connection off, such as `certificate required`. */
  readonly alert?: string | undefined;
  /** The names in a certificate that is another host's. */
  readonly names?: string | undefined;
  /** The proxy's, and not the server's. */
  readonly proxyError?: ProxyError | undefined;
}

export interface TlsFacts {
  readonly protocol: string;
  /** End of the server's certificate. Milliseconds since the epoch. */
  readonly notAfter: number;
  readonly asksForCertificate: boolean;
}

/** What one exchange told of a server. */
export interface Probe {
  readonly failure?: ProbeFailure;
  /** Absent before the end of the handshake, and for plain HTTP. */
  readonly tls?: TlsFacts;
  /** The server's Date header against our clock; absent without an answer or without the header. Milliseconds. */
  readonly skewMs?: number;
}

export interface ProbeTools {
  readonly identity: TlsIdentity;
  readonly egress: Egress;
  readonly now: WallClock;
  /** Time for each phase. Milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Connects as the gateway would, and asks for the head of the base URL, which needs no key. Certificates are verified:
 * what the gateway would refuse fails here too.
 */
export function probe(url: URL, { identity, egress, now, timeoutMs }: ProbeTools): Promise<Probe> {
  return new Promise((resolve) => {
    const isTls = url.protocol === "https:";
    const request = open(url, identity, egress);
    // A tunnel comes with its TLS handshake done, and what the proxy gets wrong says so itself.
    let phase: Phase = egress.proxy ? "tls" : "connect";
    let tls: TlsFacts | undefined;
    let askedAt = 0;
    // The proxy and the handshake behind it have limits of their own, in turn.
    const timer = setTimeout(
      () => end({ phase, reason: "timeout" }),
      egress.proxy ? 2 * connectTimeoutMs + timeoutMs : timeoutMs,
    );
    const enter = (next: Phase) => {
      phase = next;
      askedAt = now();
      timer.refresh();
    };
    const end = (failure?: ProbeFailure, skewMs?: number) => {
      clearTimeout(timer);
      request.destroy();
      resolve({ ...(failure && { failure }), ...(tls && { tls }), ...(skewMs !== undefined && { skewMs }) });
    };
    const onTls = (socket: Socket) => {
      tls = socket instanceof TLSSocket ? factsOf(socket) : undefined;
      enter("answer");
    };
    request.on("socket", (socket) => {
      if (egress.proxy) return onTls(socket);
      socket.once("connect", () => enter(isTls ? "tls" : "answer"));
      socket.once("secureConnect", () => onTls(socket));
    });
    request.on("response", ({ headers }) => end(undefined, skewOf(headers, (askedAt + now()) / 2)));
    request.on("error", (error) => end(failureOf(phase, error)));
    request.end();
  });
}

function open(url: URL, { ca, cert, key }: TlsIdentity, egress: Egress): ClientRequest {
  const options = { method: "HEAD", headers: { "user-agent": `amity-graphql/${version} doctor` } };
  if (url.protocol === "http:") return httpRequest(url, { ...options, agent: false });
  const agent = egress.createAgent({});
  return httpsRequest(url, { ...options, agent, ...(ca && { ca: [...ca] }), cert, key });
}

function factsOf(socket: TLSSocket): TlsFacts {
  const certificate = socket.getPeerX509Certificate();
  return {
    protocol: socket.getProtocol() ?? "TLS",
    notAfter: certificate ? Date.parse(certificate.validTo) : 0,
    // A server names signature algorithms to a client only in its request for a certificate (RFC 8446, 4.3.2).
    asksForCertificate: socket.getSharedSigalgs().length > 0,
  };
}

function failureOf(phase: Phase, error: Error): ProbeFailure {
  const alert = /alert ([a-z ]+)/.exec(error.message)?.[1];
  const { cert } = error as Error & { cert?: { subjectaltname?: string } };
  return {
    phase,
    reason: reasonOf(error, "unknown fault"),
    alert,
    names: cert?.subjectaltname,
    proxyError: error instanceof ProxyError ? error : undefined,
  };
}

const halfSecondMs = 500;

/** A Date header is cut to whole seconds, and a cache's answer is older than its date by its Age. */
function skewOf({ date, age }: ClientRequestHeaders, localTime: number): number | undefined {
  const serverTime = Date.parse(date ?? "") + 1_000 * (Number(age) || 0) + halfSecondMs;
  return Number.isNaN(serverTime) ? undefined : serverTime - localTime;
}

type ClientRequestHeaders = { readonly date?: string | undefined; readonly age?: string | undefined };
