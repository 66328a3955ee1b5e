import { createServer } from "node:net";

/** Below those that systems give to whoever asks for any: nobody is on one by chance while its owner is away. */
const firstPort = 20_000;
const portNumber = 10_000;

/** A free port of loopback that can be taken, left and taken again. */
export async function keptPort(chance = Math.random): Promise<number> {
  for (;;) {
    const port = firstPort + Math.floor(chance() * portNumber);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().listen(port, "127.0.0.1");
    server.once("error", () => resolve(false)).once("listening", () => server.close(() => resolve(true)));
  });
}
