import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type { ShutdownSettings } from "../config/shutdown.js";
import type { Connections } from "./connections.js";

/**
 * A request that was sent before the end began may still be on its way, on a connection that looks idle or to the
 * listener: so long both stay, and up to so many times as long while requests are under way. Milliseconds.
 */
const graceMs = 100;
const mostGraces = 5;

/**
 * Ends a server whose answers say `connection: close` by now: serves on for the delay and a moment's grace, stops
 * listening, lets requests under way finish, and closes what is left when their time is up.
 */
export async function closeGracefully(
  server: FastifyInstance,
  connections: Connections,
  { delayMs, drainMs }: ShutdownSettings,
): Promise<void> {
  if (delayMs > 0) await sleep(delayMs);
  await takeIn();
  if (connections.areOpen) await giveGrace(connections);
  const timer = setTimeout(() => server.server.closeAllConnections(), drainMs);
  try {
    const closed = server.close();
    connections.destroyIdle();
    await closed;
  } finally {
    clearTimeout(timer);
  }
}

async function giveGrace(connections: Connections): Promise<void> {
  for (let grace = 0; grace < mostGraces; grace++) {
    await sleep(graceMs);
    await takeIn();
    if (!connections.areBusy) return;
  }
}

/**
 * Lets the event loop take in connections that wait, in one turn, and read what they sent, in the next. A process that
 * was busy comes from a timer with all that still to be done.
 */
async function takeIn(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await setImmediate();
}
