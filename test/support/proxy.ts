import { createServer, type IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Credential } from "./certificates.js";

/** What the proxy does with a CONNECT instead of connecting. */
const faults = {
  "says nothing": (socket: Socket) => socket.resume(),
  "breaks off": (socket: Socket) => socket.destroy(),
  "says no HTTP": (socket: Socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"),
  "connects and says no more": (socket: Socket) => socket.resume().write("HTTP/1.1 200 Connection established\r\n\r\n"),
  "connects and breaks off": (socket: Socket) => socket.resume().end("HTTP/1.1 200 Connection established\r\n\r\n"),
} as const;

/** A status refuses with it. */
export type ForwardProxyFault = keyof typeof faults | number;

export interface ForwardProxySetup {
  /** Where names lead that nobody else can resolve: the port on this machine. */
  readonly ports: Readonly<Record<string, number>>;
  /** `user:password` that it demands. */
  readonly credentials?: string;
  /** It speaks TLS itself. */
  readonly tls?: Credential;
}

/** A scripted proxy that knows CONNECT and nothing else. */
export interface TestForwardProxy {
  /** Its own, without user information. */
  readonly url: string;
  /** Each CONNECT's target. */
  readonly targets: readonly string[];
  /** How many clients are connected. */
  readonly clients: number;
  /** Waits until there are none. */
  isIdle(): Promise<void>;
  /** Begins to fail so, or to work again. */
  fail(fault: ForwardProxyFault | undefined): void;
}

/** A forward proxy on loopback; closed when `use` ends. */
export async function withForwardProxy(
  { ports, credentials, tls }: ForwardProxySetup,
  use: (proxy: TestForwardProxy) => Promise<void>,
): Promise<void> {
  const targets: string[] = [];
  const sockets = new Set<Socket>();
  const tunnels = new Set<Socket>();
  const watchers = new Set<() => void>();
  let fault: ForwardProxyFault | undefined;
  const wanted = credentials && `Basic ${Buffer.from(credentials).toString("base64")}`;

  const onConnect = ({ url = "", headers }: IncomingMessage, socket: Socket) => {
    // The server lets half of a connection stand.
    socket.on("error", () => {}).on("end", () => socket.destroySoon());
    targets.push(url);
    if (typeof fault === "string") return void faults[fault](socket);
    if (fault !== undefined) return refuse(socket, fault);
    if (wanted && headers["proxy-authorization"] !== wanted) return refuse(socket, 407);
    const port = ports[url.replace(/:\d+$/, "")];
    if (port === undefined) return refuse(socket, 502);
    const upstream = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(upstream).pipe(socket);
    });
    tunnels.add(upstream);
    upstream
      .on("error", () => socket.destroy())
      .on("close", () => {
        tunnels.delete(upstream);
        socket.destroySoon();
      });
    socket.on("close", () => upstream.destroy());
  };
  const server = (tls ? createTlsServer({ ...tls }) : createServer()).on("connect", onConnect);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => {
      sockets.delete(socket);
      for (const watch of watchers) watch();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use({
      url: `${tls ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
      targets,
      get clients() {
        return sockets.size;
      },
      isIdle: () =>
        new Promise((resolve) => {
          const watch = () => {
            if (sockets.size === 0) resolve();
          };
          watchers.add(watch);
          watch();
        }),
      fail: (next) => {
        fault = next;
      },
    });
  } finally {
    for (const socket of [...sockets, ...tunnels]) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

function refuse(socket: Socket, status: number): void {
  socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
}
