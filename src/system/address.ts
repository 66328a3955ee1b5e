import { isIP, SocketAddress } from "node:net";

/**
 * An address in its one text: IPv4 also where it is mapped into IPv6, no zone, and no port, which proxies may append.
 * Undefined for what is no address, such as a proxy's `unknown`.
 */
export function canonicalAddress(text: string): string | undefined {
  const bare = withoutPort(text.trim());
  switch (isIP(bare)) {
    case 4:
      return bare;
    case 6: {
      const { address } = new SocketAddress({ address: withoutZone(bare), family: "ipv6" });
      return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address;
    }
  }
  return undefined;
}

/** `192.0.2.1:50000`, `[2001:db8::1]:443`, `[2001:db8::1]`, and the same in quotes, as RFC 7239 has it. */
function withoutPort(text: string): string {
  const bare = /^"(.*)"$/.exec(text)?.[1] ?? text;
  const [, address] = /^\[([^\]]*)\](?::\d*)?$/.exec(bare) ?? /^([\d.]+):\d*$/.exec(bare) ?? [];
  return address ?? bare;
}

/** The interface of a link-local address says nothing to anybody but this machine. */
export function withoutZone(address: string): string {
  return address.replace(/%.*$/, "");
}

/** Whoever sends from an address: an IPv6 subscriber has a whole /64 at hand. What is no address stands for itself. */
export function senderOf(text: string): string {
  const address = canonicalAddress(text) ?? text;
  return isIP(address) === 6 ? `${groupsOf(address).slice(0, 4).join(":")}::/64` : address;
}

/** The eight groups of an IPv6 address, of which `::` leaves out those of zeros. */
function groupsOf(address: string): string[] {
  const [head = [], tail = []] = address.split("::").map((part) => part.split(":").filter((group) => group !== ""));
  return [...head, ...Array<string>(8 - head.length - tail.length).fill("0"), ...tail];
}
