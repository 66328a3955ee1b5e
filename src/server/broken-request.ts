import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { AppError } from "../errors/app-error.js";
import { type ErrorCode, errorCodes } from "../errors/codes.js";
import { failureBody } from "./failures.js";

const codes: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: "HEADERS_TOO_LARGE",
  ERR_HTTP_REQUEST_TIMEOUT: "REQUEST_TIMEOUT",
};

/** A request that Node's HTTP parser gave up on never reaches the pipeline: the answer is written by hand. */
export function refuseBrokenRequest(error: Error & { code?: string }, socket: Socket, requestId: string): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const failure = new AppError(codes[error.code ?? ""] ?? "BAD_REQUEST");
  const { http } = errorCodes[failure.code];
  const body = failureBody(failure, requestId);
  const head = [
    `HTTP/1.1 ${http} ${STATUS_CODES[http]}`,
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    "cache-control: no-store",
    `x-request-id: ${requestId}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
