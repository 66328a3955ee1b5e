import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A wire to a port of this machine. */
export interface Wire {
  readonly port: number;
  /** From now on nothing comes through, and nobody is told: connections stay open, as with a partition. */
  cut(): void;
  /** New connections come through again; those of before are gone, with what they held. */
  mend(): void;
}

export async function withWire(target: number, use: (wire: Wire) => Promise<void>): Promise<void> {
  const ends = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    for (const [end, peer] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end);
      end.on("data", (bytes) => peer.write(bytes));
      end
        .on("error", () => {})
        .on("close", () => {
          ends.delete(end);
          peer.destroy();
        });
      if (isCut) end.pause();
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  try {
    await use({
      port: (server.address() as AddressInfo).port,
      cut() {
        isCut = true;
        for (const end of ends) end.pause();
      },
      mend() {
        isCut = false;
        for (const end of ends) end.destroy();
      },
    });
  } finally {
    for (const end of ends) end.destroy();
    server.close();
  }
}
