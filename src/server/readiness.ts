import type { Clock } from "../system/clock.js";

/** Why the process should get no traffic, or `ready`. */
export type ReadinessStatus = "starting" | "draining" | "no caller keys" | "ready";

/** How often it is tried to make callers verifiable; what it takes may have a longer cooldown. Milliseconds. */
const retryMs = 1_000;

/**
 * The state behind /readyz. It is about this process alone: an outage of Amity takes no replica out of service, since
 * the others see the same one.
 */
export class Readiness {
  #phase: "starting" | "serving" | "draining" = "starting";
  #cancelRetry = () => {};

  /** `canVerifyCallers`: were the keys that verify callers ever loaded? Tries to load them. */
  constructor(
    private readonly canVerifyCallers: () => Promise<boolean>,
    private readonly clock: Clock,
  ) {}

  /** From now on it is tried to load callers' keys, until they are, so that nobody has to ask for it. */
  serve(): void {
    this.#phase = "serving";
    void this.#prepare();
  }

  drain(): void {
    this.#phase = "draining";
    this.#cancelRetry();
  }

  async status(): Promise<ReadinessStatus> {
    if (this.#phase !== "serving") return this.#phase;
    return (await this.canVerifyCallers()) ? "ready" : "no caller keys";
  }

  async #prepare(): Promise<void> {
    if ((await this.canVerifyCallers()) || this.#phase !== "serving") return;
    this.#cancelRetry = this.clock.after(retryMs, () => void this.#prepare(), { ref: false });
  }
}
