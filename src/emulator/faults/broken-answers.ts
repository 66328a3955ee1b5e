import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate, setTimeout } from "node:timers/promises";
import { TLSSocket } from "node:tls";
import { gzipSync } from "node:zlib";
import type { FaultOf } from "./fault.js";

/** Long enough for a client on this machine to read what came before a reset. */
const beforeResetMs = 50;

/** How many bytes a truncated body lacks. */
const missingBytes = 10;

/** What a compressed body grows to: far more than any answer of Amity's, and no harm to this machine. */
const inflatedBytes = 10_000_000;

/** One exchange below Fastify. */
export interface Exchange {
  readonly request: IncomingMessage;
  /** To those who spoil an answer it comes with the real status and headers set, and nothing sent. */
  readonly response: ServerResponse;
  /** Aborts when the connection closes, which ends every timer. */
  readonly gone: AbortSignal;
}

/** Waits; false when the connection closed meanwhile. */
export async function pause(ms: number, { gone }: Exchange): Promise<boolean> {
  return setTimeout(ms, true, { signal: gone }).catch(() => false);
}

/** Breaks the connection at once. Only plain TCP can send RST through Node; a TLS connection just ends, unfinished. */
export function reset({ request: { socket } }: Exchange): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}

/** Sends a JSON string that never ends, as fast as the client takes it. */
export async function sendForEver({ response }: Exchange): Promise<void> {
  response.writeHead(200, { "content-type": "application/json; charset=utf-8" });
  await pipeline(Readable.from(endlessText()), response);
}

async function* endlessText(): AsyncGenerator<string> {
  yield '"';
  for (;;) {
    yield "x".repeat(16_384);
    await setImmediate(); // lets other requests in between
  }
}

/** Sends the body one byte at a time and then ends, or goes on with spaces. */
export async function drip(fault: FaultOf<"drip">, body: Buffer, exchange: Exchange): Promise<void> {
  const { response } = exchange;
  if (!fault.endless) response.setHeader("content-length", body.length);
  response.flushHeaders();
  for (let sent = 0; fault.endless || sent < body.length; sent += 1) {
    if (!(await pause(fault.intervalMs, exchange))) return;
    response.write(sent < body.length ? body.subarray(sent, sent + 1) : " ");
  }
  response.end();
}

/** Promises the whole body, sends so many bytes of it, and breaks the connection. */
export async function sendAndReset(bytes: number, body: Buffer, exchange: Exchange): Promise<void> {
  exchange.response.setHeader("content-length", body.length).flushHeaders();
  if (bytes > 0) exchange.response.write(body.subarray(0, bytes));
  if (await pause(beforeResetMs, exchange)) reset(exchange);
}

/** Sends the whole body, but promises a longer one, and closes. */
export function truncate(body: Buffer, { request, response }: Exchange): void {
  response.setHeader("content-length", body.length + missingBytes);
  response.write(body, () => request.socket.destroySoon());
}

/** Sends the body compressed, though nobody asked, with so many spaces behind it that it inflates to 10 MB. */
export function compress(body: Buffer, { response }: Exchange): void {
  const zipped = gzipSync(Buffer.concat([body, Buffer.alloc(inflatedBytes - body.length, " ")]));
  response.setHeader("content-encoding", "gzip").setHeader("content-length", zipped.length).end(zipped);
}

/** Sends the answer with headers that no client wants to hold. */
export function swell({ bytes, count }: FaultOf<"hugeHeader">, body: Buffer, { response }: Exchange): void {
  for (let index = 0; index < count; index += 1) response.setHeader(`x-huge-${index}`, "x".repeat(bytes));
  response.setHeader("content-length", body.length).end(body);
}

/** Sends the answer as usual, and closes the connection unannounced once it was idle for so long. */
export function closeWhenIdle({ ms }: FaultOf<"keepAliveIdleClose">, body: Buffer, exchange: Exchange): void {
  const { request, response } = exchange;
  // One's own Connection header keeps Node from announcing a limit in Keep-Alive, which would warn the client.
  if (response.shouldKeepAlive) response.setHeader("connection", "keep-alive");
  // After Node's own listener, which sets its own limit; the next request on the connection lifts this one again.
  response.once("finish", () => request.socket.setTimeout(ms));
  response.setHeader("content-length", body.length).end(body);
}
