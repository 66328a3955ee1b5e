import type { Unusable } from "../errors/reason-of.js";
import type { SinkEvents } from "./events.js";

/** Whether a sink takes lines, which is told as often as it changes. */
export class Standing {
  #failure: Unusable | undefined;
  /** Since something was written. */
  #failures = 1;

  constructor(private readonly events: Pick<SinkEvents, "onDown" | "onBack">) {}

  /** Why it takes none at present; undefined: it takes them. */
  get failure(): Unusable | undefined {
    return this.#failure;
  }

  /** Something failed. False: it may only have to be opened anew, such as a socket whose listener began anew. */
  isSureAfterFailure(): boolean {
    this.#failures++;
    return this.#failures > 1 || this.#failure !== undefined;
  }

  down(failure: Unusable): void {
    const isNews = this.#failure?.reason !== failure.reason;
    this.#failure = failure;
    if (isNews) this.events.onDown(failure);
  }

  /** `lost`: so many lines are missing, and it says so now. Gives whether it took none before. */
  up(lost: number): boolean {
    const wasDown = this.#failure !== undefined;
    this.#failures = 0;
    this.#failure = undefined;
    if (wasDown) this.events.onBack(lost);
    return wasDown;
  }
}
