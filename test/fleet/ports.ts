import { createServer } from "node:net";

/** Below those that systems give to whoever asks for any: nobody is on one by chance while its owner is away. */
const usual = { first: 20_000, number: 10_000 };

interface PortRange {
  readonly first: number;
  readonly number: number;
  /** So much higher another one has to be free, too. */
  readonly second?: number;
}

/** A free port of loopback that can be taken, left and taken again. */
export async function keptPort({ first, number, second }: PortRange = usual): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * number);
    if ((await isFree(port)) && (second === undefined || (await isFree(port + second)))) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().listen(port, "127.0.0.1");
    server.once("error", () => resolve(false)).once("listening", () => server.close(() => resolve(true)));
  });
}
