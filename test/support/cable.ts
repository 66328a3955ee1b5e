import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Cable {
  /** The gateway's endpoint at this end. */
  readonly url: string;
  /** The gateway is gone for the app, open connections included. */
  pull(): void;
  plug(): void;
}

/** A wire to the gateway at `target`; gone when `use` ends. */
export async function withCable(target: string, use: (cable: Cable) => Promise<void>): Promise<void> {
  const { hostname, port, pathname } = new URL(target);
  const ends = new Set<Socket>();
  let isPulled = false;
  const server = createServer((socket) => {
    if (isPulled) return socket.destroy();
    const gateway = connect(Number(port), hostname);
    for (const [end, other] of [
      [socket, gateway],
      [gateway, socket],
    ] as const) {
      ends.add(end);
      end.pipe(other);
      end.on("error", () => other.destroy()).on("close", () => other.destroy() && ends.delete(end));
    }
  });
  const pull = () => {
    isPulled = true;
    for (const end of ends) end.destroy();
  };
  await once(server.listen(0, hostname), "listening");
  const { port: ownPort } = server.address() as AddressInfo;
  try {
    await use({
      url: `http://${hostname}:${ownPort}${pathname}`,
      pull,
      plug: () => {
        isPulled = false;
      },
    });
  } finally {
    pull();
    server.close();
  }
}
