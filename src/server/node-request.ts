import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError } from "../errors/app-error.js";
import { canonicalAddress } from "../system/address.js";
import { Cancellation, type CancelSignal } from "../system/cancellation.js";
import type { HttpRequest } from "./messages.js";

/** A request that came by Node's HTTP server. */
export class NodeRequest implements HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HttpRequest["headers"];
  readonly httpVersion: string;
  readonly hostCount: number;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #signal: CancelSignal | undefined;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    readonly address: string,
    private readonly isTrusted: (address: string) => boolean = () => false,
  ) {
    this.method = request.method ?? "";
    this.url = request.url ?? "";
    this.headers = headersOf(request);
    this.httpVersion = request.httpVersion;
    this.hostCount = valuesOf("host", request.rawHeaders).length;
    this.#request = request;
    this.#response = response;
  }

  /** Made when it is asked for: most requests end without it. */
  get signal(): CancelSignal {
    this.#signal ??= goneSignal(this.#response);
    return this.#signal;
  }

  get isByTrustedProxy(): boolean {
    return this.isTrusted(canonicalAddress(this.#request.socket.remoteAddress ?? "") ?? "");
  }

  get hasLeft(): boolean {
    return this.#response.destroyed && !this.#response.writableFinished;
  }

  readBody(limitBytes: number): Promise<Uint8Array> {
    return readBody(this.#request, limitBytes);
  }
}

/** Headers that we read, and of which Node keeps the first in silence. */
const keptOnce = ["authorization", "content-type"] as const;

function headersOf({ headers, rawHeaders }: IncomingMessage): HttpRequest["headers"] {
  let joined: HttpRequest["headers"] = headers;
  for (const name of keptOnce) {
    const values = valuesOf(name, rawHeaders);
    if (values.length > 1) joined = { ...joined, [name]: values.join(", ") };
  }
  return joined;
}

/** `headers`: names and values by turns. */
function valuesOf(wanted: string, headers: readonly string[]): string[] {
  const values: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? "";
    if (name.length === wanted.length && name.toLowerCase() === wanted) values.push(headers[i + 1] ?? "");
  }
  return values;
}

/** Aborted when the client closes its connection before it has its answer. */
function goneSignal(response: ServerResponse): CancelSignal {
  const gone = new Cancellation();
  const check = () => {
    if (!response.writableFinished) gone.abort();
  };
  if (response.destroyed) check();
  else response.once("close", check);
  return gone;
}

/**
 * A body in more pieces than this is refused as too large: each costs time of its own, however small it is, and only
 * who means harm sends 100 kB in chunks of a byte.
 */
const mostPieces = 2_000;

/** So many are kept apart, and then joined: a piece of a byte takes hundreds while it waits for the rest. */
const mostApart = 50;

function readBody(request: IncomingMessage, limitBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const refuse = () => reject(new AppError("PAYLOAD_TOO_LARGE"));
    const cancel = () => reject(new AppError("CANCELLED"));
    if (request.destroyed) return cancel();
    if (Number(request.headers["content-length"] ?? 0) > limitBytes) return refuse();
    let chunks: Buffer[] = [];
    let [bytes, pieces] = [0, 0];
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      pieces++;
      if (bytes > limitBytes || pieces > mostPieces) {
        request.off("data", take);
        chunks = [];
        return refuse();
      }
      chunks.push(chunk);
      if (chunks.length > mostApart) chunks = [Buffer.concat(chunks)];
    };
    request.on("data", take);
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("close", () => {
      if (!request.complete) cancel();
    });
  });
}
