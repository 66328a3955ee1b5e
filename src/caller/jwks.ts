import * as errors from "jose/errors";
import { AppError } from "../errors/app-error.js";
import { reasonOf, Unusable } from "../errors/reason-of.js";
import type { Reason } from "../errors/reasons.js";
import type { Clock } from "../system/clock.js";
import { ProxyError, type ProxyFor } from "../system/forward-proxy.js";
import { type FetchOptions, fetchJson } from "./fetch-json.js";
import type { GetKey } from "./jwt-key.js";
import { type Found, KeySet } from "./key-set.js";

/** Where the identity provider publishes its keys. */
export type JwksLocation = { readonly jwksUrl: URL } | { readonly issuer: string };

/** Why keys could not be fetched. */
export interface FetchFailure {
  readonly reason: Reason;
  /** What was asked for: the discovery document, or the keys themselves. */
  readonly document: "discovery" | "keys";
  /** Whom it was asked of, with the port where that is not the protocol's own: the keys may lie elsewhere. */
  readonly host: string;
  /** The HTTP status that came instead of 200. */
  readonly status?: number | undefined;
  /** Which proxy was at fault, and how. */
  readonly problem?: string;
}

export interface JwksOptions {
  readonly location: JwksLocation;
  /** Keys older than this are fetched again; from half of it on, in the background. Milliseconds. */
  readonly cacheMs: number;
  /** How long the last good keys serve while they cannot be fetched. Milliseconds. */
  readonly staleMaxMs: number;
  /** At most one fetch in this time, however many unknown keys are named; no more than the two above. Milliseconds. */
  readonly cooldownMs: number;
  readonly timeoutMs: number;
  readonly proxyFor: ProxyFor;
  readonly clock: Clock;
  readonly onFailure: (failure: FetchFailure) => void;
  /** Hears how many entries of the set cannot be used, when that changes. */
  readonly onOddEntries: (entries: number) => void;
}

/** The identity provider's published keys. */
export interface JwksSource {
  readonly getKey: GetKey;
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
  let failure: Reason | undefined;
  let pending: Promise<void> | undefined;

  const since = (then: number) => clock.elapsed() - then;

  async function load(): Promise<void> {
    lastTryAt = clock.elapsed();
    try {
      const set = await fetchKeys(options);
      if (set.oddEntries !== (keys?.set.oddEntries ?? 0)) options.onOddEntries(set.oddEntries);
      keys = { set, loadedAt: clock.elapsed() };
      failure = undefined;
    } catch (error) {
      if (!(error instanceof FetchFault)) throw error;
      failure = error.failure.reason;
      options.onFailure(error.failure);
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
    const goesOn = failure !== undefined && age < cacheMs + staleMaxMs;
    if (age >= cacheMs && !goesOn) await refresh();
    else if (age >= cacheMs / 2) void refresh();
    if (!keys || since(keys.loadedAt) >= cacheMs + staleMaxMs) throw unavailable(failure);
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
      if (found.kind === "odd") throw unavailable("odd key");
      if (failure) throw unavailable(failure);
      throw new errors.JWKSNoMatchingKey();
    },
    async warmUp() {
      if (!keys) await refresh();
      return keys !== undefined;
    },
  };
}

function unavailable(reason: Reason = "unknown fault"): AppError {
  return new AppError("AUTH_UNAVAILABLE", { reason });
}

async function fetchKeys({ location, timeoutMs, proxyFor }: JwksOptions): Promise<KeySet> {
  const options = { signal: AbortSignal.timeout(timeoutMs), proxyFor };
  const url = "jwksUrl" in location ? location.jwksUrl : await discover(location.issuer, options);
  return from("keys", url, async () => new KeySet(await fetchJson(url, options)));
}

/** OpenID Connect Discovery 1.0, section 4: the document's issuer must be the very one that was asked. */
async function discover(issuer: string, options: FetchOptions): Promise<URL> {
  const url = new URL(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  return from("discovery", url, async () => {
    const document = await fetchJson(url, options);
    const { issuer: named, jwks_uri: keys } = Object(document) as Readonly<Record<string, unknown>>;
    if (typeof named !== "string" || !isWebUrl(keys)) throw new Unusable("no discovery document");
    if (named !== issuer) throw new Unusable("another issuer");
    return new URL(keys);
  });
}

function isWebUrl(value: unknown): value is string {
  return typeof value === "string" && URL.canParse(value) && ["https:", "http:"].includes(new URL(value).protocol);
}

async function from<T>(document: FetchFailure["document"], { host }: URL, fetch: () => Promise<T>): Promise<T> {
  try {
    return await fetch();
  } catch (error) {
    throw new FetchFault({ document, host, ...failureOf(error) });
  }
}

class FetchFault extends Error {
  constructor(readonly failure: FetchFailure) {
    super(failure.reason);
  }
}

function failureOf(error: unknown): Omit<FetchFailure, "document" | "host"> {
  return {
    reason: reasonOf(error, "unknown fault"),
    ...(error instanceof Unusable && { status: error.status }),
    ...(error instanceof ProxyError && { problem: error.message }),
  };
}
