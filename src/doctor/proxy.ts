import type { ForwardProxy, ProxyError, ProxyFault } from "../system/forward-proxy.js";
import { type Check, row } from "./check.js";

const adviceFor: Readonly<Record<ProxyFault, string>> = {
  PROXY_UNREACHABLE: "check the proxy's scheme, host and port in that variable, and whether the proxy runs",
  PROXY_TIMEOUT: "check the proxy's host and port in that variable, and ask whoever runs the proxy how it does",
  PROXY_AUTH_REQUIRED:
    "put user and password into that variable's URL, percent-encoded: http://user:password@host:port",
  PROXY_REFUSED: "ask whoever runs the proxy to allow the host and its port; or name the host in NO_PROXY",
  PROXY_CANNOT_CONNECT: "ask whoever runs the proxy why it does not reach the host; its DNS and firewall count here",
};

/** A proxy that connects us. */
export function proxyCheck(scope: string, { name }: ForwardProxy): Check {
  return row(scope, "proxy").ok(`connects by ${name}`);
}

/** The proxy's failure, which says nothing of the host behind it. */
export function proxyFailure(scope: string, { code, message }: ProxyError): Check {
  return row(scope, "proxy").fail(`${message}; ${code}`, adviceFor[code]);
}

/** What to do about a reason that begins with a proxy's fault; undefined for others. */
export function proxyAdvice(reason: string): string | undefined {
  const [, fault] = /^(PROXY_\w+)/.exec(reason) ?? [];
  return Object.entries(adviceFor).find(([code]) => code === fault)?.[1];
}
