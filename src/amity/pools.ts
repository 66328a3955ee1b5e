import { Agent as HttpAgent } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import type { Socket } from "node:net";
import type { Egress, TlsIdentity } from "../system/egress.js";

/** By the scheme of the URL. */
export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** The connections to one host for one TLS identity. */
export interface Pools {
  readonly kept: Agents;
  /** Keeps nothing, neither connections nor TLS sessions. */
  readonly fresh: Agents;
  /** Closes idle connections now, and others when their exchange ends. */
  retire(): void;
  /** Closes all connections now. */
  close(): void;
}

/** `idleMs`: how long a connection is kept that has nothing to do. */
export function createPools(egress: Egress, { ca, cert, key }: TlsIdentity, idleMs: number): Pools {
  const options = { keepAlive: true, scheduling: "lifo" } as const;
  const identity = { ...(ca && { ca: [...ca] }), cert, key };
  const kept = { http: new HttpAgent(options), https: egress.createAgent({ ...options, ...identity }) };
  const fresh = { http: new HttpAgent(), https: egress.createAgent({ maxCachedSessions: 0, ...identity }) };
  for (const pool of [kept.http, kept.https, fresh.http, fresh.https]) {
    // Node would look for a connection by all that makes it, the texts of every certificate included.
    pool.getName = () => "host";
  }
  for (const pool of [kept.http, kept.https]) {
    // The agent closes a free socket that times out, and lets one in use be.
    pool.on("free", (socket: Socket) => socket.setTimeout(idleMs));
  }
  return {
    kept,
    fresh,
    retire() {
      for (const pool of [kept.http, kept.https]) {
        pool.maxFreeSockets = 0;
        for (const socket of Object.values(pool.freeSockets).flat()) socket?.destroy();
      }
    },
    close() {
      for (const { http, https } of [kept, fresh]) {
        http.destroy();
        https.destroy();
      }
    },
  };
}
