import type { WallClock } from "../system/clock.js";

/** As far as it can be moved in all: a century. Milliseconds. */
export const maxMoveMs = 100 * 365 * 86_400_000;

/** The emulator's time: another clock's, moved forward by hand. It goes back at a reset alone. */
export class MovableClock {
  readonly #base: WallClock;
  #movedMs = 0;

  constructor(base: WallClock) {
    this.#base = base;
  }

  readonly now: WallClock = () => this.#base() + this.#movedMs;

  /** How far ahead of the other clock it is. Milliseconds. */
  get movedMs(): number {
    return this.#movedMs;
  }

  /** Moves it forward; false when that would be too far. */
  advance(ms: number): boolean {
    if (this.#movedMs + ms > maxMoveMs) return false;
    this.#movedMs += ms;
    return true;
  }

  reset(): void {
    this.#movedMs = 0;
  }
}
