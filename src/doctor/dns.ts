import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { reasonOf } from "../errors/reason-of.js";
import { reasons } from "../errors/reasons.js";
import type { Clock } from "../system/clock.js";
import { inTime } from "../system/in-time.js";
import { type Check, row } from "./check.js";

/** Addresses of a host, as the operating system gives them: the gateway asks in the same way. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** The operating system's own lookup. */
export const systemLookup: Lookup = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

export interface DnsTools {
  readonly lookup: Lookup;
  readonly clock: Pick<Clock, "after">;
  /** Milliseconds. */
  readonly timeoutMs: number;
}

const maxAddresses = 3;

/** Does the host have an address? None for a host that is one. */
export async function dnsChecks(
  scope: string,
  { hostname }: URL,
  { lookup, clock, timeoutMs }: DnsTools,
): Promise<Check[]> {
  // URL keeps the brackets around an IPv6 address.
  if (isIP(hostname.replace(/^\[|\]$/g, "")) !== 0) return [];
  const dns = row(scope, "DNS");
  try {
    const addresses = await inTime(lookup(hostname), timeoutMs, clock);
    if (addresses.length > 0) return [dns.ok(`${hostname}: ${listed(addresses)}`)];
    return [dns.fail(`${hostname} has no address`, spelling(scope))];
  } catch (error) {
    const reason = reasonOf(error, "unknown fault");
    if (reason === "ENOTFOUND") return [dns.fail(`${hostname} has no address (${reason})`, spelling(scope))];
    const advice = reasons[reason === "timeout" ? "EAI_AGAIN" : reason].todo;
    return [dns.fail(`the address of ${hostname} cannot be looked up (${reason})`, advice)];
  }
}

function listed(addresses: readonly string[]): string {
  const more = addresses.length - maxAddresses;
  return `${addresses.slice(0, maxAddresses).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function spelling(scope: string): string {
  return `check the spelling of AMITY_${scope}_BASE_URL if it is set, and this machine's DNS servers`;
}
