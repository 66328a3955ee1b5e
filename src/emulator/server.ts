import { randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { Credentials } from "./credentials.js";
import { createHttpServer } from "./http.js";
import { createAccessTokenSigner, randomIds } from "./ids.js";
import { type EmulatorOptions, resolveOptions, type Settings } from "./options.js";
import { RateLimiter } from "./rate-limiter.js";
import { registerSessionRoutes } from "./session.routes.js";
import { registerSettingsRoutes } from "./settings.routes.js";
import { Network } from "./state.js";
import { registerTokenRoutes } from "./token.routes.js";
import { registerUserRoutes } from "./user.routes.js";

export { EmulatorInProductionError, type EmulatorOptions } from "./options.js";

/** A running emulator and the keys it answers to. */
export interface Emulator {
  /** Base URL without a slash at the end, such as http://127.0.0.1:43121. */
  readonly url: string;
  /** What to send as x-api-key. */
  readonly apiKey: string;
  /** What to send as x-server-key. */
  readonly serverKey: string;
  /** What to send as Bearer or x-admin-token to act as the network's admin. */
  readonly adminToken: string;
  /** Stops at once, open connections included; everything is forgotten. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in for one Amity network on this machine: its authentication, session and ban routes over HTTP, with
 * everything in memory. The tokens it gives carry nothing real, and it writes no log.
 * @returns the emulator, once it listens
 * @throws EmulatorInProductionError, RangeError for an impossible option, or the system's error when it cannot listen
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const settings = resolveOptions(options);
  const app = build(settings);
  const url = await app.listen({ host: settings.host, port: settings.port });
  const { apiKey, serverKey, adminToken } = settings;
  return { url, apiKey, serverKey, adminToken, close: () => app.close() };
}

function build(settings: Settings): FastifyInstance {
  const { clock, rateLimit } = settings;
  const signAccessToken = createAccessTokenSigner(randomBytes(32));
  const network = new Network(settings, { clock, ids: randomIds, signAccessToken });
  const credentials = new Credentials(settings, network, rateLimit && new RateLimiter(rateLimit, clock));
  const app = createHttpServer();
  registerTokenRoutes(app, network, credentials, settings);
  registerSessionRoutes(app, network, credentials);
  registerUserRoutes(app, network, credentials);
  registerSettingsRoutes(app, credentials);
  return app;
}
