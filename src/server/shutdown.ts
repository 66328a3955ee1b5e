import { Server } from "node:net";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type { ShutdownSettings } from "../config/shutdown.js";
import type { Connections } from "./connections.js";

/**
 * A request that was sent before the end began may still be on its way, on a connection that looks idle or to the
 * listener: so long both stay, and connections up to so many times as long while requests come. Milliseconds.
 */
const graceMs = 100;
const mostGraces = 20;

/**
 * Whoever still sends at the end of the delay looks at no /readyz, as nginx with a fixed list of servers. Told at each
 * answer to leave, it would come back by a new connection each time, and what is sent by one that the listener's end
 * meets is lost: so long before that connections are kept again. Milliseconds.
 */
const settlingMs = 500;

/** What answers say of their connections. */
export interface Farewell {
  /** Whether each is the last of its connection. */
  endsConnections: boolean;
}

/**
 * Ends a server: serves on for the delay, stops listening, tells those that stay connected to leave, lets requests
 * under way finish, and closes what is left when their time is up.
 */
export async function closeGracefully(
  server: FastifyInstance,
  connections: Connections,
  { delayMs, drainMs }: ShutdownSettings,
  farewell: Farewell,
): Promise<void> {
  farewell.endsConnections = true;
  if (delayMs > settlingMs) await sleep(delayMs - settlingMs);
  farewell.endsConnections = false;
  const begun = connections.begun;
  if (delayMs > 0) await sleep(Math.min(delayMs, settlingMs));
  else if (connections.areOpen) await sleep(graceMs);
  await takeIn(connections);
  stopListening(server);
  farewell.endsConnections = true;
  if (connections.areBusy || connections.begun > begun) await giveGrace(connections);
  const timer = setTimeout(() => server.server.closeAllConnections(), drainMs);
  try {
    const closed = server.close();
    connections.destroyIdle();
    await closed;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Right away, for who comes in between is lost. A server of HTTP would close idle connections with it, on which a
 * request may just come.
 */
function stopListening({ server }: FastifyInstance): void {
  Server.prototype.close.call(server);
}

/** Ends as soon as nobody asked for anything for a while. */
async function giveGrace(connections: Connections): Promise<void> {
  for (let grace = 0; grace < mostGraces; grace++) {
    const { begun } = connections;
    await sleep(graceMs);
    await takeIn(connections);
    if (connections.begun === begun) return;
  }
}

/** The system holds no more connections than that which wait to be taken in: Node's backlog for a listener. */
const mostWaiting = 511;

/**
 * Lets the event loop take in the connections that wait, one in each turn (libuv since 1.45), and read what they sent,
 * in the next. A process that was busy comes from a timer with all that still to be done.
 */
async function takeIn(connections: Connections): Promise<void> {
  let quietTurns = 0;
  for (let turn = 0; quietTurns < 3 && turn < mostWaiting; turn++) {
    const { taken, begun } = connections;
    await setImmediate();
    quietTurns = connections.taken === taken && connections.begun === begun ? quietTurns + 1 : 0;
  }
}
