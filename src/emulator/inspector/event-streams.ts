import type { FastifyReply } from "fastify";
import { AmityError } from "../errors.js";

/** So many pages may look on at once. Each costs a connection, and a copy of every event in its buffer. */
export const maxStreams = 32;

/** Who has fallen so far behind is cut off, and may come again for everything at once. Bytes. */
const maxBehind = 1_048_576;

/** The open streams of server-sent events. */
export class EventStreams {
  readonly #open = new Set<FastifyReply["raw"]>();

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Makes a stream of an answer. Refuses with rateLimited when there are too many already. */
  add(reply: FastifyReply): void {
    if (this.#open.size >= maxStreams) {
      throw new AmityError("rateLimited", [`There are ${maxStreams} open streams already: close one.`]);
    }
    reply.hijack();
    const { raw } = reply;
    for (const [name, value] of Object.entries(reply.getHeaders())) raw.setHeader(name, value ?? "");
    raw.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    raw.write("retry: 1000\n\n");
    this.#open.add(raw);
    raw.once("close", () => this.#open.delete(raw));
  }

  /** Sends an event to all of them; `data` as JSON, made once. */
  send(event: string, data: unknown): void {
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const stream of this.#open) {
      if (stream.writableLength > maxBehind) stream.destroy();
      else stream.write(text);
    }
  }

  /** Ends all of them. */
  close(): void {
    for (const stream of this.#open) stream.end();
  }
}
