import { randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { registerAdminRoutes } from "./admin.routes.js";
import { AdminTokens } from "./admin-tokens.js";
import { registerCertificateRoutes } from "./certificate.routes.js";
import { requireCertificates } from "./certificate-guard.js";
import { registerChannelRoutes } from "./channel.routes.js";
import { Credentials } from "./credentials.js";
import type { Fault, RequestFault } from "./faults/fault.js";
import { registerFaultRoutes } from "./faults/fault.routes.js";
import { FaultList } from "./faults/fault-list.js";
import { registerFaults } from "./faults/hooks.js";
import { createHttpServer } from "./http.js";
import { createAccessTokenSigner, randomIds } from "./ids.js";
import type { MutualTls } from "./mutual-tls.js";
import { Network } from "./network.js";
import { type EmulatorOptions, type MutualTlsOptions, resolveOptions, type Settings } from "./options.js";
import { RateLimiter } from "./rate-limiter.js";
import { registerRoleRoutes } from "./role.routes.js";
import { requireKnownRoutes } from "./route-kind.js";
import { registerSessionRoutes } from "./session.routes.js";
import { registerSettingsRoutes } from "./settings.routes.js";
import { registerSystemBanRoutes } from "./system-ban.routes.js";
import { registerTokenRoutes } from "./token.routes.js";
import { registerUserRoutes } from "./user.routes.js";

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
  const tls = settings.mtls && (await startTls(settings, settings.mtls));
  const app = build(settings, tls);
  const url = await app.listen({ host: settings.host, port: settings.port });
  const { apiKey, serverKey, adminToken, visitorSecret } = settings;
  return { url, apiKey, serverKey, adminToken, visitorSecret, ca: tls?.ca, close: () => app.close() };
}

async function startTls({ host, now, faults }: Settings, mtls: Required<MutualTlsOptions>): Promise<MutualTls> {
  // Loaded here, since the X.509 library takes a while and an emulator over plain HTTP does not need it.
  const { createMutualTls } = await import("./mutual-tls.js");
  const expiredServer = faults.some(({ kind }) => kind === "serverCertificateExpired");
  return createMutualTls({ ...mtls, host, now, expiredServer });
}

function build(settings: Settings, tls: MutualTls | undefined): FastifyInstance {
  const { now, rateLimit } = settings;
  const signAccessToken = createAccessTokenSigner(randomBytes(32));
  const network = new Network(settings, { now, ids: randomIds, signAccessToken });
  const adminTokens = new AdminTokens(settings.adminToken, settings, now, randomIds);
  const credentials = new Credentials(settings, adminTokens, network, rateLimit && new RateLimiter(rateLimit, now));
  const faults = new FaultList(settings.faults.filter(meetsRequests));
  const app = createHttpServer(tls?.server);
  // Amity's own routes stand apart from the control routes, which want no certificate and meet no fault.
  app.register(async (amity) => {
    requireKnownRoutes(amity);
    if (tls) requireCertificates(amity, tls, credentials);
    registerFaults(amity, faults, now);
    registerTokenRoutes(amity, network, credentials, settings);
    registerSessionRoutes(amity, network, credentials, settings);
    registerUserRoutes(amity, network, credentials);
    registerAdminRoutes(amity, network, adminTokens, credentials);
    registerChannelRoutes(amity, network.users, credentials);
    registerRoleRoutes(amity, network, credentials);
    registerSettingsRoutes(amity, credentials);
  });
  registerSystemBanRoutes(app, network.users, credentials);
  registerFaultRoutes(app, faults, credentials);
  if (tls) registerCertificateRoutes(app, tls.certificates, credentials);
  return app;
}

function meetsRequests(fault: Fault): fault is RequestFault {
  return fault.kind !== "serverCertificateExpired";
}
