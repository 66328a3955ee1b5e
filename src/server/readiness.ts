/** Why the process should get no traffic, or `ready`. */
export type ReadinessStatus = "starting" | "draining" | "no caller keys" | "ready";

/** The state behind /readyz. */
export class Readiness {
  #phase: "starting" | "serving" | "draining" = "starting";

  /** `canVerifyCallers`: were the keys that verify callers ever loaded? */
  constructor(private readonly canVerifyCallers: () => Promise<boolean>) {}

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
    return (await this.canVerifyCallers()) ? "ready" : "no caller keys";
  }
}
