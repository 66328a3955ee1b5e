import { connect } from "node:net";
import type { Answered } from "../hostile/client.js";

/** A whole answer, with every byte that came. */
export interface Exchanged extends Answered {
  /** Everything that was received, as Latin-1. */
  readonly received: string;
  /** The header, or an empty text. */
  readonly requestId: string;
}

/** Far more than any answer takes, even of a machine that is busy with much else. Milliseconds. */
const deadlineMs = 60_000;

/**
 * Sends a POST to the endpoint as bytes, on a connection of its own: no client of Node's would send such headers.
 * `headers`: lines as they are, in Latin-1. Without any answer the status is 0.
 */
export async function post(url: string, headers: readonly string[], body: Uint8Array): Promise<Exchanged> {
  const { hostname, port, pathname } = new URL(url);
  const head = [
    `POST ${pathname} HTTP/1.1`,
    "host: localhost",
    "connection: close",
    "content-type: application/json",
    `content-length: ${body.length}`,
    ...headers,
  ];
  const chunks: Buffer[] = [];
  const socket = connect(Number(port), hostname);
  socket.write(Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), body]));
  socket.setTimeout(deadlineMs, () => socket.destroy());
  socket.on("data", (chunk) => chunks.push(chunk));
  // Whatever the reason, the connection closes next.
  socket.on("error", () => {});
  await new Promise((resolve) => socket.on("close", resolve));
  return read(Buffer.concat(chunks));
}

/** Of several answers the first. */
function read(bytes: Buffer): Exchanged {
  const received = bytes.toString("latin1");
  const end = received.indexOf("\r\n\r\n");
  const head = received.slice(0, Math.max(0, end));
  const header = (name: string) => new RegExp(`^${name}: (.*?)\r?$`, "m").exec(head)?.[1] ?? "";
  const body = bytes.subarray(end + 4, end + 4 + Number(header("content-length")));
  const [, status = "0"] = /^HTTP\/1\.1 (\d{3})/.exec(head) ?? [];
  return { status: Number(status), code: codeOf(body.toString("utf8")), received, requestId: header("x-request-id") };
}

/** Of the first error. Every answer to a POST is JSON. */
function codeOf(text: string): string | undefined {
  if (text === "") return undefined;
  return JSON.parse(text).errors?.[0].extensions.code;
}
