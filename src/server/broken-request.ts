import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { AppError } from "../errors/app-error.js";
import { type ErrorCode, errorCodes } from "../errors/codes.js";
import type { Connections } from "./connections.js";
import { failureBody } from "./failures.js";
import { securityHeaders } from "./security-headers.js";

const codes: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: "HEADERS_TOO_LARGE",
  ERR_HTTP_REQUEST_TIMEOUT: "REQUEST_TIMEOUT",
};

/**
 * A client that is still sending would lose the answer if its connection were reset at once: so long it has to read the
 * answer and leave. Milliseconds.
 */
const lingerMs = 500;

/**
 * Refuses requests that Node's HTTP parser gave up on. They never reach the pipeline, so the answer is written by hand:
 * after those that are owed on the same connection, and as its last.
 */
export class BrokenRequests {
  /** Every byte that comes after a broken request is broken too. */
  readonly #refused = new WeakSet<Socket>();

  constructor(
    private readonly connections: Connections,
    /** Writes down that one was refused, and gives it an id. */
    private readonly record: (socket: Socket, failure: AppError) => string,
  ) {}

  refuse(error: Error & { code?: string }, socket: Socket): void {
    if (error.code === "ECONNRESET") socket.destroy();
    // It went away in the middle of a request: the pipeline has it, and writes that down.
    if (error.code === "HPE_INVALID_EOF_STATE" && this.connections.isReceiving(socket)) socket.destroy();
    if (this.#refused.has(socket)) return;
    this.#refused.add(socket);
    const failure = new AppError(codes[error.code ?? ""] ?? "BAD_REQUEST");
    this.connections.whenAnswered(socket, () => {
      if (socket.writable) endWith(failure, socket, this.record(socket, failure));
      else socket.destroy();
    });
  }
}

function endWith(failure: AppError, socket: Socket, requestId: string): void {
  const { http } = errorCodes[failure.code];
  const body = failureBody(failure, requestId);
  const headers = {
    ...securityHeaders,
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "x-request-id": requestId,
    connection: "close",
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${http} ${STATUS_CODES[http]}\r\n${head.join("")}\r\n${body}`);
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once("close", () => clearTimeout(timer));
}
