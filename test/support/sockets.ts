import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Lets the server listen on a free port of loopback while `use` runs, and then ends it with all its connections. */
export async function listening<T>(server: Server, use: (port: number) => Promise<T>): Promise<T> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** An open connection to loopback. */
export async function connectTo(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

/** A port of loopback where nobody listens any more. */
export function closedPort(): Promise<number> {
  return listening(createServer(), async (port) => port);
}

/** Waits until nobody listens there any more. */
export async function refusing(port: number): Promise<void> {
  for (let isOpen = true; isOpen; ) {
    isOpen = await connectTo(port).then(
      (socket) => Boolean(socket.destroy()),
      () => false,
    );
  }
}
