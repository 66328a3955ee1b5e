import type { FastifyInstance } from "fastify";
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
    const peer = request.socket.remoteAddress ?? "";
    if (localOnly && !isLoopbackHost(peer)) throw new AppError("NOT_FOUND");
    const { contentType, body } = await metrics.text();
    return reply.type(contentType).send(body);
  });
}
