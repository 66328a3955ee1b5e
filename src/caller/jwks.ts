import { errors, type JWTVerifyGetKey } from "jose";
import { z } from "zod";
import { AppError } from "../errors/app-error.js";
import type { Clock } from "../system/clock.js";
import { ProxyError, type ProxyFor } from "../system/forward-proxy.js";
import { type FetchOptions, fetchJson } from "./fetch-json.js";
import { type Found, KeySet } from "./key-set.js";

/** Where the identity provider publishes its keys. */
export type JwksLocation = { readonly jwksUrl: URL } | { readonly issuer: string };

export interface JwksOptions {
  readonly location: JwksLocation;
  /** Keys older than this are fetched again; from half of it on, in the background. Milliseconds. */
  readonly cacheMs: number;
  /** How long the last good keys serve while they cannot be fetched. Milliseconds. */
  readonly staleMaxMs: number;
  /** At most one fetch in this time, however many unknown keys are named. Milliseconds. */
  readonly cooldownMs: number;
  readonly timeoutMs: number;
  readonly proxyFor: ProxyFor;
  readonly clock: Clock;
  /** Hears why a fetch failed, in fixed words. */
  readonly onFailure: (reason: string) => void;
  /** Hears how many entries of the set cannot be used, when that changes. */
  readonly onOddEntries: (entries: number) => void;
}

/** The identity provider's published keys. */
export interface JwksSource {
  readonly getKey: JWTVerifyGetKey;
  /** Were keys ever loaded? If not, tries to load them. */
  warmUp(): Promise<boolean>;
  /** Since the keys in use were fetched; infinite before there were any. Milliseconds. */
  readonly ageMs: number;
}

/**
 * Published keys that outlive an outage of their publisher: the last good ones serve up to `staleMaxMs`. A token that
 * names an unknown key during an outage, or a key published in a way that cannot be used, is AUTH_UNAVAILABLE and not
 * refused, so that clients do not sign people out.
 * What it shuts opens again by itself: callers before keys were ever loaded, callers before keys too old,
 * callers with a new key, callers with an odd key.
 */
export function createJwksSource(options: JwksOptions): JwksSource {
  const { clock, cacheMs, staleMaxMs, cooldownMs } = options;
  let keys: { set: KeySet; loadedAt: number } | undefined;
  let lastTryAt = Number.NEGATIVE_INFINITY;
  let failing = false;
  let pending: Promise<void> | undefined;

  const since = (then: number) => clock.elapsed() - then;

  async function load(): Promise<void> {
    lastTryAt = clock.elapsed();
    try {
      const set = new KeySet(await fetchKeys(options));
      if (set.oddEntries !== (keys?.set.oddEntries ?? 0)) options.onOddEntries(set.oddEntries);
      keys = { set, loadedAt: clock.elapsed() };
      failing = false;
    } catch (error) {
      failing = true;
      options.onFailure(reasonOf(error));
    }
  }

  /** One fetch at a time, and none within the cooldown. */
  function refresh(): Promise<void> {
    if (!pending && since(lastTryAt) < cooldownMs) return Promise.resolve();
    pending ??= load().finally(() => {
      pending = undefined;
    });
    return pending;
  }

  async function current(): Promise<KeySet> {
    const age = keys ? since(keys.loadedAt) : Number.POSITIVE_INFINITY;
    // Nobody waits for a publisher that failed last time while there are keys to go on with.
    const goesOn = failing && age < cacheMs + staleMaxMs;
    if (age >= cacheMs && !goesOn) await refresh();
    else if (age >= cacheMs / 2) void refresh();
    if (!keys || since(keys.loadedAt) >= cacheMs + staleMaxMs) throw new AppError("AUTH_UNAVAILABLE");
    return keys.set;
  }

  return {
    get ageMs() {
      return keys ? since(keys.loadedAt) : Number.POSITIVE_INFINITY;
    },
    async getKey(header) {
      let found: Found = (await current()).find(header);
      if (found.kind === "key") return found.key;
      // The provider may have begun to use a new key, or mended an old one.
      await refresh();
      found = (await current()).find(header);
      if (found.kind === "key") return found.key;
      if (found.kind === "odd" || failing) throw new AppError("AUTH_UNAVAILABLE");
      throw new errors.JWKSNoMatchingKey();
    },
    async warmUp() {
      if (!keys) await refresh();
      return keys !== undefined;
    },
  };
}

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

function reasonOf(error: unknown): string {
  if (error instanceof ProxyError) return `${error.code}: ${error.message}`;
  return error instanceof DOMException && error.name === "TimeoutError" ? "timeout" : "unusable answer";
}

async function fetchKeys({ location, timeoutMs, proxyFor }: JwksOptions): Promise<unknown> {
  const options = { signal: AbortSignal.timeout(timeoutMs), proxyFor };
  const url = "jwksUrl" in location ? location.jwksUrl : await discover(location.issuer, options);
  return fetchJson(url, options);
}

/** OpenID Connect Discovery 1.0, section 4: the document's issuer must be the very one that was asked. */
async function discover(issuer: string, options: FetchOptions): Promise<URL> {
  const url = new URL(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  const document = discoverySchema.parse(await fetchJson(url, options));
  if (document.issuer !== issuer) throw new Error("discovery names another issuer");
  return new URL(document.jwks_uri);
}
