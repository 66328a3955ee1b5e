import type { WallClock } from "../system/clock.js";
import type { Ids } from "./ids.js";
import { isSame } from "./secrets.js";

/** How admin tokens live; milliseconds. */
export interface AdminTokenRules {
  readonly adminTokenLifetimeMs: number;
  /** How long the token before lives on once there is a new one. */
  readonly adminTokenOverlapMs: number;
}

/** An admin token; times in milliseconds since the epoch. */
export interface AdminToken {
  readonly token: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** The admin token of one network and, for a while, the one before it. */
export class AdminTokens {
  readonly #rules: AdminTokenRules;
  readonly #now: WallClock;
  readonly #ids: Ids;
  #current: AdminToken;
  #former: AdminToken | undefined;

  /** `token`: the first one; its life begins now. */
  constructor(token: string, rules: AdminTokenRules, now: WallClock, ids: Ids) {
    this.#rules = rules;
    this.#now = now;
    this.#ids = ids;
    this.#current = this.#beginning(token);
  }

  /** Whether it is one of the network's and alive. */
  accepts(token: string | undefined): boolean {
    const now = this.#now();
    return [this.#current, this.#former].some((known) => known && isSame(token, known.token) && now < known.expiresAt);
  }

  /** A new token; the one before lives on for the overlap, and any older one ends (OpenAPI v1, admin-token). */
  replace(): AdminToken {
    const end = this.#now() + this.#rules.adminTokenOverlapMs;
    this.#former = { ...this.#current, expiresAt: Math.min(this.#current.expiresAt, end) };
    this.#current = this.#beginning(this.#ids.key("admin-token"));
    return this.#current;
  }

  #beginning(token: string): AdminToken {
    const issuedAt = this.#now();
    return { token, issuedAt, expiresAt: issuedAt + this.#rules.adminTokenLifetimeMs };
  }
}
