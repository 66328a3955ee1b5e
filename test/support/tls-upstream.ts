import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import type { TestAuthority } from "./certificates.js";

export interface TlsUpstreamSetup {
  readonly authority: TestAuthority;
  /** The names in its certificate. */
  readonly hosts: readonly string[];
  /** Refuse clients without a certificate of the authority. */
  readonly demandsCertificate?: boolean;
  /** False: one request for each connection. */
  readonly keepsAlive?: boolean;
}

/** A request as the server saw it. */
export interface SeenOverTls {
  readonly path: string;
  readonly host: string | undefined;
  /** Common name of the client's certificate. */
  readonly client: string | undefined;
  /** Did the TLS session go on from an earlier connection? */
  readonly isResumed: boolean;
}

/** An HTTPS server on loopback for hosts of any name; breaks off without an answer. Closed when `use` ends. */
export async function withTlsUpstream(
  { authority, hosts, demandsCertificate = false, keepsAlive = true }: TlsUpstreamSetup,
  answer: (path: string) => string | undefined,
  use: (upstream: { readonly port: number; readonly seen: readonly SeenOverTls[] }) => Promise<void>,
): Promise<void> {
  const seen: SeenOverTls[] = [];
  const options = {
    ...(await authority.server(hosts)),
    ca: authority.ca,
    requestCert: true,
    rejectUnauthorized: demandsCertificate,
  };
  const server = createServer(options, ({ url = "", headers, socket }, response) => {
    const tls = socket as TLSSocket;
    const client = tls.getPeerX509Certificate()?.subject.replace(/^CN=/, "");
    seen.push({ path: url, host: headers.host, client, isResumed: tls.isSessionReused() });
    response.shouldKeepAlive &&= keepsAlive;
    const text = answer(url);
    if (text === undefined) socket.destroy();
    else response.end(text);
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use({ port: (server.address() as AddressInfo).port, seen });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
