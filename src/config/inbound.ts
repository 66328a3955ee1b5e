import { BlockList, isIP } from "node:net";
import type { RateLimitSettings } from "../caller/rate-limits.js";
import type { Reader } from "./reader.js";

/** What the HTTP server takes, and from whom. */
export interface InboundSettings {
  readonly bodyLimitBytes: number;
  /** Exact origins. */
  readonly corsOrigins: readonly string[];
  /** Names of headers that pages of those origins may send besides the usual ones; in lower case. */
  readonly corsHeaders: readonly string[];
  /** Addresses or CIDR ranges. */
  readonly trustedProxies: readonly string[];
  readonly rateLimits: RateLimitSettings;
  /** Mean event-loop delay above which requests are shed; 0: never. Milliseconds. */
  readonly shedDelayMs: number;
}

export function readInbound(reader: Reader): InboundSettings {
  if (reader.isGiven("CORS_HEADERS") && !reader.isGiven("CORS_ORIGINS")) {
    reader.problem("CORS_HEADERS is set without CORS_ORIGINS");
  }
  return {
    bodyLimitBytes: reader.integer("BODY_LIMIT_BYTES"),
    corsOrigins: readEntries(reader, "CORS_ORIGINS", isOrigin),
    corsHeaders: readEntries(reader, "CORS_HEADERS", isHeaderName).map((name) => name.toLowerCase()),
    trustedProxies: readTrustedProxies(reader),
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
  name: "CORS_ORIGINS" | "CORS_HEADERS" | "TRUSTED_PROXIES",
  fits: (entry: string) => boolean,
): readonly string[] {
  const entries = reader.list(name);
  if (!entries.every(fits)) reader.refuse(name);
  return entries;
}

/** Of the schemes whose pages never have an origin of their own, or are none of a page. */
const schemesOfNoPage = /^(?:about|blob|data|file|ftp|javascript|wss?):/;

function isOrigin(entry: string): boolean {
  // A star would be compared like any other letter, and never match.
  if (/^https?:/.test(entry)) return !entry.includes("*") && URL.canParse(entry) && new URL(entry).origin === entry;
  // Apps in a web view have schemes of their own, such as capacitor://localhost: URL knows no origin of those.
  return /^[a-z][a-z\d+.-]*:\/\/[a-z\d_.-]+(?::\d{1,5})?$/.test(entry) && !schemesOfNoPage.test(entry);
}

/** RFC 9110, 5.1, without the star, which stands for any name. */
function isHeaderName(entry: string): boolean {
  return /^[\w!#$%&'+.^`|~-]+$/.test(entry);
}

function readTrustedProxies(reader: Reader): readonly string[] {
  const ranges = readEntries(reader, "TRUSTED_PROXIES", isAddressRange);
  if (ranges.some(isBoundless)) {
    reader.problem(
      "TRUSTED_PROXIES holds a range as wide as the internet, so that anybody could make up an address: name your proxies",
    );
  }
  return ranges;
}

/** Private networks of IPv6 are a /7 at most, those of IPv4 a /8. */
const widestOfIpv6 = 7;

/** Is it wider than any network of one's own? A range of IPv6 can hold all of IPv4, which is mapped into it. */
function isBoundless(range: string): boolean {
  const [address = "", prefix] = range.split("/");
  if (prefix === undefined || !isAddressRange(range)) return false;
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  if (family === "ipv6" && Number(prefix) < widestOfIpv6) return true;
  const list = new BlockList();
  list.addSubnet(address, Number(prefix), family);
  return Array.from({ length: 256 }, (_, first) => list.check(`${first}.0.0.1`)).filter(Boolean).length > 1;
}

function isAddressRange(entry: string): boolean {
  const [address = "", prefix, ...rest] = entry.split("/");
  if (rest.length > 0 || isIP(address) === 0) return false;
  if (prefix === undefined) return true;
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix)) return false;
  try {
    new BlockList().addSubnet(address, Number(prefix), isIP(address) === 6 ? "ipv6" : "ipv4");
    return true;
  } catch {
    return false;
  }
}
