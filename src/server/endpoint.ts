import type { Authenticator } from "../caller/authenticator.js";
import type { MakeCounter, RateLimits } from "../caller/rate-limits.js";
import { VisitorLimits } from "../caller/visitor-limits.js";
import type { Config } from "../config/config.js";
import type { Services } from "../context.js";
import { createApollo } from "../graphql/apollo.js";
import type { Clock } from "../system/clock.js";
import type { Audit } from "../telemetry/audit.js";
import type { Logger } from "../telemetry/logger.js";
import type { Metrics } from "../telemetry/metrics.js";
import type { Traces } from "../telemetry/traces.js";
import { createAccessLog } from "./access-log.js";
import { createAdminServer, createHttpServer } from "./http.js";
import { healthRoutes, metricsRoute } from "./operator-routes.js";
import { Pipeline } from "./pipeline.js";
import type { Readiness } from "./readiness.js";
import type { Route } from "./routes.js";
import type { LoadMonitor } from "./shedding.js";
import type { Farewell } from "./shutdown.js";

export interface EndpointParts {
  readonly authenticator: Authenticator;
  readonly services: Services;
  readonly rateLimits: RateLimits;
  /** Undefined: limits are counted in this process. */
  readonly makeCounter: MakeCounter | undefined;
  readonly readiness: Readiness;
  readonly farewell: Farewell;
  readonly load: LoadMonitor;
  /** The explorer's pages. */
  readonly pages: readonly Route[];
}

export interface EndpointTools {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly metrics: Metrics;
  readonly audit: Audit;
  readonly traces?: Traces | undefined;
}

/**
 * Apollo Server, the pipeline around it with the explorer's pages, and the HTTP server around that; beside it the
 * operator's, if there is ADMIN_PORT. Without it, this machine finds the metrics on the main port; in production nobody
 * does, for a proxy on this machine can make every client look like it.
 */
export function createEndpoint(config: Config, parts: EndpointParts, tools: EndpointTools) {
  const { adminPort, auth, inbound, introspection, production, logUserIds } = config;
  const { authenticator, services, rateLimits, makeCounter, readiness, farewell, load, pages } = parts;
  const { clock, logger, metrics, audit, newId, traces } = tools;
  const visitorLimits = config.visitors && new VisitorLimits(config.visitors.limits, makeCounter);
  const admitting = { authenticator, rateLimits, visitorLimits };
  const apollo = createApollo({ introspection, production, ...admitting, audit, logger, metrics, traces });
  const accessLog = createAccessLog({ logger, metrics, userIds: logUserIds });
  const common = { farewell, newId, elapsed: clock.elapsed, accessLog, logger, metrics, traces };
  const hasMetrics = adminPort === undefined && !production;
  const pipeline = new Pipeline({
    ...common,
    apollo,
    services,
    readiness,
    routes: [...pages, ...(hasMetrics ? [metricsRoute(metrics, { localOnly: true })] : [])],
    bodyLimitBytes: inbound.bodyLimitBytes,
    corsOrigins: inbound.corsOrigins,
    corsHeaders: inbound.corsHeaders,
    localOnly: auth.mode === "none",
    overload: () => load.overload ?? (connections.isFull ? "connections" : undefined),
  });
  const { trustedProxies } = inbound;
  const { server, connections } = createHttpServer({ ...common, pipeline, trustedProxies });
  const adminRoutes = [...healthRoutes(readiness), metricsRoute(metrics, { localOnly: false })];
  const admin = adminPort === undefined ? undefined : createAdminServer({ ...common, routes: adminRoutes });
  return { apollo, server, connections, admin };
}
