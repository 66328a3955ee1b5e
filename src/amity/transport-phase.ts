import { isIP } from "node:net";
import type { Egress } from "../system/egress.js";
import { ProxyError } from "../system/forward-proxy.js";
import { isLookupError, type TransportPhase } from "./transport-error.js";

/** How the connection is made. */
export type Way = Pick<Egress, "proxy"> & { readonly baseUrl: URL };

/** How far a request came, as got tells it. Times in milliseconds. */
interface Progress {
  readonly response?: object | undefined;
  readonly timings?:
    | {
        readonly lookup?: number | undefined;
        readonly connect?: number | undefined;
        readonly secureConnect?: number | undefined;
      }
    | undefined;
}

/** got counts a lookup that failed among those that were done, and knows of none for an address. */
export function phaseOf(stream: Progress, { baseUrl, proxy }: Way, isReused: boolean, error?: Error): TransportPhase {
  const { protocol, hostname } = baseUrl;
  if (stream.response) return "answer";
  if (isReused) return "request";
  const { lookup, connect, secureConnect } = stream.timings ?? {};
  // Through a proxy, a request gets a connection whose TLS handshake is over.
  if ((protocol === "https:" && !proxy ? secureConnect : connect) !== undefined) return "request";
  if (proxy) return isProxysOwn(error) ? "connect" : "tls";
  if (isLookupError(error)) return "lookup";
  if (connect !== undefined) return "tls";
  // URL keeps the brackets around an IPv6 address.
  return lookup !== undefined || isIP(hostname.replace(/[[\]]/g, "")) !== 0 ? "connect" : "lookup";
}

/** Without an error it is the time that was over: nobody knows more than that there is no tunnel yet. */
function isProxysOwn(error: Error | undefined): boolean {
  return error === undefined || error.name === "TimeoutError" || error.cause instanceof ProxyError;
}
