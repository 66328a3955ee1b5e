import { LRUCache } from "lru-cache";
import { leastReusedLifeMs } from "../amity/auth-token-life.js";
import type { RegionCode } from "../amity/regions.js";
import type { Clock } from "../system/clock.js";
import type { AuthToken } from "./token.type.js";

/** About 400 bytes each. */
const mostTokens = 10_000;

/** Everything that makes one token differ from another. */
export interface StoreKey {
  readonly region: RegionCode;
  /** Of the server keys that minted it: after a rotation nothing older is found. */
  readonly generation: string;
  readonly userId: string;
}

/** Minted tokens of this process, for TOKEN_REUSE_SECONDS. In memory only, and never consulted before authorization. */
export class TokenStore {
  readonly #tokens = new LRUCache<string, AuthToken>({ max: mostTokens });

  constructor(
    private readonly reuseMs: number,
    private readonly now: Clock,
  ) {}

  /** A token young enough to be handed out again. */
  fresh(key: StoreKey): AuthToken | undefined {
    const token = this.usable(key);
    return token && this.now() - token.issuedAt.getTime() < this.reuseMs ? token : undefined;
  }

  /** A token with enough life left, which serves while Amity cannot be reached. */
  usable(key: StoreKey): AuthToken | undefined {
    const token = this.#tokens.get(textOf(key));
    return token && token.expiresAt.getTime() - this.now() >= leastReusedLifeMs ? token : undefined;
  }

  put(key: StoreKey, token: AuthToken): void {
    if (this.reuseMs > 0) this.#tokens.set(textOf(key), token);
  }
}

function textOf({ region, generation, userId }: StoreKey): string {
  return JSON.stringify([region, generation, userId]);
}
