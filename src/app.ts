import "reflect-metadata";
import { createAuthenticator } from "./caller/authenticator.js";
import { RateLimits } from "./caller/rate-limits.js";
import { type Config, type LoadedConfig, usable } from "./config/config.js";
import type { Services } from "./context.js";
import type { Emulator } from "./emulator/server.js";
import { createEndpoint } from "./server/endpoint.js";
import { listen, originOf } from "./server/http.js";
import { Readiness } from "./server/readiness.js";
import type { Route } from "./server/routes.js";
import { LoadMonitor } from "./server/shedding.js";
import { closeGracefully, type Farewell } from "./server/shutdown.js";
import { createServices } from "./services.js";
import type { Shared } from "./shared/shared.js";
import { type Clock, systemClock } from "./system/clock.js";
import type { Logger } from "./telemetry/logger.js";
import { standardLog } from "./telemetry/standard-output.js";
import { createTools, type ToolOptions, type Tools } from "./tools.js";
import { connectUpstream } from "./upstream.js";
import { watchVisitorSecrets } from "./visitor/visitor-secrets.js";

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
  /**
   * Reads keys, certificates and service keys from their files again, and opens the audit's file anew. What cannot be
   * used is kept out.
   */
  reload(): Promise<void>;
  /** Serves on for SHUTDOWN_DELAY_MS, lets the requests in flight finish within DRAIN_MS, and stops. */
  stop(): Promise<void>;
}

/** What stands in the place of the machine's own. */
export interface GatewayOptions extends Omit<ToolOptions, "logger"> {
  /** Takes the log and the audit; without it they go to standard output as JSON. `silentLogger` drops both. */
  readonly logger?: Logger;
}

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
  let tools: Tools | undefined;
  try {
    tools = await createTools(options, config);
    return await assemble(config, tools, emulator);
  } catch (error) {
    await tools?.trail?.close();
    await emulator?.close();
    throw error;
  }
}

/** Loaded here, since a gateway with credentials runs without any of it. It checks what visitors are given. */
async function embeddedEmulator({ visitors }: Config, { now = systemClock.now }: Partial<Clock>): Promise<Emulator> {
  const { startEmulator } = await import("./emulator/server.js");
  return startEmulator({ clock: now, secureVisitorMode: visitors !== undefined });
}

async function assemble(config: Config, tools: Tools, emulator: Emulator | undefined): Promise<Gateway> {
  const { metrics, reloads, trail, traces } = tools;
  const { host, port, adminPort, shutdown } = config;
  const amity = await connectUpstream(config, emulator, tools);
  const shared = await sharedOf(config, tools);
  const makeCounter = shared?.makeCounter;
  const rateLimits = new RateLimits(config.inbound.rateLimits, makeCounter);
  const secrets = config.visitors && watchVisitorSecrets(config.regions, emulator?.visitorSecret, reloads);
  const services = createServices(config, amity, secrets, { ...tools, rateLimits, sharedTokens: shared?.tokens });
  const authenticator = createAuthenticator(config.auth, { ...tools, proxyFor: config.proxyFor });
  const readiness = new Readiness(() => authenticator.isReady(), tools.clock);
  const farewell: Farewell = { endsConnections: false };
  const load = new LoadMonitor(config.inbound.shedDelayMs, tools.logger);
  const pages = await pagesOf(config, services);
  const parts = { authenticator, services, rateLimits, makeCounter, readiness, farewell, load, pages };
  const { apollo, server, connections, admin } = createEndpoint(config, parts, tools);
  for (const name of reloads.names) metrics.announceReload(name);

  const end = async (delayMs: number) => {
    readiness.drain();
    await closeGracefully(server, connections, { ...shutdown, delayMs }, farewell);
    load.stop();
    await apollo.stop();
    shared?.close();
    amity.close();
    await admin?.close();
    await emulator?.close();
  };
  try {
    await apollo.start();
    await shared?.start();
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
    async reload() {
      trail?.reopen();
      await reloads.reloadAll();
    },
    async stop() {
      await end(shutdown.delayMs);
      await traces?.close();
      await trail?.close();
    },
  };
}

/** What replicas share. Loaded here, since a gateway that stands alone runs without any of it. */
async function sharedOf(config: Config, tools: Tools): Promise<Shared | undefined> {
  if (!config.redis) return undefined;
  const { prepareShared } = await import("./shared/shared.js");
  return prepareShared(config, config.redis, tools);
}

/** The explorer's pages. Loaded here, since a gateway that shows browsers nothing runs without it. */
async function pagesOf({ explorer, ...config }: Config, { regions }: Services): Promise<readonly Route[]> {
  if (explorer === "off") return [];
  const { explorerRoutes } = await import("./explorer/routes.js");
  return explorerRoutes({ ...config, explorer, emulator: config.regions === "emulator" }, regions);
}
