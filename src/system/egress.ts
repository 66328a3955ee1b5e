import { type AgentOptions, Agent as HttpsAgent } from "node:https";
import type { ForwardProxy, ProxyFor } from "./forward-proxy.js";

/** How TLS connections to one host leave this machine. */
export interface Egress {
  /** Undefined: they go straight there. */
  readonly proxy: ForwardProxy | undefined;
  /** A pool of connections whose certificates are verified, whatever NODE_TLS_REJECT_UNAUTHORIZED says. */
  createAgent(options: AgentOptions): HttpsAgent;
}

/** What TLS needs beyond Node's defaults. */
export interface TlsIdentity {
  /** Certificates to trust, Node's own among them; undefined: Node's own alone. PEM. */
  readonly ca?: readonly string[] | undefined;
  /** The client's certificate and private key. PEM. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** Straight to the host. */
export const directEgress: Egress = {
  proxy: undefined,
  createAgent: (options) => new HttpsAgent({ ...options, ...verifying }),
};

/** Without it Node asks the environment. */
export const verifying = { rejectUnauthorized: true } as const;

/** The way to a URL's host. What makes tunnels is loaded by those who need one. */
export async function egressTo(url: URL, proxyFor: ProxyFor): Promise<Egress> {
  const proxy = proxyFor(url);
  if (!proxy) return directEgress;
  const { TunnelAgent } = await import("./tunnel.js");
  return { proxy, createAgent: (options) => new TunnelAgent(proxy, { ...options, ...verifying }) };
}
