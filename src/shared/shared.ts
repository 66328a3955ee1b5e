import { createHash } from "node:crypto";
import type { MakeCounter } from "../caller/rate-limits.js";
import type { Config } from "../config/config.js";
import { parseCacheKeys, parseRedisServers, type RedisSettings } from "../config/redis.js";
import { watchGiven } from "../config/watch-secret.js";
import type { Tools } from "../tools.js";
import { sharedCounters } from "./counters.js";
import { failures } from "./failures.js";
import { Link } from "./link.js";
import { Names } from "./names.js";

/** What this process shares with others. */
export interface Shared {
  readonly makeCounter: MakeCounter;
  /** Looks for Redis, for a second at most. It never fails: without Redis the process is for itself. */
  start(): Promise<void>;
  close(): void;
}

/** Prepares what is shared by a Redis. Nothing is asked of it before `start`. */
export function prepareShared(config: Config, settings: RedisSettings, tools: Tools): Shared {
  const { clock, logger, reloads } = tools;
  const metrics = tools.metrics.redis;
  const { mode, prefix, replicas, timeoutMs, url, cacheKeys } = settings;
  const servers = watchGiven(url, reloads, (text) => parseRedisServers(text, mode));
  const keys = cacheKeys && watchGiven(cacheKeys, reloads, parseCacheKeys);
  const ownSecrets = Promise.resolve(networkSecrets(config, prefix));
  const names = new Names(() => keys?.current() ?? ownSecrets);
  const link = new Link({ destination: settings, servers, prefix, timeoutMs, clock, logger, metrics });
  metrics.announce(mode, Object.keys(failures));
  return {
    makeCounter: sharedCounters({ link, names, prefix, replicas, metrics }),
    start: () => link.start(),
    close: () => link.close(),
  };
}

/**
 * What replicas know and others do not, where there is no TOKEN_CACHE_KEY: the default region's server keys, as they
 * were at start. With the emulator there is no secret, and nothing worth one.
 */
function networkSecrets({ regions, defaultRegion }: Config, prefix: string): readonly Buffer[] {
  const { serverKey, serverKeySecondary, apiKey } = regions === "emulator" ? noKeys : regions[defaultRegion];
  const texts = [serverKey, serverKeySecondary].flatMap((secret) => secret?.value ?? []);
  const known = texts.length > 0 ? texts : [apiKey?.value ?? prefix];
  return known.map((text) => createHash("sha256").update(text).digest());
}

const noKeys = { serverKey: undefined, serverKeySecondary: undefined, apiKey: undefined };
