import { BlockList, isIP } from "node:net";
import type { RateLimitSettings } from "../caller/rate-limits.js";
import type { Reader } from "./reader.js";

/** What the HTTP server takes, and from whom. */
export interface InboundSettings {
  readonly bodyLimitBytes: number;
  /** Exact origins. */
  readonly corsOrigins: readonly string[];
  /** Addresses or CIDR ranges. */
  readonly trustedProxies: readonly string[];
  readonly rateLimits: RateLimitSettings;
  /** Mean event-loop delay above which requests are shed; 0: never. Milliseconds. */
  readonly shedDelayMs: number;
}

export function readInbound(reader: Reader): InboundSettings {
  return {
    bodyLimitBytes: reader.integer("BODY_LIMIT_BYTES"),
    corsOrigins: readEntries(reader, "CORS_ORIGINS", isOrigin),
    trustedProxies: readEntries(reader, "TRUSTED_PROXIES", isAddressRange),
    rateLimits: {
      user: reader.integer("RATE_LIMIT_USER"),
      service: reader.integer("RATE_LIMIT_SERVICE"),
      failedAuth: reader.integer("RATE_LIMIT_FAILED_AUTH"),
    },
    shedDelayMs: reader.integer("SHED_EVENT_LOOP_DELAY_MS"),
  };
}

function readEntries(
  reader: Reader,
  name: "CORS_ORIGINS" | "TRUSTED_PROXIES",
  fits: (entry: string) => boolean,
): readonly string[] {
  const entries = reader.list(name);
  if (!entries.every(fits)) reader.refuse(name);
  return entries;
}

function isOrigin(entry: string): boolean {
  // A star would be compared like any other letter, and never match.
  return /^https?:[^*]+$/.test(entry) && URL.canParse(entry) && new URL(entry).origin === entry;
}

function isAddressRange(entry: string): boolean {
  const [address = "", prefix, ...rest] = entry.split("/");
  if (rest.length > 0 || isIP(address) === 0) return false;
  if (prefix === undefined) return true;
  // A prefix of 0 would believe everybody.
  if (!/^[1-9]\d{0,2}$/.test(prefix)) return false;
  try {
    new BlockList().addSubnet(address, Number(prefix), isIP(address) === 6 ? "ipv6" : "ipv4");
    return true;
  } catch {
    return false;
  }
}
