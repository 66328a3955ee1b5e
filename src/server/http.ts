import type { ApolloServer } from "@apollo/server";
import Fastify, { type FastifyInstance } from "fastify";
import type { Config } from "../config/config.js";
import type { InboundSettings } from "../config/inbound.js";
import type { Context, Services } from "../context.js";
import { AppError } from "../errors/app-error.js";
import { mostHeaderBytes } from "../limits.js";
import type { Logger } from "../telemetry/logger.js";
import type { Metrics } from "../telemetry/metrics.js";
import { type AccessLogOptions, addAccessLog } from "./access-log.js";
import { refuseBrokenRequest } from "./broken-request.js";
import { addCors } from "./cors.js";
import { sendFailure } from "./failures.js";
import { addGuards } from "./guards.js";
import { addHealthRoutes, addMetricsRoute } from "./operator-routes.js";
import type { Readiness } from "./readiness.js";
import { addRoutes } from "./routes.js";
import { addLoadShedding } from "./shedding.js";

/** Node's own limits are for servers behind others; these let no slow request hold a socket for long. */
const socketLimits = {
  requestTimeout: 15_000,
  /** Above the idle time of common load balancers (60 s), or they meet sockets that we have just closed. */
  keepAliveTimeout: 75_000,
  maxRequestsPerSocket: 1_000,
  // A missing Host header is answered like every other mistake, by our own guard.
  http: {
    headersTimeout: 10_000,
    maxHeaderSize: mostHeaderBytes,
    connectionsCheckingInterval: 2_000,
    requireHostHeader: false,
  },
};
const maxConnections = 2_000;

export interface HttpOptions {
  readonly apollo: ApolloServer<Context>;
  readonly services: Services;
  readonly readiness: Readiness;
  readonly explorer: Config["explorer"];
  readonly inbound: InboundSettings;
  /** Nobody is authenticated: only this machine may reach the server. */
  readonly localOnly: boolean;
  readonly logUserIds: AccessLogOptions["userIds"];
  readonly metrics: Metrics;
  readonly metricsOnMainPort: boolean;
  readonly newId: () => string;
  readonly logger: Logger;
}

/** The HTTP server: /graphql, /livez and /readyz. It does not listen yet. */
export function createHttpServer(options: HttpOptions): FastifyInstance {
  const { inbound, newId, logger } = options;
  const server = Fastify({
    ...socketLimits,
    bodyLimit: inbound.bodyLimitBytes,
    trustProxy: inbound.trustedProxies.length > 0 ? [...inbound.trustedProxies] : false,
    exposeHeadRoutes: false,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    requestIdHeader: false,
    genReqId: ({ headers }) => requestId(headers["x-request-id"], newId),
    clientErrorHandler: (error, socket) => refuseBrokenRequest(error, socket, newId()),
    frameworkErrors: (_error, request, reply) => sendFailure(request, reply, new AppError("BAD_REQUEST")),
  });
  server.server.maxConnections = maxConnections;
  addAccessLog(server, { logger, metrics: options.metrics, userIds: options.logUserIds });
  addGuards(server, options);
  addCors(server, inbound.corsOrigins);
  addLoadShedding(server, inbound.shedDelayMs);
  addRoutes(server, options);
  addHealthRoutes(server, options.readiness);
  if (options.metricsOnMainPort) addMetricsRoute(server, options.metrics, true);
  return server;
}

export interface AdminOptions {
  readonly readiness: Readiness;
  readonly metrics: Metrics;
}

/** The server on ADMIN_PORT: health and metrics, for the operator's network. */
export function createAdminServer({ readiness, metrics }: AdminOptions): FastifyInstance {
  const server = Fastify({ ...socketLimits, exposeHeadRoutes: false, forceCloseConnections: true });
  addHealthRoutes(server, readiness);
  addMetricsRoute(server, metrics, false);
  return server;
}

function requestId(header: string | string[] | undefined, newId: () => string): string {
  return typeof header === "string" && /^[A-Za-z0-9_-]{1,64}$/.test(header) ? header : newId();
}
