import type { WallClock } from "../system/clock.js";

interface Entry<Value> {
  readonly value: Value;
  readonly expiresAt: number;
}

/**
 * A map whose entries die at a moment given with each of them.
 * Dead entries are never returned, and are dropped from the front at every `set`. The front holds the oldest because
 * all entries of one map live equally long, so memory stays bounded without a timer.
 */
export class ExpiringMap<Value> {
  readonly #now: WallClock;
  readonly #entries = new Map<string, Entry<Value>>();

  constructor(now: WallClock) {
    this.#now = now;
  }

  /** How many entries are held, dead ones not yet dropped included. */
  get size(): number {
    return this.#entries.size;
  }

  /** `expiresAt`: the first moment at which the entry is dead, in milliseconds since the epoch. */
  set(key: string, value: Value, expiresAt: number): void {
    this.#dropDead();
    this.#entries.delete(key); // so that an entry set again moves to the back, where its new expiry belongs
    this.#entries.set(key, { value, expiresAt });
  }

  /** The live value of a key, or undefined. */
  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    return entry && this.#now() < entry.expiresAt ? entry.value : undefined;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  deleteWhere(matches: (value: Value) => boolean): void {
    for (const [key, entry] of this.#entries) {
      if (matches(entry.value)) this.#entries.delete(key);
    }
  }

  #dropDead(): void {
    const now = this.#now();
    for (const [key, entry] of this.#entries) {
      if (now < entry.expiresAt) return;
      this.#entries.delete(key);
    }
  }
}
