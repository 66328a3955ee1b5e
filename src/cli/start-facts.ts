import { type RegionCode, regionCodes } from "../amity/regions.js";
import type { Config } from "../config/config.js";

/** What the start line says of how the gateway is set up. No secret is among it. */
export function startFacts(config: Config, adminUrl: string | undefined): object {
  const { auth, inbound, visitors, userProfiles, explorer, introspection, defaultRegion, production } = config;
  const { bodyLimitBytes, rateLimits } = inbound;
  return {
    regions: regionFacts(config),
    defaultRegion,
    callers: auth.mode === "none" ? ["none"] : [...(auth.jwt ? ["jwt"] : []), ...(auth.apiKeys ? ["apikey"] : [])],
    limits: { bodyBytes: bodyLimitBytes, perMinute: rateLimits },
    visitors: visitors ? { perMinute: visitors.limits } : "off",
    userProfiles: userProfiles ? "on" : "off",
    explorer,
    introspection,
    metrics: adminUrl ? `${adminUrl}/metrics` : production ? "nowhere: ADMIN_PORT is not set" : "this machine",
  };
}

interface RegionFacts {
  readonly region: RegionCode;
  readonly apiKey: boolean;
  /** With one, the network is in secure mode. */
  readonly serverKey: boolean;
  readonly secondaryServerKey: boolean;
  readonly adminToken: boolean;
  readonly mutualTls: boolean;
}

function regionFacts({ regions, mutualTls }: Config): readonly RegionFacts[] {
  if (regions === "emulator") return [];
  return regionCodes.flatMap((region) => {
    const { apiKey, serverKey, serverKeySecondary, adminToken } = regions[region];
    if (!apiKey && !serverKey) return [];
    return {
      region,
      apiKey: isSet(apiKey),
      serverKey: isSet(serverKey),
      secondaryServerKey: isSet(serverKeySecondary),
      adminToken: isSet(adminToken),
      mutualTls: mutualTls.pairs.length > 0,
    };
  });
}

function isSet(value: unknown): boolean {
  return value !== undefined;
}

/** Each region that lacks a key, and what comes of it in words. */
export function missingKeys(config: Config): readonly { readonly region: RegionCode; readonly text: string }[] {
  return regionFacts(config).flatMap(({ region, apiKey, serverKey }) => [
    ...(serverKey ? [] : [{ region, text: "a region has no server key: every authToken is refused there" }]),
    ...(apiKey ? [] : [{ region, text: "a region has no API key: every createSession is refused there" }]),
  ]);
}
