import type { FastifyInstance, FastifyRequest } from "fastify";
import { AppError } from "../errors/app-error.js";
import { isLoopbackHost } from "../system/loopback.js";
import type { Metrics } from "../telemetry/metrics.js";
import type { Readiness } from "./readiness.js";

/** What load balancers and orchestrators ask. */
export function addHealthRoutes(server: FastifyInstance, readiness: Readiness): void {
  server.get("/livez", { exposeHeadRoute: true }, async () => ({ status: "ok" }));
  server.get("/readyz", { exposeHeadRoute: true }, async (_request, reply) => {
    const status = await readiness.status();
    if (status !== "ready") reply.status(503);
    return { status };
  });
}

/** What Prometheus reads. `localOnly`: on the public port it is there for this machine alone. */
export function addMetricsRoute(server: FastifyInstance, metrics: Metrics, localOnly: boolean): void {
  server.get("/metrics", async (request, reply) => {
    if (localOnly && !isFromThisMachine(request)) throw new AppError("NOT_FOUND");
    const { contentType, body } = await metrics.text();
    return reply.type(contentType).send(body);
  });
}

/** A proxy on this machine connects from it too, and says for whom. */
function isFromThisMachine({ socket, headers }: FastifyRequest): boolean {
  const isForwarded = ["forwarded", "via", "x-forwarded-for", "x-real-ip"].some((name) => headers[name] !== undefined);
  return !isForwarded && isLoopbackHost(socket.remoteAddress ?? "");
}
