import { monitorEventLoopDelay } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";

/** A heap fuller than this collects garbage all the time, and the next step is the end of the process. */
const heapShare = 0.85;

/** How often it looks. Milliseconds. */
const intervalMs = 1_000;

/** Timer ticks are this far apart when nothing delays them. Milliseconds. */
const resolutionMs = 10;

/** Watches whether the process is too busy to take on more work. To be stopped in the end. */
export class LoadMonitor {
  readonly #delays = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #timer: NodeJS.Timeout;
  #isOverloaded = false;

  /** `maxDelayMs`: mean event-loop delay that is too much; 0: none is. */
  constructor(private readonly maxDelayMs: number) {
    this.#delays.enable();
    this.#timer = setInterval(() => this.#look(), intervalMs).unref();
  }

  get isOverloaded(): boolean {
    return this.#isOverloaded;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#delays.disable();
  }

  #look(): void {
    // Without a single tick there is no mean: then nothing else ran all the time.
    const { mean } = this.#delays;
    const delayMs = Number.isNaN(mean) ? Number.POSITIVE_INFINITY : mean / 1e6 - resolutionMs;
    this.#delays.reset();
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    this.#isOverloaded = (this.maxDelayMs > 0 && delayMs > this.maxDelayMs) || used > heapShare * limit;
  }
}
