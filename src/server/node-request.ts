import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError } from "../errors/app-error.js";
import type { HttpRequest } from "./messages.js";

/** The facts of a request that came by Node's HTTP server. `address`: the client's. */
export function factsOf(request: IncomingMessage, response: ServerResponse, address: string): HttpRequest {
  let signal: AbortSignal | undefined;
  return {
    method: request.method ?? "",
    url: request.url ?? "",
    headers: request.headers,
    httpVersion: request.httpVersion,
    hostCount: countHosts(request.rawHeaders),
    address,
    get signal() {
      signal ??= goneSignal(response);
      return signal;
    },
    readBody: (limitBytes) => readBody(request, limitBytes),
  };
}

/** `headers`: names and values by turns. */
function countHosts(headers: readonly string[]): number {
  return headers.filter((name, index) => index % 2 === 0 && name.length === 4 && name.toLowerCase() === "host").length;
}

/** Aborted when the client closes its connection before it has its answer. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  const check = () => {
    if (!response.writableFinished) gone.abort();
  };
  if (response.destroyed) check();
  else response.once("close", check);
  return gone.signal;
}

function readBody(request: IncomingMessage, limitBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const refuse = () => reject(new AppError("PAYLOAD_TOO_LARGE"));
    const cancel = () => reject(new AppError("CANCELLED"));
    if (request.destroyed) return cancel();
    if (Number(request.headers["content-length"] ?? 0) > limitBytes) return refuse();
    const chunks: Buffer[] = [];
    let bytes = 0;
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
      else {
        request.off("data", take);
        refuse();
      }
    };
    request.on("data", take);
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("close", () => {
      if (!request.complete) cancel();
    });
  });
}
