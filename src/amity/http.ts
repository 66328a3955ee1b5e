import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import got from "got";
import { connectTimeoutMs } from "../system/connect-timeout.js";
import { directEgress, type Egress, type TlsIdentity, verifying } from "../system/egress.js";
import { ProxyError } from "../system/forward-proxy.js";
import { version } from "../system/version.js";
import { decodeBody } from "./body.js";
import { createPools } from "./pools.js";

/** Amity's answers are a few kilobytes; more is a fault or an attack. Bytes. */
const maxResponseBytes = 262_144;

export interface UpstreamRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Path and query below the base URL, already encoded, without a leading slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Time for the whole exchange, the body included. Milliseconds. */
  readonly timeoutMs: number;
  /** Nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
  /** Opens a connection of its own: the kept ones may all be dead. */
  readonly freshConnection?: boolean;
}

export interface UpstreamResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * How an exchange failed before it gave a whole answer: `broken` off in the middle of one, or a whole one that is
 * `malformed` as HTTP, too large, encoded or not UTF-8.
 */
export type TransportFault = "timeout" | "unreachable" | "broken" | "malformed" | "cancelled";

/** How far it had come: nothing `connected`, so nothing can have been processed; `sent`; or `answering`. */
export type TransportPhase = "connecting" | "sent" | "answering";

/** Holds the kind of fault and nothing of the request: got's own errors carry the secret headers. */
export class TransportError extends Error {
  override readonly name = "TransportError";

  constructor(
    readonly fault: TransportFault,
    readonly phase: TransportPhase,
    /** A kept connection that the other side may have closed just before. */
    readonly reusedConnection: boolean,
    /** The proxy that was at fault, and not the host behind it. */
    readonly proxyError?: ProxyError,
  ) {
    super(`upstream exchange failed: ${fault} while ${phase}`);
  }
}

export interface TransportOptions {
  readonly identity: TlsIdentity;
  /** How long a connection is kept that has nothing to do. Milliseconds. */
  readonly idleMs: number;
  /** The way to the host; straight unless given. */
  readonly egress?: Egress;
}

/** One region's HTTP connection pool for one TLS identity. */
export interface Transport {
  /** Sends one request, once. Any status is an answer; redirects are not followed. Throws TransportError. */
  send(request: UpstreamRequest): Promise<UpstreamResponse>;
  /** Closes idle connections now, and others when their exchange ends. */
  retire(): void;
  /** Closes all connections now. */
  close(): void;
}

/**
 * The region's transport: got in its stream form, which costs half of its promise form, with every convenience off.
 * Retries, redirects, decompression and status handling would each act on our secrets or our deadlines.
 */
export function createTransport(
  baseUrl: URL,
  { identity, idleMs, egress = directEgress }: TransportOptions,
): Transport {
  const pools = createPools(egress, idleMs);
  const { ca, cert, key } = identity;
  const client = got.extend({
    agent: pools.kept,
    decompress: false,
    followRedirect: false,
    retry: { limit: 0 },
    throwHttpErrors: false,
    https: {
      ...verifying,
      ...(ca && { certificateAuthority: [...ca] }),
      ...(cert !== undefined && { certificate: cert }),
      ...(key !== undefined && { key }),
    },
    headers: {
      accept: "application/json, text/plain",
      "accept-encoding": "identity",
      "user-agent": `amity-graphql/${version}`,
    },
  });
  const isTls = baseUrl.protocol === "https:";
  return {
    send(request) {
      const stream = client.stream(new URL(request.path, baseUrl), {
        method: request.method,
        headers: request.headers,
        timeout: { ...connectLimits, request: request.timeoutMs },
        ...(request.freshConnection && { agent: pools.fresh }),
        // A POST or DELETE stream without a body waits for one for ever.
        ...(request.method !== "GET" && { body: request.body ?? "" }),
      });
      return readAnswer(stream, { isTls, proxy: egress.proxy }, request);
    },
    retire: pools.retire,
    close: pools.close,
  };
}

const connectLimits = { lookup: connectTimeoutMs, connect: connectTimeoutMs, secureConnect: connectTimeoutMs } as const;

type GotStream = ReturnType<typeof got.stream>;

/** How the stream's connection is made. */
type Way = Pick<Egress, "proxy"> & { readonly isTls: boolean };

function readAnswer(
  stream: GotStream,
  way: Way,
  { signal, timeoutMs }: Pick<UpstreamRequest, "signal" | "timeoutMs">,
): Promise<UpstreamResponse> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let sent: ClientRequest | undefined;
    const cancel = () => fail("cancelled");
    // got's own limit is heard when the proxy has connected or failed to, and not before.
    const timer = way.proxy && setTimeout(() => fail("timeout"), timeoutMs);
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
    };
    const fail = (fault: TransportFault, cause?: unknown) => {
      settle();
      stream.destroy();
      const isReused = sent?.reusedSocket ?? false;
      const phase = phaseOf(stream, way, isReused);
      const isLate = fault === "timeout" && phase === "connecting";
      const late = isLate && way.proxy ? new ProxyError("PROXY_TIMEOUT", way.proxy.name) : undefined;
      reject(new TransportError(fault, phase, isReused, cause instanceof ProxyError ? cause : late));
    };
    stream.on("request", (request: ClientRequest) => {
      sent = request;
    });
    stream.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxResponseBytes) fail("malformed");
      else chunks.push(chunk);
    });
    stream.on("error", (error: Error & { code?: string }) => {
      fail(faultOf(error, stream.response !== undefined), error.cause);
    });
    // Nobody asked for another protocol; Node hands its socket over and forgets about it.
    stream.on("upgrade", (_response: IncomingMessage, socket: Duplex) => {
      socket.on("error", () => {}).destroy();
      fail("malformed");
    });
    stream.on("close", () => fail("broken"));
    stream.on("end", () => {
      settle();
      const { response } = stream;
      const text = response && decodeBody(response.headers, chunks);
      if (text === undefined) return fail("malformed");
      resolve({ status: response?.statusCode ?? 0, headers: response?.headers ?? {}, text });
    });
    if (signal?.aborted) cancel();
    else signal?.addEventListener("abort", cancel, { once: true });
  });
}

function phaseOf(stream: GotStream, { isTls, proxy }: Way, isReused: boolean): TransportPhase {
  if (stream.response) return "answering";
  if (isReused) return "sent";
  // Through a proxy, a request gets a connection whose TLS handshake is over.
  const connectedAt = isTls && !proxy ? stream.timings?.secureConnect : stream.timings?.connect;
  return connectedAt === undefined ? "connecting" : "sent";
}

function faultOf(error: Error & { code?: string }, answering: boolean): TransportFault {
  if (error.code === "ETIMEDOUT" || error.code === "PROXY_TIMEOUT") return "timeout";
  if (error.code?.startsWith("HPE_")) return "malformed";
  return answering ? "broken" : "unreachable";
}
