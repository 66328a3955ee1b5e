import type { Clock } from "../system/clock.js";

/** What is still to run, and is called off together. It keeps no process alive. */
export class Timers {
  readonly #callOffs = new Set<() => void>();
  #isOver = false;

  constructor(private readonly clock: Clock) {}

  /** Runs something once, after so many milliseconds. */
  after(ms: number, run: () => void): void {
    if (this.#isOver) return;
    const callOff = this.clock.after(
      ms,
      () => {
        this.#callOffs.delete(callOff);
        run();
      },
      { ref: false },
    );
    this.#callOffs.add(callOff);
  }

  /** For good. */
  callOffAll(): void {
    this.#isOver = true;
    for (const callOff of this.#callOffs) callOff();
    this.#callOffs.clear();
  }
}
