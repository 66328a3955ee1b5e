import { AdminTokenLife } from "./amity/admin-token-life.js";
import type { RegionHealth } from "./amity/circuit.js";
import { type AmityClient, createAmityClient } from "./amity/client.js";
import { type CertificatePair, isValidAt, parseCertificatePair, replacePair } from "./amity/client-certificate.js";
import { type Ending, ExpiryWatch } from "./amity/expiry.js";
import type { Operation } from "./amity/failures.js";
import type { RegionSettings } from "./amity/region.js";
import { RegionCode, regionCodes } from "./amity/regions.js";
import { unusableFields } from "./amity/session-wire.js";
import type { Config } from "./config/config.js";
import type { PairConfig } from "./config/mutual-tls.js";
import { watchSecret } from "./config/watch-secret.js";
import type { Emulator } from "./emulator/server.js";
import type { Clock } from "./system/clock.js";
import { egressTo } from "./system/egress.js";
import type { ProxyFor } from "./system/forward-proxy.js";
import { fixed, type Reloading, type Reloads } from "./system/reloading-file.js";
import type { Logger } from "./telemetry/logger.js";
import type { Metrics } from "./telemetry/metrics.js";
import type { Traces } from "./telemetry/traces.js";

export interface UpstreamTools {
  readonly clock: Clock;
  readonly random: () => number;
  readonly reloads: Reloads;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly traces?: Traces | undefined;
}

export type UpstreamSettings = Pick<
  Config,
  "regions" | "mutualTls" | "proxyFor" | "tokenApi" | "sessionApi" | "adminAuth" | "upstreamAttemptTimeoutMs"
>;

/** The Amity client with its keys and certificates, which follow their files. */
export async function connectUpstream(
  { regions, mutualTls, proxyFor, tokenApi, sessionApi, adminAuth, upstreamAttemptTimeoutMs }: UpstreamSettings,
  emulator: Emulator | undefined,
  tools: UpstreamTools,
): Promise<AmityClient> {
  const { clock, random, reloads, metrics, logger, traces } = tools;
  const knownFields = new Set<string>();
  const expiries = new ExpiryWatch(clock, logger);
  const pairs = await Promise.all(mutualTls.pairs.map((pair) => watchPair(pair, expiries, tools)));
  const keysTakenAt = new Map<RegionCode, number>();
  const startedAt = clock.elapsed();
  const keysAge = (code: RegionCode) => () => (clock.elapsed() - (keysTakenAt.get(code) ?? startedAt)) / 1_000;
  const onTaken = (code: RegionCode) => keysTakenAt.set(code, clock.elapsed());
  const settings = emulator ? emulatedRegions(emulator) : await configuredRegions(regions, proxyFor, reloads, onTaken);
  metrics.announceUnusableFields(unusableFields);
  for (const code of configuredCodes(settings)) {
    const { serverKeys, adminToken } = settings[code];
    metrics.announceRegion(code, operationsOf(settings[code]), serverKeys.length > 0 ? keysAge(code) : undefined);
    if (adminToken) {
      const path = regions === "emulator" ? undefined : regions[code].adminToken?.path;
      const life = new AdminTokenLife(adminToken, path, clock);
      metrics.announceAdminToken(code, () => life.times());
      await expiries.watch({ what: "an admin token", fields: { region: code }, end: () => life.end() });
    }
  }
  const client = createAmityClient({
    regions: settings,
    mutualTls: { ca: mutualTls.ca, pairs },
    tokenApi,
    sessionApi,
    adminAuth,
    attemptTimeoutMs: upstreamAttemptTimeoutMs,
    clock,
    random,
    traces,
    observer: {
      onCall: (region, operation, outcome, seconds) => metrics.upstreamCall(region, operation, outcome, seconds),
      onRetry: (region) => metrics.upstreamRetry(region),
      onHealth(region, health) {
        metrics.regionHealth(region, health);
        if (health === "available") logger.info({ region, health }, healthTexts[health]);
        else logger.warn({ region, health }, healthTexts[health]);
      },
      onUnusableField(region, field, requestId) {
        metrics.unusableField(field);
        if (knownFields.has(field)) return;
        knownFields.add(field);
        logger.warn(
          { requestId, region, field },
          "Amity's answers hold something of no use in a field: it is left empty",
        );
      },
      onKeyFallback(region, requestId) {
        metrics.keyFallback(region);
        logger.warn(
          { requestId, region },
          "Amity refused the first server key and took the other: finish the rotation",
        );
      },
    },
  });
  const close = () => {
    expiries.stop();
    client.close();
  };
  return { ...client, close };
}

