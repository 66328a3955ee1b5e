import { randomUUID } from "node:crypto";
import type { AmityClient } from "./amity/client.js";
import { createAuthenticator } from "./caller/authenticator.js";
import { RateLimits } from "./caller/rate-limits.js";
import type { Config } from "./config/config.js";
import type { Services } from "./context.js";
import type { Emulator } from "./emulator/server.js";
import { createApollo } from "./graphql/apollo.js";
import { RegionService } from "./region/region.service.js";
import { createAdminServer, createHttpServer } from "./server/http.js";
import { healthRoutes, metricsRoute } from "./server/operator-routes.js";
import { Pipeline } from "./server/pipeline.js";
import { Readiness } from "./server/readiness.js";
import type { Route } from "./server/routes.js";
import { LoadMonitor } from "./server/shedding.js";
import { BusySockets, closeGracefully } from "./server/shutdown.js";
import { SessionService } from "./session/session.service.js";
import { type Clock, systemClock } from "./system/clock.js";
import { type Random, systemRandom } from "./system/random.js";
import { Reloads } from "./system/reloading-file.js";
import { type Logger, silentLogger } from "./telemetry/logger.js";
import { Metrics } from "./telemetry/metrics.js";
import { TokenService } from "./token/token.service.js";
import { TokenStore } from "./token/token.store.js";
import { connectUpstream } from "./upstream.js";

export { loadConfig } from "./config/config.js";

/** A running gateway. */
export interface Gateway {
  /** Where it answers operations, such as http://127.0.0.1:4000/graphql. */
  readonly url: string;
  /** Where metrics and health have a port of their own; undefined without ADMIN_PORT. */
  readonly adminUrl: string | undefined;
  /** Reads keys, certificates and service keys from their files again. What cannot be used is kept out. */
  reload(): Promise<void>;
  /** Lets the requests in flight finish, at most ten seconds, and stops. */
  stop(): Promise<void>;
}

export interface GatewayOptions {
  readonly logger?: Logger;
  readonly now?: Clock;
  readonly newId?: () => string;
  readonly random?: Random;
}

/**
 * Builds the gateway from its configuration and starts it, with the embedded emulator when no credentials are
 * configured. Rejects with Node's own error when it cannot listen.
 */
export async function startGateway(config: Config, options: GatewayOptions = {}): Promise<Gateway> {
  const { now = systemClock } = options;
  const emulator = config.regions === "emulator" ? await embeddedEmulator(now) : undefined;
  try {
    return await assemble(config, options, emulator);
  } catch (error) {
    await emulator?.close();
    throw error;
  }
}

/** Loaded here, since a gateway with credentials runs without any of it. */
async function embeddedEmulator(clock: Clock): Promise<Emulator> {
  const { startEmulator } = await import("./emulator/server.js");
  return startEmulator({ clock });
}

async function assemble(config: Config, options: GatewayOptions, emulator: Emulator | undefined): Promise<Gateway> {
  const { logger = silentLogger, now = systemClock, newId = randomUUID, random = systemRandom } = options;
  const metrics = new Metrics();
  const reloads = createReloads(now, logger, metrics);
  if (emulator) {
    logger.warn(
      {},
      `No Amity credentials: the embedded emulator at ${emulator.url} plays all regions; nothing is real`,
    );
  }
  const amity = connectUpstream(config, emulator, { now, random, reloads, metrics, logger });
  const services = createServices(config, { amity, now, logger, metrics });
  const authenticator = createAuthenticator(config.auth, { now, logger, reloads });
  const readiness = new Readiness(
    () => authenticator.isReady(),
    () => services.regions.anyUsable,
  );
  const rateLimits = new RateLimits(config.inbound.rateLimits);
  const { introspection, production } = config;
  const apollo = createApollo({ introspection, production, authenticator, rateLimits, logger });
  const load = new LoadMonitor(config.inbound.shedDelayMs);
  const hasAdminPort = config.adminPort !== undefined;
  const pipeline = new Pipeline({
    apollo,
    services,
    readiness,
    routes: [...(await pagesOf(config)), ...(hasAdminPort ? [] : [metricsRoute(metrics, { localOnly: true })])],
    bodyLimitBytes: config.inbound.bodyLimitBytes,
    corsOrigins: config.inbound.corsOrigins,
    localOnly: config.auth.mode === "none",
    logUserIds: config.logUserIds,
    isOverloaded: () => load.isOverloaded,
    newId,
  });
  const server = createHttpServer({ pipeline, trustedProxies: config.inbound.trustedProxies, newId, logger });
  const sockets = new BusySockets(server);
  const admin = hasAdminPort
    ? createAdminServer([...healthRoutes(readiness), metricsRoute(metrics, { localOnly: false })])
    : undefined;

  const stop = async () => {
    readiness.drain();
    await closeGracefully(server, sockets);
    load.stop();
    await apollo.stop();
    amity.close();
    await admin?.close();
    await emulator?.close();
  };
  try {
    await apollo.start();
    await admin?.listen({ host: config.host, port: config.adminPort ?? 0 });
    await server.listen({ host: config.host, port: config.port });
  } catch (error) {
    await stop();
    throw error;
  }
  load.start();
  readiness.serve();
  void authenticator.isReady();
  return {
    url: `${originOf(config.host, server.server.address())}/graphql`,
    adminUrl: admin && originOf(config.host, admin.server.address()),
    reload: () => reloads.reloadAll(),
    stop,
  };
}

/** The explorer's pages. Loaded here, since a gateway that shows browsers nothing runs without it. */
async function pagesOf({ explorer, auth }: Config): Promise<readonly Route[]> {
  if (explorer === "off") return [];
  const { explorerRoutes } = await import("./explorer/routes.js");
  return explorerRoutes(explorer, auth);
}

function createReloads(now: Clock, logger: Logger, metrics: Metrics): Reloads {
  return new Reloads(now, (name, problem) => {
    metrics.reload(name, problem === undefined ? "taken" : "refused");
    if (problem === undefined) logger.info({ name }, "changed files were taken");
    else logger.error({ name, problem }, "changed files were kept out: the last good ones stay in use");
  });
}

interface ServiceTools {
  readonly amity: AmityClient;
  readonly now: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

function createServices(config: Config, { amity, now, logger, metrics }: ServiceTools): Services {
  const { defaultRegion, hostFamily, upstreamTimeoutMs: timeoutMs } = config;
  const store = new TokenStore(config.tokenReuseMs, now);
  return {
    regions: new RegionService({ amity, defaultRegion, hostFamily }),
    tokens: new TokenService({ amity, store, now, timeoutMs, onReuse: () => metrics.reused() }),
    sessions: new SessionService({ amity, now, timeoutMs }),
    logger,
    metrics,
  };
}

function originOf(host: string, address: string | { port: number } | null): string {
  const port = typeof address === "object" && address ? address.port : 0;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
