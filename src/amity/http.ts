import { type ClientRequest, Agent as HttpAgent, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import got from "got";
import { version } from "../system/version.js";
import { decodeBody } from "./body.js";

/** Amity's answers are a few kilobytes; more is a fault or an attack. Bytes. */
const maxResponseBytes = 262_144;
/** A host that does not take a connection within this time takes none. Milliseconds. */
const connectTimeoutMs = 2_000;

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
  ) {
    super(`upstream exchange failed: ${fault} while ${phase}`);
  }
}

/** What TLS needs beyond Node's defaults. */
export interface TlsIdentity {
  /** Certificates to trust, Node's own among them; undefined: Node's own alone. PEM. */
  readonly ca?: readonly string[] | undefined;
  /** The client's certificate and private key. PEM. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface TransportOptions {
  readonly identity: TlsIdentity;
  /** How long a connection is kept that has nothing to do. Milliseconds. */
  readonly idleMs: number;
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
export function createTransport(baseUrl: URL, { identity, idleMs }: TransportOptions): Transport {
  const agentOptions = { keepAlive: true, scheduling: "lifo" } as const;
  const agent = { http: new HttpAgent(agentOptions), https: new HttpsAgent(agentOptions) };
  for (const pool of [agent.http, agent.https]) {
    // The agent closes a free socket that times out, and lets one in use be.
    pool.on("free", (socket: Socket) => socket.setTimeout(idleMs));
  }
  const { ca, cert, key } = identity;
  const client = got.extend({
    agent,
    decompress: false,
    followRedirect: false,
    retry: { limit: 0 },
    throwHttpErrors: false,
    https: {
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
  return {
    send(request) {
      const stream = client.stream(new URL(request.path, baseUrl), {
        method: request.method,
        headers: request.headers,
        timeout: {
          lookup: connectTimeoutMs,
          connect: connectTimeoutMs,
          secureConnect: connectTimeoutMs,
          request: request.timeoutMs,
        },
        ...(request.freshConnection && { agent: { http: false, https: false } }),
        // A POST or DELETE stream without a body waits for one for ever.
        ...(request.method !== "GET" && { body: request.body ?? "" }),
      });
      return readAnswer(stream, baseUrl.protocol === "https:", request.signal);
    },
    retire() {
      for (const pool of [agent.http, agent.https]) {
        pool.maxFreeSockets = 0;
        for (const socket of Object.values(pool.freeSockets).flat()) socket?.destroy();
      }
    },
    close() {
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}

type GotStream = ReturnType<typeof got.stream>;

function readAnswer(stream: GotStream, isTls: boolean, signal: AbortSignal | undefined): Promise<UpstreamResponse> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let sent: ClientRequest | undefined;
    const cancel = () => fail("cancelled");
    const fail = (fault: TransportFault) => {
      signal?.removeEventListener("abort", cancel);
      stream.destroy();
      const isReused = sent?.reusedSocket ?? false;
      reject(new TransportError(fault, phaseOf(stream, isTls, isReused), isReused));
    };
    stream.on("request", (request: ClientRequest) => {
      sent = request;
    });
    stream.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxResponseBytes) fail("malformed");
      else chunks.push(chunk);
    });
    stream.on("error", (error: Error & { code?: string }) => fail(faultOf(error, stream.response !== undefined)));
    // Nobody asked for another protocol; Node hands its socket over and forgets about it.
    stream.on("upgrade", (_response: IncomingMessage, socket: Duplex) => {
      socket.on("error", () => {}).destroy();
      fail("malformed");
    });
    stream.on("close", () => fail("broken"));
    stream.on("end", () => {
      signal?.removeEventListener("abort", cancel);
      const { response } = stream;
      const text = response && decodeBody(response.headers, chunks);
      if (text === undefined) return fail("malformed");
      resolve({ status: response?.statusCode ?? 0, headers: response?.headers ?? {}, text });
    });
    if (signal?.aborted) cancel();
    else signal?.addEventListener("abort", cancel, { once: true });
  });
}

function phaseOf(stream: GotStream, isTls: boolean, isReused: boolean): TransportPhase {
  if (stream.response) return "answering";
  if (isReused) return "sent";
  const connectedAt = isTls ? stream.timings?.secureConnect : stream.timings?.connect;
  return connectedAt === undefined ? "connecting" : "sent";
}

function faultOf(error: Error & { code?: string }, answering: boolean): TransportFault {
  if (error.name === "TimeoutError") return "timeout";
  if (error.code?.startsWith("HPE_")) return "malformed";
  return answering ? "broken" : "unreachable";
}
