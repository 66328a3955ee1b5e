import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

/** What is in flight may take this long to finish: UPSTREAM_TIMEOUT_MS by default. Milliseconds. */
const drainMs = 10_000;

/** Sockets of a server that have a request under way. The others may be closed at any time. */
export class BusySockets {
  readonly #open = new Set<Socket>();
  readonly #busy = new Set<Socket>();

  constructor(server: FastifyInstance) {
    server.server.on("connection", (socket) => {
      this.#open.add(socket);
      socket.once("close", () => this.#open.delete(socket));
    });
    server.server.on("request", ({ socket }, response) => {
      this.#busy.add(socket);
      response.once("close", () => this.#busy.delete(socket));
    });
  }

  /** Node closes sockets that have served a request; a browser also opens some for later, and those would wait. */
  destroyIdle(): void {
    for (const socket of this.#open) if (!this.#busy.has(socket)) socket.destroy();
  }
}

/** Stops listening, lets requests in flight finish, and closes what is left after ten seconds. */
export async function closeGracefully(server: FastifyInstance, sockets: BusySockets): Promise<void> {
  const timer = setTimeout(() => server.server.closeAllConnections(), drainMs);
  try {
    const closed = server.close();
    sockets.destroyIdle();
    await closed;
  } finally {
    clearTimeout(timer);
  }
}
