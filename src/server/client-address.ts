import { BlockList, isIP } from "node:net";
import { canonicalAddress, withoutZone } from "../system/address.js";

/**
 * Finds the client's address by the socket's and the X-Forwarded-For header. It is canonical; empty when the socket has
 * none any more.
 */
export type AddressFinder = (socketAddress: string | undefined, forwardedFor: string | undefined) => string;

/**
 * Proxies that are trusted are believed for whom they ask, from the nearest on. Where that is no address, the proxy's
 * own stands: whoever hides behind such words has one limit together. `trustedProxies`: addresses or CIDR ranges.
 */
export function addressFinder(trustedProxies: readonly string[]): AddressFinder {
  const isTrusted = rangeCheck(trustedProxies);
  return (socketAddress = "", forwardedFor) => {
    let client = canonicalAddress(socketAddress) ?? "";
    if (forwardedFor === undefined || !isTrusted(client)) return client;
    // The nearest proxy wrote last. What stands before somebody's word who is not trusted, anybody may have made up.
    for (const told of forwardedFor.split(",").reverse()) {
      const next = canonicalAddress(told);
      if (next === undefined) break;
      client = next;
      if (!isTrusted(client)) break;
    }
    return client;
  };
}

/** Is it an address of these? `ranges`: addresses or CIDR ranges. */
export function rangeCheck(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", prefix] = range.split("/");
    const bare = withoutZone(address);
    if (prefix === undefined) list.addAddress(bare, familyOf(bare));
    else list.addSubnet(bare, Number(prefix), familyOf(bare));
  }
  return (address) => ranges.length > 0 && isIP(address) !== 0 && list.check(address, familyOf(address));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}
