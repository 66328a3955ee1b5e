import type { ForwardProxyFault } from "../../support/proxy.js";
import { type Line, says } from "../log.js";
import type { Fault, Lane } from "./fault.js";

const faults: readonly (readonly [name: string, ForwardProxyFault, Line])[] = [
  ["says nothing", "says nothing", { reason: "PROXY_TIMEOUT" }],
  ["goes away", "breaks off", { reason: "PROXY_UNREACHABLE" }],
  ["says no HTTP", "says no HTTP", { reason: "PROXY_UNREACHABLE" }],
  // Nobody knows that it has connected before the time for a call is over, which is short here.
  ["connects to nobody", "connects and says no more", { reason: /^(?:PROXY_TIMEOUT|timeout)$/ }],
  ["loses what it connects", "connects and breaks off", { reason: "ECONNRESET", phase: "tls" }],
  ["wants a password", 407, { reason: "PROXY_AUTH_REQUIRED" }],
  ["refuses", 403, { reason: "PROXY_REFUSED" }],
  ["reaches nobody", 502, { reason: "PROXY_CANNOT_CONNECT" }],
];

/** The proxy to Amity fails. */
export const proxied: Lane = {
  region: "US",
  faults: ({ proxy }) =>
    faults.map(
      ([name, fault, line]): Fault => ({
        name: `the proxy ${name}`,
        begin() {
          proxy.fail(fault);
          return () => proxy.fail(undefined);
        },
        named: says({ region: "US", ...line }),
      }),
    ),
};
