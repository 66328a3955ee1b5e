import { knownTimes, noTimes } from "../amity/admin-token.js";
import { type RegionCode, regionCodes } from "../amity/regions.js";
import type { Config, LoadedConfig } from "../config/config.js";
import type { RegionConfig } from "../config/regions.js";
import { type Clock, systemClock } from "../system/clock.js";
import { connectTimeoutMs } from "../system/connect-timeout.js";
import { egressTo } from "../system/egress.js";
import { inTime } from "../system/in-time.js";
import { auditChecks } from "./audit.js";
import { callerChecks } from "./callers.js";
import { type Check, isHealthy, row } from "./check.js";
import { clientCertificateChecks, pairInUse } from "./client-certificates.js";
import { configurationChecks } from "./configuration.js";
import { connectionChecks } from "./connection.js";
import { dnsChecks, type Lookup, systemLookup } from "./dns.js";
import { fileChecks, type WatchedFile } from "./files.js";
import { keyChecks } from "./keys.js";
import { lookupChecks } from "./lookup.js";
import { tryMinting } from "./mint.js";
import { probe } from "./probe.js";
import { redisChecks } from "./redis.js";
import { sessionChecks } from "./session.js";
import type { Trial } from "./trial.js";

export interface DoctorOptions {
  /** Mint an auth token for this user, and open a session; undefined: neither. */
  readonly userId?: string | undefined;
  /** This region only; undefined: each one that is configured. */
  readonly region?: RegionCode | undefined;
  /** What the settings come from; none: nothing is said of them. */
  readonly files?: readonly WatchedFile[];
  readonly clock?: Clock;
  readonly lookup?: Lookup;
  /** Time for a lookup, a connection, a handshake or an answer. Milliseconds. */
  readonly timeoutMs?: number;
}

type Setup = Required<Pick<DoctorOptions, "clock" | "lookup" | "timeoutMs">> & Pick<DoctorOptions, "userId" | "region">;

/** Everything that can be told of a configuration without serving: settings, regions, certificates and callers. */
export async function examine(loaded: LoadedConfig, options: DoctorOptions = {}): Promise<Check[]> {
  const setup: Setup = { clock: systemClock, lookup: systemLookup, timeoutMs: connectTimeoutMs, ...options };
  const checks = [...configurationChecks(loaded), ...(await fileChecks(options.files ?? [], setup))];
  const { config } = loaded;
  if (!config) return checks;
  const { regions, mutualTls } = config;
  const [ofRegions, ofCallers, ofRedis, ofAudit] = await Promise.all([
    regions === "emulator" ? [] : regionsChecks(config, regions, setup),
    callerChecks(config, setup.clock),
    redisChecks(config, setup.clock),
    auditChecks(config.audit, setup),
  ]);
  return [
    ...checks,
    ...clientCertificateChecks(mutualTls.pairs, setup.clock.now()),
    ...ofRegions,
    ...ofCallers,
    ...ofRedis,
    ...ofAudit,
  ];
}

type Regions = Readonly<Record<RegionCode, RegionConfig>>;

async function regionsChecks(config: Config, regions: Regions, setup: Setup): Promise<Check[]> {
  const isConfigured = (code: RegionCode) =>
    regions[code].apiKey !== undefined || regions[code].serverKey !== undefined;
  const { region } = setup;
  if (region && !isConfigured(region)) {
    const advice = `set AMITY_${region}_API_KEY and AMITY_${region}_SERVER_KEY, or name another --region`;
    return [row(region, "keys").fail("the region is not configured", advice)];
  }
  const codes = regionCodes.filter((code) => (region ? code === region : isConfigured(code)));
  return (await Promise.all(codes.map((code) => regionChecks(config, regions, code, setup)))).flat();
}

async function regionChecks(config: Config, regions: Regions, code: RegionCode, setup: Setup): Promise<Check[]> {
  const { userId, clock, timeoutMs } = setup;
  const { adminToken, baseUrl } = regions[code];
  const [ofNetwork, ofTrial, adminTimes] = await Promise.all([
    networkChecks(config, code, baseUrl, setup),
    userId === undefined ? [] : trialChecks({ config, regions, code, userId, clock }),
    adminToken ? inTime(knownTimes(adminToken.value, adminToken.path), timeoutMs, clock).catch(() => noTimes) : noTimes,
  ]);
  const areTried = userId !== undefined;
  const facts = { areTried, hasVisitors: config.visitors !== undefined, adminTimes, now: clock.now() };
  return [...ofNetwork, ...keyChecks(code, regions[code], facts), ...ofTrial];
}

async function trialChecks(trial: Trial): Promise<Check[]> {
  const [{ checks, token }, ofLookup] = await Promise.all([tryMinting(trial), lookupChecks(trial)]);
  return [...checks, ...(await sessionChecks(trial, token)), ...ofLookup];
}

/** Each step needs the one before it, so the first that fails is the last. */
async function networkChecks(
  { mutualTls, proxyFor }: Config,
  code: RegionCode,
  url: URL,
  setup: Setup,
): Promise<Check[]> {
  const { timeoutMs } = setup;
  const { now } = setup.clock;
  const egress = await egressTo(url, proxyFor);
  // A proxy looks names up itself.
  const ofDns = egress.proxy ? [] : await dnsChecks(code, url, setup);
  if (!isHealthy(ofDns)) return ofDns;
  const pair = pairInUse(mutualTls.pairs, now());
  const identity = { ca: mutualTls.ca, cert: pair?.first.cert, key: pair?.first.key };
  const result = await probe(url, { identity, egress, now, timeoutMs });
  return [...ofDns, ...connectionChecks({ scope: code, url, shown: pair?.name, proxy: egress.proxy }, result, now())];
}
