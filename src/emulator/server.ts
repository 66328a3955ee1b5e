import type { FastifyInstance } from "fastify";
import { registerAdminRoutes } from "./admin.routes.js";
import { requireCertificates } from "./certificate-guard.js";
import { registerChannelRoutes } from "./channel.routes.js";
import { Credentials } from "./credentials.js";
import { registerFaults } from "./faults/hooks.js";
import { addPart, createHttpServer } from "./http.js";
import { registerControl } from "./inspector/control.js";
import { controlPath } from "./inspector/control-guard.js";
import { ExchangeRecorder } from "./inspector/recorder.js";
import { RequestLog } from "./inspector/request-log.js";
import { MovableClock } from "./movable-clock.js";
import type { MutualTls } from "./mutual-tls.js";
import { type EmulatorOptions, type MutualTlsOptions, resolveOptions, type Settings } from "./options.js";
import { registerRoleRoutes } from "./role.routes.js";
import { requireKnownRoutes } from "./route-kind.js";
import { registerSessionRoutes } from "./session.routes.js";
import { registerSettingsRoutes } from "./settings.routes.js";
import { registerTokenRoutes } from "./token.routes.js";
import { registerUserRoutes } from "./user.routes.js";
import { createWorld, type World } from "./world.js";

export type { FaultInput } from "./faults/fault.js";
export { EmulatorInProductionError, type EmulatorOptions, type MutualTlsOptions } from "./options.js";

/** A running emulator and the keys it answers to. */
export interface Emulator {
  /** Base URL without a slash at the end, such as http://127.0.0.1:43121. */
  readonly url: string;
  /** What to send as x-api-key. */
  readonly apiKey: string;
  /** What to send as x-server-key. */
  readonly serverKey: string;
  /** What to send as Bearer or x-admin-token to act as the network's admin, until it is replaced. */
  readonly adminToken: string;
  /** What to send as Bearer to the control routes, which lie below /__emulator. */
  readonly controlKey: string;
  /** The inspector's page, for a browser on this machine, with the control key behind a #. */
  readonly inspectorUrl: string;
  /** What signs visitors' sessions in secure visitor mode. */
  readonly visitorSecret: string;
  /** With mutual TLS: the certificate (PEM) of the authority behind `url` and the client certificates. */
  readonly ca: string | undefined;
  /** Stops at once, open connections included; everything is forgotten. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in for one Amity network on this machine: its authentication, session, user and settings routes over
 * HTTP, or with `mtls` over HTTPS, with everything in memory. The tokens it gives carry nothing real, and it writes no
 * log.
 * Rejects with EmulatorInProductionError, with RangeError for an impossible option, or with Node's own error when it
 * cannot listen.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const settings = resolveOptions(options);
  const clock = new MovableClock(settings.now);
  const tls = settings.mtls && (await startTls(settings, settings.mtls, clock));
  const app = build(createWorld(settings, clock, tls?.certificates), tls);
  const url = await app.listen({ host: settings.host, port: settings.port });
  const { apiKey, serverKey, adminToken, controlKey, visitorSecret } = settings;
  return {
    url,
    apiKey,
    serverKey,
    adminToken,
    controlKey,
    inspectorUrl: `${url}${controlPath}/#key=${encodeURIComponent(controlKey)}`,
    visitorSecret,
    ca: tls?.ca,
    close: () => app.close(),
  };
}

async function startTls(
  { host, faults }: Settings,
  mtls: Required<MutualTlsOptions>,
  { now }: MovableClock,
): Promise<MutualTls> {
  // Loaded here, since the X.509 library takes a while and an emulator over plain HTTP does not need it.
  const { createMutualTls } = await import("./mutual-tls.js");
  const expiredServer = faults.some(({ kind }) => kind === "serverCertificateExpired");
  return createMutualTls({ ...mtls, host, now, expiredServer });
}

function build(world: World, tls: MutualTls | undefined): FastifyInstance {
  const { settings, clock, network, adminTokens, rateLimiter } = world;
  const log = new RequestLog();
  const recorder = new ExchangeRecorder(log, network, clock.now);
  const app = createHttpServer({ tls: tls?.server, recorder });
  const credentials = new Credentials(settings, adminTokens, network, rateLimiter);
  // Amity's own routes stand apart from the control routes, which want no certificate and meet no fault.
  addPart(app, "amity", (amity) => {
    requireKnownRoutes(amity);
    if (tls) requireCertificates(amity, tls, credentials, recorder);
    registerFaults(amity, world.faults, clock.now, recorder);
    registerTokenRoutes(amity, network, credentials, settings);
    registerSessionRoutes(amity, network, credentials, settings);
    registerUserRoutes(amity, network, credentials);
    registerAdminRoutes(amity, network, adminTokens, credentials);
    registerChannelRoutes(amity, network.users, credentials);
    registerRoleRoutes(amity, network, credentials);
    registerSettingsRoutes(amity, world.networkSettings, credentials);
  });
  addPart(app, "control", (control) => registerControl(control, world, log));
  return app;
}
