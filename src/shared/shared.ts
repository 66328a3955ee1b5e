import { createHash } from "node:crypto";
import type { MakeCounter } from "../caller/rate-limits.js";
import type { Config } from "../config/config.js";
import { parseCacheKeys, parseRedisServers, type RedisSettings } from "../config/redis.js";
import { watchGiven } from "../config/watch-secret.js";
import { nowhere, type SharedTokens } from "../token/shared-tokens.js";
import type { Tools } from "../tools.js";
import { sharedCounters } from "./counters.js";
import { Evictions, type EvictionsOptions } from "./evictions.js";
import { failures } from "./failures.js";
import { Link } from "./link.js";
import { Names, type Secrets } from "./names.js";
import { RedisTokens } from "./tokens.js";

/** What this process shares with others. */
export interface Shared {
  readonly makeCounter: MakeCounter;
  readonly tokens: SharedTokens;
  /** Looks for Redis, for a second at most. It never fails: without Redis the process is for itself. */
  start(): Promise<void>;
  close(): void;
}

/** Prepares what is shared by a Redis. Nothing is asked of it before `start`. */
export function prepareShared(config: Config, settings: RedisSettings, tools: Tools): Shared {
  const { clock, logger, reloads, newId } = tools;
  const metrics = tools.metrics.redis;
  const { tokenReuseMs } = config;
  const { mode, prefix, replicas, timeoutMs, url, cacheKeys } = settings;
  const servers = watchGiven(url, reloads, (text) => parseRedisServers(text, mode));
  const keys = cacheKeys && watchGiven(cacheKeys, reloads, parseCacheKeys);
  const ownSecrets = Promise.resolve(networkSecrets(config, prefix));
  const secrets: Secrets = () => keys?.current() ?? ownSecrets;
  const names = new Names(secrets);
  const link = new Link({ destination: settings, servers, prefix, timeoutMs, clock, logger, metrics });
  metrics.announce(mode, Object.keys(failures));
  const own = { link, names, secrets, prefix, clock, logger, newId };
  const reused = shareTokens(tokenReuseMs, keys && (() => keys.current()), own);
  return {
    makeCounter: sharedCounters({ link, names, prefix, replicas, metrics }),
    tokens: reused,
    start: () => link.start(),
    close() {
      reused.close();
      link.close();
    },
  };
}

type TokenTools = Omit<EvictionsOptions, "tokens"> & { readonly names: Names };

/**
 * Reused tokens, where there are any and a key that seals them; and the news of those who are forgotten, in any case,
 * for others may reuse what this process does not.
 */
function shareTokens(reuseMs: number, cacheKeys: Secrets | undefined, tools: TokenTools) {
  const tokens = new RedisTokens({ ...tools, cacheKeys: reuseMs > 0 ? cacheKeys : undefined, reuseMs });
  const evictions = new Evictions({ ...tools, tokens });
  return {
    async find(key) {
      if (evictions.isPending(key)) return nowhere;
      const { found, keep } = await tokens.find(key);
      return found && found.askedAt.elapsed > evictions.believesSince ? { found, keep } : { keep };
    },
    forget: (user) => evictions.tell(user),
    onForgotten: (listener) => evictions.onForgotten(listener),
    close: () => evictions.close(),
  } satisfies SharedTokens & { close(): void };
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
