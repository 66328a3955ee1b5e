import { type HostFamily, RegionCode, regionCodes, regionTable, usualRegion } from "../amity/regions.js";
import { lineOf } from "../system/setting-text.js";
import { headerKeyOf } from "./header-key.js";
import type { Reader, Secret } from "./reader.js";

/** One region as it was configured. */
export interface RegionConfig extends Keys {
  readonly baseUrl: URL;
}

/** A region's keys, each with the file it came from, if any. */
export interface Keys {
  readonly apiKey: Secret | undefined;
  readonly serverKey: Secret | undefined;
  /** The other key during a rotation. */
  readonly serverKeySecondary: Secret | undefined;
  readonly adminToken: Secret | undefined;
  /** Signs for visitors. */
  readonly visitorSecret: Secret | undefined;
}

/** What signs for visitors is never sent, so any text of one line will do. Throws UnusableText. */
export const visitorSecretOf: (text: string) => string = lineOf;

/** Of the default region's variables, or of one region's. */
type KeyPrefix = "AMITY_" | `AMITY_${RegionCode}_`;

/** What the keys that are given make of the regions. */
export interface Network {
  readonly defaultRegion: RegionCode;
  readonly regions: Readonly<Record<RegionCode, RegionConfig>> | "emulator";
}

/** The default region and every region's settings; `emulator` when no API key and no server key is given at all. */
export function readRegions(reader: Reader, hostFamily: HostFamily): Network {
  const own = byRegion((code) => readKeys(reader, `AMITY_${code}_`));
  const defaultKeys = readKeys(reader, "AMITY_");
  const baseUrls = byRegion((code) => readBaseUrl(reader, `AMITY_${code}_BASE_URL`));
  const defaultRegion = readDefaultRegion(reader, own);
  const merged = byRegion((code) => (code === defaultRegion ? merge(reader, code, own[code], defaultKeys) : own[code]));
  const isGiven = (code: RegionCode) =>
    (["API_KEY", "SERVER_KEY"] as const).some((key) => isKeyGiven(reader, { defaultRegion }, code, key));
  for (const code of regionCodes) {
    if (baseUrls[code] && !isGiven(code)) {
      reader.problem(
        `AMITY_${code}_BASE_URL is set without a key: set AMITY_${code}_API_KEY or AMITY_${code}_SERVER_KEY`,
      );
    }
  }
  for (const code of regionCodes) {
    if (merged[code].serverKeySecondary && !merged[code].serverKey) {
      reader.problem(`AMITY_${code}_SERVER_KEY_SECONDARY is set without the primary key`);
    }
  }
  for (const code of regionCodes) {
    for (const secret of [merged[code].adminToken, merged[code].visitorSecret]) {
      if (secret && !isGiven(code)) reader.problem(`${secret.name} is set without an API key or a server key`);
    }
  }
  if (!regionCodes.some(isGiven)) return { defaultRegion, regions: "emulator" };
  const regions = byRegion((code) => ({
    ...merged[code],
    baseUrl: baseUrls[code] ?? new URL(regionTable[code].endpoints[hostFamily][0]),
  }));
  return { defaultRegion, regions };
}

/** Is a region's key there at all, under either of its names, usable or not? */
export function isKeyGiven(
  reader: Reader,
  { defaultRegion }: Pick<Network, "defaultRegion">,
  code: RegionCode,
  key: "API_KEY" | "SERVER_KEY" | "ADMIN_TOKEN" | "VISITOR_SECRET",
): boolean {
  const prefixes: readonly KeyPrefix[] = code === defaultRegion ? ["AMITY_", `AMITY_${code}_`] : [`AMITY_${code}_`];
  return prefixes.some((prefix) => reader.isGiven(`${prefix}${key}`));
}

function byRegion<T>(make: (code: RegionCode) => T): Record<RegionCode, T> {
  return { EU: make(RegionCode.EU), SG: make(RegionCode.SG), US: make(RegionCode.US) };
}

function readKeys(reader: Reader, prefix: KeyPrefix): Keys {
  return {
    apiKey: reader.fromSetting(`${prefix}API_KEY`, headerKeyOf),
    serverKey: reader.fromSetting(`${prefix}SERVER_KEY`, headerKeyOf),
    serverKeySecondary: reader.fromSetting(`${prefix}SERVER_KEY_SECONDARY`, headerKeyOf),
    adminToken: reader.fromSetting(`${prefix}ADMIN_TOKEN`, headerKeyOf),
    visitorSecret: reader.fromSetting(`${prefix}VISITOR_SECRET`, visitorSecretOf),
  };
}

function isConfigured({ apiKey, serverKey }: Keys): boolean {
  return apiKey !== undefined || serverKey !== undefined;
}

function readDefaultRegion(reader: Reader, own: Record<RegionCode, Keys>): RegionCode {
  const named = reader.choice("AMITY_REGION");
  const code = regionCodes.find((candidate) => candidate.toLowerCase() === named);
  if (code) return code;
  const configured = regionCodes.filter((code) => isConfigured(own[code]));
  return configured.length === 1 && configured[0] ? configured[0] : usualRegion;
}

const keyNames = {
  apiKey: "API_KEY",
  serverKey: "SERVER_KEY",
  serverKeySecondary: "SERVER_KEY_SECONDARY",
  adminToken: "ADMIN_TOKEN",
  visitorSecret: "VISITOR_SECRET",
} as const;

/** AMITY_API_KEY and the default region's own variable are two names of one thing: one of them at most. */
function merge(reader: Reader, code: RegionCode, own: Keys, unnamed: Keys): Keys {
  for (const [key, name] of Object.entries(keyNames) as [keyof Keys, string][]) {
    if (own[key] !== undefined && unnamed[key] !== undefined) {
      reader.problem(`AMITY_${name} and AMITY_${code}_${name} are both set for the default region: keep one`);
    }
  }
  return {
    apiKey: own.apiKey ?? unnamed.apiKey,
    serverKey: own.serverKey ?? unnamed.serverKey,
    serverKeySecondary: own.serverKeySecondary ?? unnamed.serverKeySecondary,
    adminToken: own.adminToken ?? unnamed.adminToken,
    visitorSecret: own.visitorSecret ?? unnamed.visitorSecret,
  };
}

function readBaseUrl(reader: Reader, name: `AMITY_${RegionCode}_BASE_URL`): URL | undefined {
  const url = reader.url(name);
  if (url === undefined) return undefined;
  if (/[?#]/.test(url.href)) {
    reader.problem(`${name} must hold no query or fragment`);
    return undefined;
  }
  // Paths are joined below it, so it has to end in a slash.
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}
