import "reflect-metadata";
import { randomUUID } from "node:crypto";
import type { AmityClient } from "./amity/client.js";
import { createAuthenticator } from "./caller/authenticator.js";
import { RateLimits } from "./caller/rate-limits.js";
import type { RefusalSinks } from "./caller/refusals.js";
import { type Config, type LoadedConfig, usable } from "./config/config.js";
import type { Services } from "./context.js";
import type { Emulator } from "./emulator/server.js";
import { RegionService } from "./region/region.service.js";
import { createEndpoint } from "./server/endpoint.js";
import { listen, originOf } from "./server/http.js";
import { Readiness } from "./server/readiness.js";
import type { Route } from "./server/routes.js";
import { LoadMonitor } from "./server/shedding.js";
import { closeGracefully } from "./server/shutdown.js";
import { IssuedSessionService } from "./session/issued-session.service.js";
import { SessionService } from "./session/session.service.js";
import { type Clock, clockOf, systemClock } from "./system/clock.js";
import { type Random, systemRandom } from "./system/random.js";
import { Reloads } from "./system/reloading-file.js";
import { Audit } from "./telemetry/audit.js";
import type { LogSink } from "./telemetry/log-sink.js";
import type { Logger } from "./telemetry/logger.js";
import { Metrics } from "./telemetry/metrics.js";
import { reloadTeller } from "./telemetry/reloads.js";
import { standardLog } from "./telemetry/standard-output.js";
import { TokenService } from "./token/token.service.js";
import { TokenStore } from "./token/token.store.js";
import { connectUpstream } from "./upstream.js";
import { UserService } from "./user/user.service.js";
import { VisitorService } from "./visitor/visitor.service.js";
import { type VisitorSecrets, watchVisitorSecrets } from "./visitor/visitor-secrets.js";
import { VisitorSigner } from "./visitor/visitor-signer.js";

export { ConfigError, loadConfig } from "./config/config.js";
export { silentLogger } from "./telemetry/logger.js";

/** A running gateway. */
export interface Gateway {
  /** Where it answers operations, such as http://127.0.0.1:4000/graphql. */
  readonly url: string;
  /** Where metrics and health have a port of their own; undefined without ADMIN_PORT. */
  readonly adminUrl: string | undefined;
  /** The page that shows what the embedded emulator holds and was asked, with its key; undefined without emulator. */
  readonly inspectorUrl: string | undefined;
  /** Reads keys, certificates and service keys from their files again. What cannot be used is kept out. */
  reload(): Promise<void>;
  /** Serves on for SHUTDOWN_DELAY_MS, lets the requests in flight finish within DRAIN_MS, and stops. */
  stop(): Promise<void>;
}

/** What stands in the place of the machine's own. `now` alone stands for both clocks. */
export interface GatewayOptions extends Partial<Clock> {
  /** Takes the log and the audit; without it they go to standard output as JSON. `silentLogger` drops both. */
  readonly logger?: Logger;
  /** Where its lines go, for the metrics. */
  readonly logSink?: LogSink;
  readonly newId?: () => string;
  readonly random?: Random;
}

type Logged = GatewayOptions & { readonly logger: Logger };

/**
 * Builds the gateway from what loadConfig gave and starts it, with the embedded emulator when no credentials are
 * configured. Rejects with ConfigError, which lists all problems, and with CannotListen. Warnings go into the log.
 */
export async function startGateway(given: LoadedConfig | Config, own: GatewayOptions = {}): Promise<Gateway> {
  const { config, warnings } = usable(given);
  const options = own.logger ? { ...own, logger: own.logger } : { ...own, ...standardLog(config.logLevel) };
  for (const warning of warnings) options.logger.warn({}, warning);
  const emulator = config.regions === "emulator" ? await embeddedEmulator(config, options) : undefined;
  if (emulator) {
    options.logger.warn(
      {},
      `No Amity credentials: the embedded emulator at ${emulator.url} plays all regions; nothing is real`,
    );
  }
  try {
    return await assemble(config, options, emulator);
  } catch (error) {
    await emulator?.close();
    throw error;
  }
}

