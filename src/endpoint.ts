import type { ApolloServer } from "@apollo/server";
import type { Authenticator } from "./caller/authenticator.js";
import { RateLimits } from "./caller/rate-limits.js";
import type { Config } from "./config/config.js";
import type { Context, Services } from "./context.js";
import { createApollo } from "./graphql/apollo.js";
import { metricsRoute } from "./server/operator-routes.js";
import { Pipeline } from "./server/pipeline.js";
import type { Readiness } from "./server/readiness.js";
import type { Route } from "./server/routes.js";
import { LoadMonitor } from "./server/shedding.js";
import type { Clock } from "./system/clock.js";
import type { Audit } from "./telemetry/audit.js";
import type { Logger } from "./telemetry/logger.js";
import type { Metrics } from "./telemetry/metrics.js";

export interface EndpointParts {
  readonly authenticator: Authenticator;
  readonly services: Services;
  readonly readiness: Readiness;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly metrics: Metrics;
  readonly audit: Audit;
}

export interface Endpoint {
  readonly apollo: ApolloServer<Context>;
  readonly pipeline: Pipeline;
  readonly load: LoadMonitor;
}

/** Apollo Server, and the pipeline before it with all that is served. */
export async function createEndpoint(config: Config, parts: EndpointParts): Promise<Endpoint> {
  const { adminPort, auth, inbound, introspection, production, logUserIds } = config;
  const { authenticator, services, readiness, logger, clock, metrics, audit, newId } = parts;
  const rateLimits = new RateLimits(inbound.rateLimits);
  const apollo = createApollo({ introspection, production, authenticator, rateLimits, audit, logger });
  const load = new LoadMonitor(inbound.shedDelayMs);
  const pages = await pagesOf(config);
  const pipeline = new Pipeline({
    apollo,
    services,
    readiness,
    routes: adminPort === undefined ? [...pages, metricsRoute(metrics, { localOnly: true })] : pages,
    bodyLimitBytes: inbound.bodyLimitBytes,
    corsOrigins: inbound.corsOrigins,
    localOnly: auth.mode === "none",
    logUserIds,
    isOverloaded: () => load.isOverloaded,
    newId,
    elapsed: clock.elapsed,
    logger,
    metrics,
  });
  return { apollo, pipeline, load };
}

/** The explorer's pages. Loaded here, since a gateway that shows browsers nothing runs without it. */
async function pagesOf({ explorer, auth }: Pick<Config, "explorer" | "auth">): Promise<readonly Route[]> {
  if (explorer === "off") return [];
  const { explorerRoutes } = await import("./explorer/routes.js");
  return explorerRoutes(explorer, auth.mode === "credentials" && auth.jwt !== undefined);
}
