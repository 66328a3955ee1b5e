import type { WallClock } from "../system/clock.js";
import { ExpiringMap } from "./expiring-map.js";

/** Of so many tokens that ended it is known why. */
const rememberedEnds = 500;

/** What every token stands for, whatever it opens. */
export interface Grant {
  /** Names it to those who may not see it. */
  readonly id: string;
  readonly token: string;
  readonly userId: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  /** The first moment at which it is dead, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The live tokens of one kind, and why those that ended last have ended. */
export class Tokens<Held extends Grant> {
  readonly #live: ExpiringMap<Held>;
  readonly #ends = new Map<string, string>();

  constructor(now: WallClock) {
    this.#live = new ExpiringMap(now, (token) => this.#remember(token, "has expired"));
  }

  add(grant: Held): void {
    this.#live.set(grant.token, grant, grant.expiresAt);
  }

  /** What a live token stands for, or undefined. */
  find(token: string): Held | undefined {
    return this.#live.get(token);
  }

  /** All that live, the oldest first. */
  all(): Held[] {
    return this.#live.values();
  }

  /** Why a token is not alive, as the end of a sentence that begins with it. */
  whyDead(token: string): string {
    return this.#ends.get(token) ?? (this.#live.holds(token) ? "has expired" : "is not known here");
  }

  /** Ends one token. `why`: the end of a sentence that begins with it. */
  end(token: string, why: string): void {
    if (!this.#live.get(token)) return;
    this.#live.delete(token);
    this.#remember(token, why);
  }

  /** Ends all that match, and gives how many these were. */
  endWhere(matches: (grant: Held) => boolean, why: string): number {
    const ended = this.#live.deleteWhere(matches);
    for (const token of ended) this.#remember(token, why);
    return ended.length;
  }

  clear(): void {
    this.#live.clear();
    this.#ends.clear();
  }

  #remember(token: string, why: string): void {
    this.#ends.set(token, why);
    const [oldest] = this.#ends.keys();
    if (this.#ends.size > rememberedEnds && oldest !== undefined) this.#ends.delete(oldest);
  }
}