/** Loaded here, since a gateway with credentials runs without any of it. It checks what visitors are given. */
async function embeddedEmulator({ visitors }: Config, { now = systemClock.now }: Partial<Clock>): Promise<Emulator> {
  const { startEmulator } = await import("./emulator/server.js");
  return startEmulator({ clock: now, secureVisitorMode: visitors !== undefined });
}

/** What parts of every kind work with. No setting is in it, so it may be handed on whole. */
interface Tools {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: () => string;
  readonly metrics: Metrics;
  readonly audit: Audit;
  readonly reloads: Reloads;
}

async function assemble(config: Config, options: Logged, emulator: Emulator | undefined): Promise<Gateway> {
  const tools = createTools(options);
  const { metrics, reloads } = tools;
  const { host, port, adminPort, shutdown } = config;
  const amity = await connectUpstream(config, emulator, tools);
  const rateLimits = new RateLimits(config.inbound.rateLimits);
  const secrets = config.visitors && watchVisitorSecrets(config.regions, emulator?.visitorSecret, reloads);
  const services = createServices(config, amity, secrets, { ...tools, rateLimits });
  const authenticator = createAuthenticator(config.auth, { ...tools, proxyFor: config.proxyFor });
  const readiness = new Readiness(() => authenticator.isReady(), tools.clock);
  const load = new LoadMonitor(config.inbound.shedDelayMs, tools.logger);
  const parts = { authenticator, services, rateLimits, readiness, load, pages: await pagesOf(config, services) };
  const { apollo, server, connections, admin } = createEndpoint(config, parts, tools);
  for (const name of reloads.names) metrics.announceReload(name);

  const end = async (delayMs: number) => {
    readiness.drain();
    await closeGracefully(server, connections, { ...shutdown, delayMs });
    load.stop();
    await apollo.stop();
    amity.close();
    await admin?.close();
    await emulator?.close();
  };
  try {
    await apollo.start();
    if (admin) await listen(admin, host, adminPort ?? 0, "ADMIN_PORT");
    await listen(server, host, port);
  } catch (error) {
    await end(0);
    throw error;
  }
  load.start();
  readiness.serve();
  return {
    url: `${originOf(host, server)}/graphql`,
    adminUrl: admin && originOf(host, admin),
    inspectorUrl: emulator?.inspectorUrl,
    reload: () => reloads.reloadAll(),
    stop: () => end(shutdown.delayMs),
  };
}

function createTools(options: Logged): Tools {
  const { logger, logSink, newId = randomUUID, random = systemRandom } = options;
  const clock = clockOf(options);
  const metrics = new Metrics(logSink);
  const reloads = new Reloads(clock, reloadTeller({ logger, metrics }));
  return { logger, clock, random, newId, metrics, audit: new Audit({ logger, metrics }), reloads };
}

function createServices(
  config: Config,
  amity: AmityClient,
  secrets: VisitorSecrets | undefined,
  tools: Tools & RefusalSinks,
): Services {
  const { clock, metrics, audit } = tools;
  const { defaultRegion, hostFamily, tokenReuseMs, userProfiles, upstreamTimeoutMs: timeoutMs } = config;
  const store = new TokenStore(tokenReuseMs, clock);
  const issuing = { amity, audit, clock, timeoutMs };
  const tokens = new TokenService({ ...issuing, store, onReuse: () => metrics.reused() });
  const signer = secrets && new VisitorSigner(secrets, clock);
  return {
    regions: new RegionService({ amity, defaultRegion, hostFamily }),
    tokens,
    sessions: new SessionService({ ...issuing, signer }),
    issuedSessions: new IssuedSessionService({ ...issuing, onUserRevoked: (user) => tokens.forget(user) }),
    visitors: new VisitorService({ signer, audit }),
    users: new UserService({ ...issuing, userProfiles }),
    refusals: tools,
  };
}

/** The explorer's pages. Loaded here, since a gateway that shows browsers nothing runs without it. */
async function pagesOf({ explorer, ...config }: Config, { regions }: Services): Promise<readonly Route[]> {
  if (explorer === "off") return [];
  const { explorerRoutes } = await import("./explorer/routes.js");
  return explorerRoutes({ ...config, explorer, emulator: config.regions === "emulator" }, regions);
}
