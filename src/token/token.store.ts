import { LRUCache } from "lru-cache";
import { leastReusedLifeMs } from "../amity/auth-token-life.js";
import type { RegionCode } from "../amity/regions.js";
import { userKey } from "../amity/user-key.js";
import { ageOf, type Clock, type Moment } from "../system/clock.js";
import type { AuthToken } from "./token.type.js";

/** About 400 bytes each. */
const mostTokens = 10_000;
/** The two clocks drift apart by less than this in a token's life; by more, the wall clock was set. Milliseconds. */
const driftMs = 1_000;

/** Everything that makes one token differ from another. */
export interface StoreKey {
  readonly region: RegionCode;
  /** Of the server keys that minted it: after a rotation nothing older is found. */
  readonly generation: string;
  readonly userId: string;
}

/** A token, and when it was asked for: its age is counted from there. */
export interface Minted {
  readonly token: AuthToken;
  readonly askedAt: Moment;
  /** The store's, from before it was asked for. */
  readonly era: number;
}

/** Minted tokens of this process, for TOKEN_REUSE_SECONDS. In memory only, and never consulted before authorization. */
export class TokenStore {
  readonly #tokens = new LRUCache<string, Minted>({ max: mostTokens });
  #era = 0;

  constructor(
    private readonly reuseMs: number,
    private readonly clock: Clock,
  ) {}

  /** Ends when anybody is forgotten. */
  get era(): number {
    return this.#era;
  }

  /** A token young enough to be handed out again. */
  fresh(key: StoreKey): AuthToken | undefined {
    return this.#find(key, this.reuseMs);
  }

  /** A token with enough life left, which serves while Amity cannot be reached. */
  usable(key: StoreKey): AuthToken | undefined {
    return this.#find(key, Number.POSITIVE_INFINITY);
  }

  /** Is it kept? A token of an era that has ended may be that of somebody forgotten, so it is not. */
  put(key: StoreKey, minted: Minted): boolean {
    const isKept = this.reuseMs > 0 && minted.era === this.#era;
    if (isKept) this.#tokens.set(textOf(key), minted);
    return isKept;
  }

  /** Hands out no token of the user's any more that was asked for before now. */
  forget(user: Pick<StoreKey, "region" | "userId">): void {
    this.#era++;
    const beginning = userKey(user);
    for (const key of [...this.#tokens.keys()]) if (key.startsWith(beginning)) this.#tokens.delete(key);
  }

  /** The same for everybody. */
  forgetAll(): void {
    this.#era++;
    this.#tokens.clear();
  }

  /** It is dead when either clock says so: it goes on ageing at Amity while this machine sleeps. */
  #find(key: StoreKey, reuseMs: number): AuthToken | undefined {
    const minted = this.#tokens.get(textOf(key));
    if (!minted) return undefined;
    const { token, askedAt } = minted;
    const ageMs = ageOf(askedAt, this.clock);
    const leftMs = token.expiresAt.getTime() - token.issuedAt.getTime() - ageMs;
    if (leftMs < leastReusedLifeMs || ageMs >= reuseMs) return undefined;
    return stampedAnew(token, this.clock.now() - ageMs - askedAt.now);
  }
}

/**
 * A clock that was set back since the minting would let a client believe in as much more life. So the times are those
 * that the token would have, were it minted at the same moment by the clock as it is now.
 */
function stampedAnew(token: AuthToken, shiftMs: number): AuthToken {
  if (Math.abs(shiftMs) < driftMs) return token;
  const shifted = (time: Date) => new Date(time.getTime() + shiftMs);
  const { issuedAt, expiresAt, refreshAfter } = token;
  return {
    ...token,
    issuedAt: shifted(issuedAt),
    expiresAt: shifted(expiresAt),
    refreshAfter: shifted(refreshAfter),
  };
}

function textOf({ generation, ...user }: StoreKey): string {
  return userKey(user) + generation;
}
