import type { WallClock } from "../system/clock.js";

interface Entry<Value> {
  readonly value: Value;
  readonly expiresAt: number;
}

/**
 * A map whose entries die at a moment given with each of them.
 * Dead entries are never returned, and are dropped from the front at every `set`. The front holds the oldest, which
 * lived as long as those behind it or longer, so memory stays bounded without a timer.
 */
export class ExpiringMap<Value> {
  readonly #now: WallClock;
  readonly #onDropped: (key: string) => void;
  readonly #entries = new Map<string, Entry<Value>>();

  /** `onDropped`: hears of each entry that was dropped because it was dead. */
  constructor(now: WallClock, onDropped: (key: string) => void = () => {}) {
    this.#now = now;
    this.#onDropped = onDropped;
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

  /** Whether there is an entry of this key, dead or alive. */
  holds(key: string): boolean {
    return this.#entries.has(key);
  }

  /** All live values, the one set first first. */
  values(): Value[] {
    const now = this.#now();
    return [...this.#entries.values()].filter(({ expiresAt }) => now < expiresAt).map(({ value }) => value);
  }

  /** Deletes the live entries that match, and gives their keys. */
  deleteWhere(matches: (value: Value) => boolean): string[] {
    const now = this.#now();
    const found = [...this.#entries].filter(([, { value, expiresAt }]) => now < expiresAt && matches(value));
    for (const [key] of found) this.#entries.delete(key);
    return found.map(([key]) => key);
  }

  clear(): void {
    this.#entries.clear();
  }

  #dropDead(): void {
    const now = this.#now();
    for (const [key, entry] of this.#entries) {
      if (now < entry.expiresAt) return;
      this.#entries.delete(key);
      this.#onDropped(key);
    }
  }
}
