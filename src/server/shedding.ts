import { monitorEventLoopDelay } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";

/** A heap fuller than this collects garbage all the time, and the next step is the end of the process. */
const heapShare = 0.85;

/** How often it looks. Milliseconds. */
const intervalMs = 1_000;

/** Timer ticks are this far apart when nothing delays them. Milliseconds. */
const resolutionMs = 10;

/** Watches, once it was started and until it is stopped, whether the process is too busy to take on more work. */
export class LoadMonitor {
  readonly #delays = monitorEventLoopDelay({ resolution: resolutionMs });
  #timer: NodeJS.Timeout | undefined;
  #isOverloaded = false;

  /** `maxDelayMs`: mean event-loop delay that is too much; 0: none is. */
  constructor(private readonly maxDelayMs: number) {}

  get isOverloaded(): boolean {
    return this.#isOverloaded;
  }

  /** To be called when all is ready to serve: the work before would count as load. */
  start(): void {
    this.#delays.enable();
    this.#timer = setInterval(() => this.#look(), intervalMs).unref();
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
