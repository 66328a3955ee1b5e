import type { AgentOptions, RequestOptions } from "node:https";
import { isIPv6 } from "node:net";
import type { Duplex } from "node:stream";
import { checkServerIdentity } from "node:tls";
import { HttpsProxyAgent } from "hpagent";
import { connectTimeoutMs } from "./connect-timeout.js";
import { type ForwardProxy, ProxyError, type ProxyFault } from "./forward-proxy.js";

type Connected = (error: Error | null, socket: Duplex) => void;

/**
 * Connections through a proxy, by CONNECT: TLS, client certificates included, is between us and the host. Requests get
 * a connection when its TLS handshake is over and not before, so a request without one was never sent.
 */
export class TunnelAgent extends HttpsProxyAgent {
  readonly #proxy: ForwardProxy;

  constructor(proxy: ForwardProxy, options: AgentOptions) {
    const { protocol, hostname, port, username, password } = proxy.url;
    super({
      ...options,
      // Node's own client takes an IPv6 address without the brackets that URL keeps.
      proxy: { protocol, hostname: hostname.replace(/^\[(.*)\]$/, "$1"), port, username, password } as URL,
      proxyRequestOptions: limited,
    });
    this.#proxy = proxy;
  }

  /** Calls back with ProxyError when the proxy gives no tunnel, and with Node's own error when TLS in it fails. */
  override createConnection(options: RequestOptions, callback?: Connected): undefined {
    super.createConnection(addressed(options), (error, socket) => {
      if (error) callback?.(proxyErrorOf(error, this.#proxy.name), socket);
      else afterHandshake(socket, (failure) => callback?.(failure, socket));
    });
  }
}

/** For each CONNECT: verified, if the proxy speaks TLS itself, and with a limit of its own. */
const limited = {
  rejectUnauthorized: true,
  get signal() {
    return AbortSignal.timeout(connectTimeoutMs);
  },
};

/** CONNECT names an IPv6 address in brackets (RFC 9112, 3.2.3), and certificates without. */
function addressed(options: RequestOptions): RequestOptions {
  const { host } = options;
  if (!host || !isIPv6(host)) return options;
  return { ...options, host: `[${host}]`, checkServerIdentity: (_host, cert) => checkServerIdentity(host, cert) };
}

function afterHandshake(socket: Duplex, done: (failure: Error | null) => void): void {
  const timer = setTimeout(() => {
    socket.destroy(Object.assign(new Error("the TLS handshake takes too long"), { code: "ETIMEDOUT" }));
  }, connectTimeoutMs);
  const end = (failure: Error | null = null) => {
    clearTimeout(timer);
    socket.off("secureConnect", end).off("error", end);
    done(failure);
  };
  socket.once("secureConnect", end).once("error", end);
}

const cannotConnect = ["502", "503", "504"];

/** hpagent says the status in the text of its error and nowhere else. */
function proxyErrorOf(error: Error & { code?: string }, proxy: string): ProxyError {
  const status = /^Bad response: (\d{3})$/.exec(error.message)?.[1];
  if (status !== undefined) return new ProxyError(faultOf(status), proxy, `HTTP ${status}`);
  if (error.code === "ABORT_ERR") return new ProxyError("PROXY_TIMEOUT", proxy);
  return new ProxyError("PROXY_UNREACHABLE", proxy, error.code);
}

function faultOf(status: string): ProxyFault {
  if (status === "407") return "PROXY_AUTH_REQUIRED";
  return cannotConnect.includes(status) ? "PROXY_CANNOT_CONNECT" : "PROXY_REFUSED";
}
