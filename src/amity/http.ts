import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request as makeRequest } from "node:http";
import type { Duplex } from "node:stream";
import { urlToHttpOptions } from "node:url";
import got, { type HandlerFunction, Options, type Request, type RequestFunction } from "got";
import { reasonOf } from "../errors/reason-of.js";
import type { Reason } from "../errors/reasons.js";
import type { CancelSignal } from "../system/cancellation.js";
import { connectTimeoutMs } from "../system/connect-timeout.js";
import { directEgress, type Egress, type TlsIdentity } from "../system/egress.js";
import { ProxyError } from "../system/forward-proxy.js";
import { merged } from "../system/merged.js";
import { version } from "../system/version.js";
import { decodeBody } from "./body.js";
import { type Agents, createPools } from "./pools.js";
import { faultOf, TransportError, type TransportFault } from "./transport-error.js";
import { phaseOf, type Way } from "./transport-phase.js";

/** Amity's answers are a few kilobytes; more is a fault or an attack. Bytes. */
const maxResponseBytes = 262_144;

export interface UpstreamRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path and query below the base URL, already encoded, without a leading slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Time for the whole exchange, the body included. Milliseconds. */
  readonly timeoutMs: number;
  /** Nobody waits for the answer any more. */
  readonly signal?: CancelSignal | undefined;
  /** Opens a connection of its own: the kept ones may all be dead. */
  readonly freshConnection?: boolean;
}

export interface UpstreamResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
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
 * Retries, redirects, decompression and status handling would each act on our secrets or our deadlines. Its options are
 * made once, since to make them takes as long as all that Node does for a request.
 */
export function createTransport(
  baseUrl: URL,
  { identity, idleMs, egress = directEgress }: TransportOptions,
): Transport {
  const pools = createPools(egress, identity, idleMs);
  const kept = new Options({ ...plain, request: requestTo(baseUrl, pools.kept) });
  const fresh = new Options({ ...plain, request: requestTo(baseUrl, pools.fresh) });
  return {
    send(request) {
      const options = request.freshConnection ? fresh : kept;
      options.url = new URL(request.path, baseUrl);
      options.method = request.method;
      options.headers = merged(usualHeaders, request.headers);
      options.timeout = { request: request.timeoutMs, ...connectLimits };
      // A POST or DELETE stream without a body waits for one for ever.
      options.body = request.method === "GET" ? undefined : (request.body ?? "");
      // It copies them before it returns.
      const stream = client(undefined, undefined, options) as Request;
      return readAnswer(stream, { baseUrl, proxy: egress.proxy }, request);
    },
    retire: pools.retire,
    close: pools.close,
  };
}

const usualHeaders = {
  accept: "application/json, text/plain",
  "accept-encoding": "identity",
  "user-agent": `amity-graphql/${version}`,
} as const;

const plain = {
  isStream: true,
  decompress: false,
  followRedirect: false,
  retry: { limit: 0 },
  throwHttpErrors: false,
} as const;

/**
 * got gathers some thirty options for Node in a way that makes V8 build hidden classes for each request: 35 us, and
 * 15 kB that only a full collection takes away. Two of them are of use.
 */
const withFewOptions: HandlerFunction = (options, next) => {
  options.createNativeRequestOptions = fewOptions as Options["createNativeRequestOptions"];
  return next(options);
};

function fewOptions(this: Options): Pick<Options, "method" | "headers"> {
  return { method: this.method, headers: this.headers };
}

const client = got.extend({ handlers: [withFewOptions] });

/** What TLS needs, and whether there is TLS at all, the agents know. */
function requestTo(baseUrl: URL, { http, https }: Agents): RequestFunction {
  const { protocol, hostname, port } = urlToHttpOptions(baseUrl);
  const agent = protocol === "https:" ? https : http;
  return ({ pathname, search }, { method, headers }) =>
    makeRequest({ protocol, hostname, port, path: pathname + search, method, headers, agent });
}

const connectLimits = { lookup: connectTimeoutMs, connect: connectTimeoutMs, secureConnect: connectTimeoutMs } as const;

function readAnswer(
  stream: Request,
  way: Way,
  { signal, timeoutMs }: Pick<UpstreamRequest, "signal" | "timeoutMs">,
): Promise<UpstreamResponse> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let sent: ClientRequest | undefined;
    const cancel = () => fail("cancelled");
    // got's own limit is heard when the proxy has connected or failed to, and not before.
    const timer = way.proxy && setTimeout(() => fail("timeout", "timeout"), timeoutMs);
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
    };
    const fail = (fault: TransportFault, reason?: Reason, error?: Error) => {
      settle();
      stream.destroy();
      const isReused = sent?.reusedSocket ?? false;
      const phase = phaseOf(stream, way, isReused, error);
      const isLate = fault === "timeout" && phase === "connect";
      const late = isLate && way.proxy ? new ProxyError("PROXY_TIMEOUT", way.proxy.name) : undefined;
      const proxyError = error?.cause instanceof ProxyError ? error.cause : late;
      reject(new TransportError(fault, phase, isReused, proxyError?.reason ?? reason, proxyError?.message));
    };
    stream.on("request", (request: ClientRequest) => {
      sent = request;
    });
    stream.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxResponseBytes) fail("malformed", "too large");
      else chunks.push(chunk);
    });
    stream.on("error", (error) => {
      const reason = reasonOf(error, "unknown fault");
      fail(faultOf(reason, stream.response !== undefined), reason, error);
    });
    // Nobody asked for another protocol; Node hands its socket over and forgets about it.
    stream.on("upgrade", (_response: IncomingMessage, socket: Duplex) => {
      socket.on("error", () => {}).destroy();
      fail("malformed", "malformed HTTP");
    });
    stream.on("close", () => fail("broken", "ECONNRESET"));
    stream.on("end", () => {
      settle();
      const { response } = stream;
      if (!response) return fail("malformed", "malformed HTTP");
      try {
        const text = decodeBody(response.headers, chunks);
        resolve({ status: response.statusCode, headers: response.headers, text });
      } catch (error) {
        fail("malformed", reasonOf(error, "not UTF-8"));
      }
    });
    if (signal?.aborted) cancel();
    else signal?.addEventListener("abort", cancel);
  });
}
