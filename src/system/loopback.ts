import { BlockList, isIP } from "node:net";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Does this host name or address (brackets allowed around IPv6) stay on this machine? */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  // The list is asked about others: it takes longer than all other checks of a request.
  if (bare === "localhost" || bare === "127.0.0.1") return true;
  const family = isIP(bare);
  return family !== 0 && loopback.check(bare, family === 6 ? "ipv6" : "ipv4");
}

/** Does this Host header name this machine? A page of another site cannot make a browser send one that does. */
export function namesLoopback(host: string | undefined): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(host ?? "")?.[1];
  return name !== undefined && isLoopbackHost(name);
}

/** May we talk to this URL? https anywhere, http only within this machine, and no user or password in it. */
export function isTrustedUrl({ protocol, hostname, username, password }: URL): boolean {
  if (username || password) return false;
  return protocol === "https:" || (protocol === "http:" && isLoopbackHost(hostname));
}