const healthTexts: Readonly<Record<RegionHealth, string>> = {
  available: "a region works again",
  degraded: "a region may be tried again: the next call decides",
  unavailable: "a region fails: calls to it are refused for five seconds",
};

/** What a configured region can be asked for. */
function operationsOf({ apiKey, serverKeys, adminToken }: RegionSettings): readonly Operation[] {
  return [
    ...(serverKeys.length > 0 ? (["mintAuthToken"] as const) : []),
    ...(apiKey ? (["createSession", "createSessionWithAuthToken", "createVisitorSession"] as const) : []),
    "verifySession",
    "revokeSession",
    ...(adminToken ? (["revokeUserSessions", "listUsers", "updateUser"] as const) : []),
  ];
}

/** `onTaken`: hears of each server key that was replaced. */
async function configuredRegions(
  regions: Config["regions"],
  proxyFor: ProxyFor,
  reloads: Reloads,
  onTaken: (code: RegionCode) => void,
): Promise<Record<RegionCode, RegionSettings>> {
  if (regions === "emulator") throw new Error("no region is configured");
  const settings = async (code: RegionCode): Promise<RegionSettings> => {
    const { baseUrl, apiKey, serverKey, serverKeySecondary, adminToken } = regions[code];
    return {
      baseUrl,
      egress: await egressTo(baseUrl, proxyFor),
      apiKey: apiKey && watchSecret(apiKey, reloads),
      serverKeys: [serverKey, serverKeySecondary].flatMap((secret) =>
        secret ? [watchSecret(secret, reloads, () => onTaken(code))] : [],
      ),
      adminToken: adminToken && watchSecret(adminToken, reloads),
    };
  };
  const { EU, SG, US } = RegionCode;
  return { [EU]: await settings(EU), [SG]: await settings(SG), [US]: await settings(US) };
}

function configuredCodes(settings: Readonly<Record<RegionCode, RegionSettings>>): RegionCode[] {
  return regionCodes.filter((code) => settings[code].apiKey || settings[code].serverKeys.length > 0);
}

/**
 * A certificate pair that follows its files. A new one that has expired already is kept out; while one is not
 * valid yet, the old one goes on.
 */
async function watchPair(
  { name, paths, first }: PairConfig,
  expiries: ExpiryWatch,
  { clock, reloads, metrics, logger }: UpstreamTools,
): Promise<Reloading<readonly CertificatePair[]>> {
  const tell = (pair: CertificatePair) => {
    metrics.certificateExpiry(name, pair.notAfter / 1_000);
    if (isValidAt(pair, clock.now())) return;
    const validFrom = new Date(pair.notBefore).toISOString();
    logger.warn({ name, validFrom }, "a client certificate waits until it is valid");
  };
  tell(first);
  const source = reloads.watch({
    name,
    paths,
    parse: ([cert = "", key = ""], inUse: readonly CertificatePair[]) =>
      replacePair(inUse, parseCertificatePair(cert, key), clock.now()),
    first: [first],
    onTaken([newest = first]) {
      tell(newest);
      void expiries.look(ending);
    },
  });
  const end = async () => (await source.current())[0]?.notAfter;
  const ending: Ending = { what: "a client certificate", fields: { name }, end };
  await expiries.watch(ending);
  return source;
}

/** One emulator plays every region, each in secure mode. */
function emulatedRegions(emulator: Emulator): Record<RegionCode, RegionSettings> {
  const settings = {
    baseUrl: new URL(emulator.url),
    apiKey: fixed(emulator.apiKey),
    serverKeys: [fixed(emulator.serverKey)],
    adminToken: fixed(emulator.adminToken),
  };
  return { [RegionCode.EU]: settings, [RegionCode.SG]: settings, [RegionCode.US]: settings };
}
