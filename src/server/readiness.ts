/** Why the process should get no traffic, or `ready`. */
export type ReadinessStatus = "starting" | "draining" | "no caller keys" | "no usable region" | "ready";

/** The state behind /readyz. */
export class Readiness {
  #phase: "starting" | "serving" | "draining" = "starting";

  /**
   * `canVerifyCallers`: were the keys that verify callers ever loaded? `anyRegionUsable`: is there a configured region
   * that does not fail?
   */
  constructor(
    private readonly canVerifyCallers: () => Promise<boolean>,
    private readonly anyRegionUsable: () => boolean,
  ) {}

  get isDraining(): boolean {
    return this.#phase === "draining";
  }

  serve(): void {
    this.#phase = "serving";
  }

  drain(): void {
    this.#phase = "draining";
  }

  async status(): Promise<ReadinessStatus> {
    if (this.#phase !== "serving") return this.#phase;
    if (!(await this.canVerifyCallers())) return "no caller keys";
    return this.anyRegionUsable() ? "ready" : "no usable region";
  }
}
