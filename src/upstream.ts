import type { RegionHealth } from "./amity/circuit.js";
import { type AmityClient, createAmityClient, type RegionSettings } from "./amity/client.js";
import { type CertificatePair, isValidAt, parseCertificatePair, replacePair } from "./amity/client-certificate.js";
import { RegionCode, regionCodes } from "./amity/regions.js";
import type { Config } from "./config/config.js";
import type { PairConfig } from "./config/mutual-tls.js";
import { headerKeyOf, type Secret } from "./config/reader.js";
import type { Emulator } from "./emulator/server.js";
import type { Clock } from "./system/clock.js";
import { fixed, type Reloading, type Reloads } from "./system/reloading-file.js";
import type { Logger } from "./telemetry/logger.js";
import type { Metrics } from "./telemetry/metrics.js";

export interface UpstreamTools {
  readonly clock: Clock;
  readonly random: () => number;
  readonly reloads: Reloads;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export type UpstreamSettings = Pick<
  Config,
  "regions" | "mutualTls" | "tokenApi" | "sessionApi" | "upstreamAttemptTimeoutMs"
>;

/** The Amity client with its keys and certificates, which follow their files. */
export function connectUpstream(
  { regions, mutualTls, tokenApi, sessionApi, upstreamAttemptTimeoutMs }: UpstreamSettings,
  emulator: Emulator | undefined,
  tools: UpstreamTools,
): AmityClient {
  const { clock, random, reloads, metrics, logger } = tools;
  const knownFields = new Set<string>();
  const pairs = mutualTls.pairs.map((pair) => watchPair(pair, tools));
  const settings = emulator ? emulatedRegions(emulator) : configuredRegions(regions, reloads);
  // One that never failed has its number too: to an alarm it would not be there.
  for (const code of configuredCodes(settings)) metrics.regionHealth(code, "available");
  return createAmityClient({
    regions: settings,
    mutualTls: { ca: mutualTls.ca, pairs },
    tokenApi,
    sessionApi,
    attemptTimeoutMs: upstreamAttemptTimeoutMs,
    clock,
    random,
    observer: {
      onCall: (region, operation, outcome, seconds) => metrics.upstreamCall(region, operation, outcome, seconds),
      onRetry: (region) => metrics.upstreamRetry(region),
      onHealth(region, health) {
        metrics.regionHealth(region, health);
        if (health === "available") logger.info({ region, health }, healthTexts[health]);
        else logger.warn({ region, health }, healthTexts[health]);
      },
      onUnusableField(region, field) {
        metrics.unusableField(field);
        if (knownFields.has(field)) return;
        knownFields.add(field);
        logger.warn({ region, field }, "Amity's answers hold something of no use in a field: it is left empty");
      },
      onKeyFallback(region) {
        metrics.keyFallback(region);
        logger.warn({ region }, "Amity refused the first server key and took the other: finish the rotation");
      },
    },
  });
}

const healthTexts: Readonly<Record<RegionHealth, string>> = {
  available: "a region works again",
  degraded: "a region may be tried again: the next call decides",
  unavailable: "a region fails: calls to it are refused for five seconds",
};

function configuredRegions(regions: Config["regions"], reloads: Reloads): Record<RegionCode, RegionSettings> {
  if (regions === "emulator") throw new Error("no region is configured");
  const { EU, SG, US } = regions;
  const settings = ({ baseUrl, apiKey, serverKey, serverKeySecondary }: typeof EU): RegionSettings => ({
    baseUrl,
    apiKey: apiKey && watchSecret(apiKey, reloads),
    serverKeys: [serverKey, serverKeySecondary].flatMap((secret) => (secret ? [watchSecret(secret, reloads)] : [])),
  });
  return { [RegionCode.EU]: settings(EU), [RegionCode.SG]: settings(SG), [RegionCode.US]: settings(US) };
}

function configuredCodes(settings: Readonly<Record<RegionCode, RegionSettings>>): RegionCode[] {
  return regionCodes.filter((code) => settings[code].apiKey || settings[code].serverKeys.length > 0);
}

function watchSecret({ name, value, path }: Secret, reloads: Reloads): Reloading<string> {
  if (path === undefined) return fixed(value);
  const parse = ([text = ""]: readonly string[]) => headerKeyOf(text);
  return reloads.watch({ name: `${name}_FILE`, paths: [path], parse, first: value });
}

const dayMs = 24 * 60 * 60 * 1000;
const expiryWarningMs = 30 * dayMs;
const expiryErrorMs = 7 * dayMs;

/**
 * A certificate pair that follows its files. A new one that has expired already is kept out; while one is not
 * valid yet, the old one goes on.
 */
function watchPair(
  { name, paths, first }: PairConfig,
  { clock, reloads, metrics, logger }: UpstreamTools,
): Reloading<readonly CertificatePair[]> {
  const tell = (pair: CertificatePair) => {
    metrics.certificateExpiry(name, pair.notAfter / 1_000);
    if (!isValidAt(pair, clock.now())) {
      const validFrom = new Date(pair.notBefore).toISOString();
      logger.warn({ name, validFrom }, "a client certificate waits until it is valid");
    }
    const leftMs = pair.notAfter - clock.now();
    if (leftMs > expiryWarningMs) return;
    const fields = { name, days: Math.floor(leftMs / dayMs) };
    if (leftMs > expiryErrorMs) logger.warn(fields, "a client certificate expires soon");
    else logger.error(fields, "a client certificate expires very soon");
  };
  tell(first);
  return reloads.watch({
    name,
    paths,
    parse: ([cert = "", key = ""], inUse: readonly CertificatePair[]) =>
      replacePair(inUse, parseCertificatePair(cert, key), clock.now()),
    first: [first],
    onTaken: ([newest = first]) => tell(newest),
  });
}

/** One emulator plays every region, each in secure mode. */
function emulatedRegions(emulator: Emulator): Record<RegionCode, RegionSettings> {
  const settings = {
    baseUrl: new URL(emulator.url),
    apiKey: fixed(emulator.apiKey),
    serverKeys: [fixed(emulator.serverKey)],
  };
  return { [RegionCode.EU]: settings, [RegionCode.SG]: settings, [RegionCode.US]: settings };
}
