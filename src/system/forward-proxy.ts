import { Unusable } from "../errors/reason-of.js";
import type { Reason } from "../errors/reasons.js";
import { isLoopbackHost } from "./loopback.js";

/** A proxy that the operator's network wants for calls to the outside. */
export interface ForwardProxy {
  /** May hold the proxy's user and password, so it is never printed. */
  readonly url: URL;
  /** Host and port without user information, and the variable that named it: for people. */
  readonly name: string;
}

/** The proxy for a URL; undefined: it is reached straight. */
export type ProxyFor = (url: URL) => ForwardProxy | undefined;

/** Without any proxy. */
export const noProxy: ProxyFor = () => undefined;

/** Everything goes by the proxy but what the list excepts, and this machine itself. */
export function proxyExcept(proxy: ForwardProxy, isExcepted: (url: URL) => boolean): ProxyFor {
  return (url) => (isLoopbackHost(url.hostname) || isExcepted(url) ? undefined : proxy);
}

/** How a proxy failed to connect us with a host, and what to call it in words. */
const faults = {
  PROXY_UNREACHABLE: "cannot be used",
  PROXY_TIMEOUT: "gives no connection in time",
  PROXY_AUTH_REQUIRED: "wants a user and password, or others than it was given",
  PROXY_REFUSED: "refuses to connect to the host",
  PROXY_CANNOT_CONNECT: "cannot reach the host itself",
} as const satisfies Partial<Record<Reason, string>>;

export type ProxyFault = keyof typeof faults;

/** The proxy's failure, and not that of the host behind it. Holds nothing secret. */
export class ProxyError extends Unusable {
  /** `proxy`: its name for people. `detail`: its HTTP status, or Node's code. */
  constructor(
    override readonly reason: ProxyFault,
    proxy: string,
    detail?: string,
  ) {
    super(reason, `the proxy ${proxy} ${faults[reason]}${detail === undefined ? "" : ` (${detail})`}`);
  }
}
