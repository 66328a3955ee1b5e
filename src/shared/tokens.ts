import { authTokenLifeMs, leastReusedLifeMs } from "../amity/auth-token-life.js";
import { userKey } from "../amity/user-key.js";
import type { Clock } from "../system/clock.js";
import { datedToken } from "../token/dated-token.js";
import { nowhere, type SharedPlace, type SharedUser } from "../token/shared-tokens.js";
import type { Minted, StoreKey } from "../token/token.store.js";
import type { Link } from "./link.js";
import type { Names, Secrets } from "./names.js";
import type { Script } from "./scripts.js";
import { seal, unseal } from "./seal.js";

/** Of Redis's clock, in milliseconds: the only one that all replicas read. */
const now = `local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/** KEYS: token, era. */
const find: Script = {
  lua: `${now}
return {redis.call('get', KEYS[1]), redis.call('pttl', KEYS[1]), redis.call('get', KEYS[2]), now}`,
  numberOfKeys: 2,
};

/**
 * KEYS: token, era. ARGV: sealed token; what is left of its reuse by our clock; the era and the time when it was looked
 * for; how long a token is reused. It is kept only in the era in which it was asked for, and its age is counted from
 * then: a command may lie before a server that stands still for minutes.
 */
const keep: Script = {
  lua: `if (redis.call('get', KEYS[2]) or '') ~= ARGV[3] then return 0 end
${now}
local left = math.floor(math.min(tonumber(ARGV[2]), tonumber(ARGV[5]) - (now - tonumber(ARGV[4]))))
if left < 1 then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'PX', string.format('%d', left))
return 1`,
  numberOfKeys: 2,
};

/** KEYS: token, era. ARGV: name of the new era, its life. */
const forget: Script = {
  lua: `redis.call('set', KEYS[2], ARGV[1], 'PX', ARGV[2])
return redis.call('del', KEYS[1])`,
  numberOfKeys: 2,
};

/** What is sealed. `at`: when it was asked for, by the asker's wall clock; `reuseMs`: for how long it is kept. */
interface Sealed {
  readonly token: string;
  readonly at: number;
  readonly reuseMs: number;
}

export interface TokensOptions {
  readonly link: Link;
  readonly names: Names;
  /** Seal the tokens; undefined: none is shared, and users are forgotten all the same. */
  readonly cacheKeys: Secrets | undefined;
  readonly prefix: string;
  readonly reuseMs: number;
  readonly clock: Clock;
  readonly newId: () => string;
}

/**
 * Reused tokens in Redis, one of each user, sealed for its region, key generation and user. An era of a user ends when
 * the user is forgotten, and is remembered for longer than any token could still be put back.
 */
export class RedisTokens {
  constructor(private readonly options: TokensOptions) {
    const { link } = options;
    link.define("amityFind", find);
    link.define("amityKeep", keep);
    link.define("amityForget", forget);
  }

  async find(key: StoreKey): Promise<SharedPlace> {
    const { link, names, cacheKeys, clock } = this.options;
    if (!cacheKeys) return nowhere;
    try {
      const keys = this.#keysOf(await names.of(...nameOf(key)));
      const askedAt = { now: clock.now(), elapsed: clock.elapsed() };
      const answer = await link.call("amityFind", keys);
      if (!Array.isArray(answer)) return nowhere;
      const [sealed, lifeMs, era, foundAt] = answer;
      const found = typeof sealed === "string" && (await this.#open(key, sealed, Number(lifeMs), askedAt));
      const place = { keys, era: String(era ?? ""), foundAt: String(foundAt) };
      return { ...(found && { found }), keep: (minted) => void this.#keep(key, minted, place).catch(() => {}) };
    } catch {
      return nowhere;
    }
  }

  /** Begins a new era of the user, by each name. Rejects when Redis does not carry it out. */
  async forget(user: SharedUser): Promise<void> {
    const { link, names, newId } = this.options;
    for (const name of await names.allOf(...nameOf(user))) {
      await link.call("amityForget", [...this.#keysOf(name), newId(), authTokenLifeMs]);
    }
  }

  async #keep(key: StoreKey, { token, askedAt }: Omit<Minted, "era">, place: Place): Promise<void> {
    const { link, cacheKeys, clock, reuseMs } = this.options;
    const [secret] = (await cacheKeys?.()) ?? [];
    if (!secret) return;
    const ageMs = Math.max(clock.elapsed() - askedAt.elapsed, clock.now() - askedAt.now);
    const text: Sealed = { token: token.token, at: askedAt.now, reuseMs };
    const sealed = seal(secret, purposeOf(key), JSON.stringify(text));
    await link.call("amityKeep", [
      ...place.keys,
      sealed,
      Math.floor(reuseMs - ageMs),
      place.era,
      place.foundAt,
      reuseMs,
    ]);
  }

  /**
   * What is left of its life in Redis says how old it is, for all replicas by one clock; the wall clock speaks too when
   * it says more, as of a value that somebody put back.
   */
  async #open(
    key: StoreKey,
    sealed: string,
    lifeMs: number,
    before: Minted["askedAt"],
  ): Promise<SharedPlace["found"] | undefined> {
    const { cacheKeys, reuseMs } = this.options;
    const text = unseal((await cacheKeys?.()) ?? [], purposeOf(key), sealed);
    if (text === undefined || !(lifeMs > 0)) return undefined;
    const { token, at, reuseMs: kept }: Sealed = JSON.parse(text);
    const ageMs = Math.max(0, kept - lifeMs, before.now - at);
    if (ageMs >= reuseMs || authTokenLifeMs - ageMs < leastReusedLifeMs) return undefined;
    const askedAt = { now: before.now - ageMs, elapsed: before.elapsed - ageMs };
    const { userId, region } = key;
    return { token: datedToken({ token, userId, region }, askedAt.now), askedAt };
  }

  #keysOf(name: string): readonly [token: string, era: string] {
    const { prefix } = this.options;
    return [`${prefix}:token:{${name}}`, `${prefix}:era:{${name}}`];
  }
}

interface Place {
  readonly keys: readonly string[];
  readonly era: string;
  readonly foundAt: string;
}

function nameOf(user: SharedUser): [kind: string, text: string] {
  return ["token", userKey(user)];
}

function purposeOf({ region, generation, userId }: StoreKey) {
  return { purpose: "tokens", binding: [region, generation, userId] } as const;
}
