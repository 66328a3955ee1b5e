import { Cluster, Redis, type RedisOptions } from "ioredis";
import type { RedisServers, RedisSettings } from "../config/redis.js";

export type RedisClient = Redis | Cluster;

/** The types of ioredis give another client for each way of reading answers. */
type Options = Omit<RedisOptions, "replyMapping"> & { readonly replyMapping: "legacy" };

/** Where to connect, and as whom. */
export interface Destination extends Pick<RedisSettings, "mode" | "sentinelMaster" | "sentinelPassword" | "ca"> {
  readonly servers: RedisServers;
}

/** What must work besides commands. Rejects when it does not. */
export type Check = (destination: Destination, client: RedisClient) => Promise<void>;

/** Soon enough to be back within two seconds, and no hail of connections. Milliseconds. */
const mostWaitMs = 500;
const connectMs = 1_000;
/** A server that stands still says no goodbye, and the end of a process waits for it no longer. Milliseconds. */
const goodbyeMs = 100;
/** A connection that owes an answer for so long is dead, though TCP may not know for minutes. Milliseconds. */
const silenceMs = 1_000;

/**
 * Connects, again and again until `disconnect`. Nothing waits in the client: a command without a connection fails at
 * once, and one that was under way when the connection broke is not sent again, for a limit would count it twice.
 */
export function openRedis(destination: Destination): RedisClient {
  const { mode, servers } = destination;
  const retryStrategy = (times: number) => Math.min(100 * times, mostWaitMs);
  if (mode !== "cluster") return new Redis({ ...single(destination), retryStrategy });
  return new Cluster([...servers.nodes], {
    redisOptions: connection(destination),
    lazyConnect: true,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    clusterRetryStrategy: retryStrategy,
    // Else it sends again what was under way when the connection broke.
    retryDelayOnFailover: 0,
    slotsRefreshTimeout: connectMs,
    slotsRefreshInterval: 5_000,
    maxRedirections: 3,
    // By name, or the certificate would be compared with an address.
    dnsLookup: (address, done) => done(null, address),
  });
}

/** Rejects where there is no such database: ioredis tells nobody when its own SELECT is refused, and goes on in 0. */
export async function selectDatabase(client: RedisClient, { servers }: Destination): Promise<void> {
  if (servers.database > 0 && !(client instanceof Cluster)) await client.select(servers.database);
}

/** A connection of its own that can listen, made once: when it breaks, messages are missed, and somebody must know. */
export function openListener(destination: Destination, client: RedisClient): Redis {
  const once = { retryStrategy: () => null, sentinelRetryStrategy: () => null, autoResubscribe: false };
  if (!(client instanceof Cluster)) return new Redis({ ...single(destination), ...once });
  const nodes = client.nodes("all");
  // Another one each time: the one that is down must not be tried for ever.
  const node = nodes[listeners++ % Math.max(1, nodes.length)];
  const { host, port } = node?.options ?? destination.servers.nodes[0] ?? {};
  return new Redis({ ...connection(destination), ...once, host: host ?? "", port: port ?? 0 });
}

let listeners = 0;

function single(destination: Destination): Options {
  const { mode, servers, sentinelMaster, sentinelPassword } = destination;
  const common = { ...connection(destination), db: servers.database };
  if (mode === "standalone") return { ...common, ...servers.nodes[0] };
  return {
    ...common,
    sentinels: [...servers.nodes],
    name: sentinelMaster ?? "",
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(common.tls && { sentinelTLS: common.tls, enableTLSForSentinelMode: true }),
    sentinelRetryStrategy: () => mostWaitMs,
    sentinelCommandTimeout: connectMs,
  };
}

function connection({ servers, ca }: Destination): Options {
  const { username, password, isEncrypted } = servers;
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isEncrypted && { tls: { rejectUnauthorized: true, ...(ca && { ca: [...ca] }) } }),
    replyMapping: "legacy",
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: connectMs,
    disconnectTimeout: goodbyeMs,
    socketTimeout: silenceMs,
    // It would be a console's warning where the ACL forbids INFO; our own check writes, which says more.
    enableReadyCheck: false,
    disableClientInfo: true,
    // A master that became a replica keeps its connections: another one leads to the new master.
    reconnectOnError: ({ message }) => /\bREADONLY\b/.test(message),
  };
}
