import { Agent, type OutgoingHttpHeaders, request } from "node:http";
import { text } from "node:stream/consumers";

/** What is sent to /graphql. */
export interface HostileRequest {
  readonly headers?: OutgoingHttpHeaders;
  readonly body: string | Uint8Array;
  /** Sends the body in chunks of so many bytes; absent: as a whole, with its length. */
  readonly chunkBytes?: number;
}

export interface Answered {
  readonly status: number;
  /** Of the first error; undefined without one. */
  readonly code: string | undefined;
}

/** Node's own client over kept connections: it costs little beside the gateway, and sends what it is told. */
export class Client {
  readonly #agent = new Agent({ keepAlive: true });

  constructor(private readonly url: string) {}

  close(): void {
    this.#agent.destroy();
  }

  /** Rejects when no whole answer comes, or one that is not JSON. */
  async post(hostile: HostileRequest): Promise<Answered> {
    for (let resets = 0; ; resets++) {
      try {
        return await this.#post(hostile);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        // Whoever still sends may lose the answer with his connection (RFC 9112, 9.6), but not each time.
        if ((code !== "EPIPE" && code !== "ECONNRESET") || resets === mostResets) throw error;
      }
    }
  }

  #post({ headers = {}, body, chunkBytes }: HostileRequest): Promise<Answered> {
    const bytes = Buffer.from(body);
    const length = chunkBytes === undefined ? { "content-length": bytes.length } : {};
    return this.#exchange(
      "POST",
      this.url,
      { "content-type": "application/json", ...length, ...headers },
      (outgoing) => {
        outgoing.cork();
        for (let at = 0; at < bytes.length; at += chunkBytes ?? bytes.length) {
          outgoing.write(bytes.subarray(at, at + (chunkBytes ?? bytes.length)));
        }
        outgoing.uncork();
      },
    );
  }

  /** Sends an operation as any client would. */
  ask(query: string, variables: object = {}, headers: OutgoingHttpHeaders = {}): Promise<Answered> {
    return this.post({ headers, body: JSON.stringify({ query, variables }) });
  }

  /** Rejects when the process does not answer in time that it lives. */
  async livez(): Promise<void> {
    const { status } = await this.#exchange("GET", new URL("/livez", this.url).href, {});
    if (status !== 200) throw new Error(`/livez: ${status}`);
  }

  #exchange(
    method: string,
    url: string,
    headers: OutgoingHttpHeaders,
    write?: (outgoing: ReturnType<typeof request>) => void,
  ): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { method, agent: this.#agent, headers, timeout: deadlineMs });
      outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")));
      outgoing.on("error", reject);
      outgoing.on("response", async (incoming) => {
        try {
          const { errors } = JSON.parse(await text(incoming));
          resolve({ status: incoming.statusCode ?? 0, code: errors?.[0].extensions.code });
        } catch (error) {
          reject(error);
        }
      });
      write?.(outgoing);
      outgoing.end();
    });
  }
}

const mostResets = 3;

/** Far more than any answer takes, even of a machine that is busy with much else. */
const deadlineMs = 60_000;
