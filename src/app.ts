import { randomUUID } from "node:crypto";
import { type AmityClient, createAmityClient, type RegionSettings } from "./amity/client.js";
import { RegionCode } from "./amity/regions.js";
import { createAuthenticator } from "./caller/authenticator.js";
import { RateLimits } from "./caller/rate-limits.js";
import type { Config } from "./config/config.js";
import type { Services } from "./context.js";
import { type Emulator, startEmulator } from "./emulator/server.js";
import { createApollo } from "./graphql/apollo.js";
import { RegionService } from "./region/region.service.js";
import { explorerPlugin } from "./server/explorer.js";
import { createHttpServer } from "./server/http.js";
import { Readiness } from "./server/readiness.js";
import { closeGracefully } from "./server/shutdown.js";
import { SessionService } from "./session/session.service.js";
import { type Clock, systemClock } from "./system/clock.js";
import { type Logger, silentLogger } from "./telemetry/logger.js";
import { TokenService } from "./token/token.service.js";

export { loadConfig } from "./config/config.js";

/** A running gateway. */
export interface Gateway {
  /** Where it answers operations, such as http://127.0.0.1:4000/graphql. */
  readonly url: string;
  /** Lets the requests in flight finish, at most ten seconds, and stops. */
  stop(): Promise<void>;
}

export interface GatewayOptions {
  readonly logger?: Logger;
  readonly now?: Clock;
  readonly newId?: () => string;
}

/**
 * Builds the gateway from its configuration and starts it, with the embedded emulator when no credentials are
 * configured. Rejects with Node's own error when it cannot listen.
 */
export async function startGateway(config: Config, options: GatewayOptions = {}): Promise<Gateway> {
  const { logger = silentLogger, now = systemClock, newId = randomUUID } = options;
  const emulator = config.regions === "emulator" ? await startEmulator({ clock: now }) : undefined;
  if (emulator) {
    logger.warn(
      {},
      `No Amity credentials: the embedded emulator at ${emulator.url} plays all regions; nothing is real`,
    );
  }
  const regions = config.regions === "emulator" ? emulatedRegions(emulator) : config.regions;
  const amity = createAmityClient({ ...config, regions, attemptTimeoutMs: config.upstreamAttemptTimeoutMs, now });
  const authenticator = createAuthenticator(config.auth, now, logger);
  const readiness = new Readiness(() => authenticator.isReady());
  const rateLimits = new RateLimits(config.inbound.rateLimits);
  const apollo = createApollo({
    ...config,
    authenticator,
    rateLimits,
    explorer: explorerPlugin(config.explorer),
    logger,
  });
  const server = createHttpServer({
    ...config,
    apollo,
    services: { ...createServices(config, amity, now), logger },
    readiness,
    explorer: config.explorer !== "off",
    localOnly: config.auth.mode === "none",
    newId,
    logger,
  });

  const stop = async () => {
    readiness.drain();
    await closeGracefully(server);
    await apollo.stop();
    amity.close();
    await emulator?.close();
  };
  try {
    await apollo.start();
    await server.listen({ host: config.host, port: config.port });
  } catch (error) {
    await stop();
    throw error;
  }
  readiness.serve();
  void authenticator.isReady();
  return { url: urlOf(config.host, server.server.address()), stop };
}

function createServices(config: Config, amity: AmityClient, now: Clock): Omit<Services, "logger"> {
  const timing = { amity, now, timeoutMs: config.upstreamTimeoutMs };
  return {
    regions: new RegionService({ amity, defaultRegion: config.defaultRegion, hostFamily: config.hostFamily }),
    tokens: new TokenService(timing),
    sessions: new SessionService(timing),
  };
}

/** One emulator plays every region, each in secure mode. */
function emulatedRegions(emulator: Emulator | undefined): Record<RegionCode, RegionSettings> {
  if (!emulator) throw new Error("the emulator did not start");
  const settings = { baseUrl: new URL(emulator.url), apiKey: emulator.apiKey, serverKey: emulator.serverKey };
  return { [RegionCode.EU]: settings, [RegionCode.SG]: settings, [RegionCode.US]: settings };
}

function urlOf(host: string, address: string | { port: number } | null): string {
  const port = typeof address === "object" && address ? address.port : 0;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}/graphql`;
}
