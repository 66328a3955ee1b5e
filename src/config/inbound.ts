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

const mostPerMinute = 1_000_000;

export function readInbound(reader: Reader): InboundSettings {
  return {
    bodyLimitBytes: reader.integer("BODY_LIMIT_BYTES", 1_024, 1_048_576, 102_400),
    corsOrigins: readEntries(reader, "CORS_ORIGINS", isOrigin, "exact origins such as https://app.example.com"),
    trustedProxies: readEntries(reader, "TRUSTED_PROXIES", isAddressRange, "IP addresses or CIDR ranges"),
    rateLimits: {
      user: reader.integer("RATE_LIMIT_USER", 0, mostPerMinute, 30),
      service: reader.integer("RATE_LIMIT_SERVICE", 0, mostPerMinute, 600),
      failedAuth: reader.integer("RATE_LIMIT_FAILED_AUTH", 0, mostPerMinute, 20),
    },
    shedDelayMs: reader.integer("SHED_EVENT_LOOP_DELAY_MS", 0, 60_000, 250),
  };
}

function readEntries(reader: Reader, name: string, fits: (entry: string) => boolean, what: string): readonly string[] {
  const entries = reader.list(name);
  if (!entries.every(fits)) reader.problem(`${name} must list ${what}, with commas`);
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
