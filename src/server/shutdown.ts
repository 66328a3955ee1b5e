import type { FastifyInstance } from "fastify";

/** What is in flight may take this long to finish. Milliseconds; above UPSTREAM_TIMEOUT_MS's default only just. */
const drainMs = 10_000;

/** Stops listening, lets requests in flight finish, and closes what is left after ten seconds. */
export async function closeGracefully(server: FastifyInstance): Promise<void> {
  const timer = setTimeout(() => server.server.closeAllConnections(), drainMs);
  try {
    await server.close();
  } finally {
    clearTimeout(timer);
  }
}
