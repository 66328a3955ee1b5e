import { Agent as HttpAgent, type IncomingHttpHeaders } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import got from "got";
import { version } from "../system/version.js";

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
}

export interface UpstreamResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** How an exchange failed before it gave a whole answer. */
export type TransportFault = "timeout" | "unreachable" | "malformed";

/** Holds the kind of fault and nothing of the request: got's own errors carry the secret headers. */
export class TransportError extends Error {
  override readonly name = "TransportError";

  constructor(readonly fault: TransportFault) {
    super(`upstream exchange failed: ${fault}`);
  }
}

/** One region's HTTP connection pool. */
export interface Transport {
  /** Sends one request, once. Any status is an answer; redirects are not followed. Throws TransportError. */
  send(request: UpstreamRequest): Promise<UpstreamResponse>;
  /** Closes the idle connections. */
  close(): void;
}

/**
 * The region's transport: got in its stream form, which costs half of its promise form, with every convenience off.
 * Retries, redirects, decompression and status handling would each act on our secrets or our deadlines.
 */
export function createTransport(baseUrl: URL): Transport {
  const agentOptions = { keepAlive: true, scheduling: "lifo" } as const;
  const agent = { http: new HttpAgent(agentOptions), https: new HttpsAgent(agentOptions) };
  const client = got.extend({
    agent,
    decompress: false,
    followRedirect: false,
    retry: { limit: 0 },
    throwHttpErrors: false,
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
        // A POST or DELETE stream without a body waits for one for ever.
        ...(request.method !== "GET" && { body: request.body ?? "" }),
      });
      return readAnswer(stream);
    },
    close() {
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}

type GotStream = ReturnType<typeof got.stream>;

function readAnswer(stream: GotStream): Promise<UpstreamResponse> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (fault: TransportFault) => {
      stream.destroy();
      reject(new TransportError(fault));
    };
    stream.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxResponseBytes) fail("malformed");
      else chunks.push(chunk);
    });
    stream.on("error", (error: Error & { code?: string }) => fail(faultOf(error, stream.response !== undefined)));
    stream.on("end", () => {
      const { response } = stream;
      const text = response && decodeBody(response.headers, chunks);
      if (text === undefined) return fail("malformed");
      resolve({ status: response?.statusCode ?? 0, headers: response?.headers ?? {}, text });
    });
  });
}

/** Text of the body, or undefined when it is encoded (we asked for identity) or not UTF-8. */
function decodeBody(headers: IncomingHttpHeaders, chunks: Buffer[]): string | undefined {
  if ((headers["content-encoding"] ?? "identity") !== "identity") return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    return undefined;
  }
}

/** An answer that broke off or that Node's HTTP parser refused is malformed; what never answered is unreachable. */
function faultOf(error: Error & { code?: string }, answering: boolean): TransportFault {
  if (error.name === "TimeoutError") return "timeout";
  return answering || error.code?.startsWith("HPE_") ? "malformed" : "unreachable";
}
