import type { FastifyInstance } from "fastify";
import { isGraphqlRequest } from "./paths.js";

const preflightHeaders = {
  "access-control-allow-methods": "POST",
  "access-control-allow-headers": "authorization, content-type, x-request-id",
  "access-control-max-age": "600",
};

/**
 * Lets pages of the listed origins, compared exactly, send operations and read answers. Nothing is reflected, there is
 * no wildcard, and cookies are not used. Without origins nothing is added: browsers then refuse by themselves.
 */
export function addCors(server: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  server.addHook("onRequest", async (request, reply) => {
    reply.header("vary", "origin");
    const { origin } = request.headers;
    if (origin === undefined || !origins.includes(origin) || !isGraphqlRequest(request)) return;
    reply.headers({
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "retry-after, www-authenticate, x-request-id",
      // The answer is meant for another site's page.
      "cross-origin-resource-policy": "cross-origin",
    });
    const isPreflight = request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined;
    if (isPreflight) await reply.status(204).headers(preflightHeaders).send();
  });
}
