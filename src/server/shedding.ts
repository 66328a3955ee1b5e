import { constants, monitorEventLoopDelay, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, getHeapStatistics, type HeapSpaceInfo, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { nodeFlags } from "../config/environment.js";
import type { limitNames } from "../limits.js";
import { systemClock } from "../system/clock.js";
import type { Logger } from "../telemetry/logger.js";

/**
 * An old space that is fuller than this after garbage was collected has too little left. V8 ends the process from 0.8
 * on, when collecting takes most of the time.
 */
const oldSpaceShare = 0.75;

/** How often it looks at the delays. Milliseconds. */
const delayIntervalMs = 1_000;

/** Timer ticks are this far apart when nothing delays them. Milliseconds. */
const resolutionMs = 10;

/** A full heap is collected again after so long, or so many times as long as that took. */
const collectAfterMs = 1_000;
const collectPause = 20;

/** What keeps the process from taking on operations. */
export type Overload = Exclude<(typeof limitNames.OVERLOADED)[number], "regionQueue" | "outgoingConnections">;

/** Watches, once it was started and until it is stopped, whether the process is too busy to take on more work. */
export class LoadMonitor {
  readonly #delays = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #collections = new PerformanceObserver((list) => {
    if (list.getEntries().some(isMajor)) this.#lookAtHeap();
  });
  readonly #youngLimit = youngLimit(nodeFlags(), process.versions.v8);
  #delayTimer: NodeJS.Timeout | undefined;
  #cancelCollecting = () => {};
  #lookedAt = systemClock.elapsed();
  #collectingMs = 0;
  #isLate = false;
  #isHeapFull = false;

  /** `maxDelayMs`: mean event-loop delay that is too much; 0: none is. */
  constructor(
    private readonly maxDelayMs: number,
    private readonly logger: Logger,
  ) {}

  /** What there is too much of, if anything. */
  get overload(): Overload | undefined {
    if (this.#isHeapFull) return "heap";
    return this.#isLate ? "eventLoopDelay" : undefined;
  }

  /** To be called when all is ready to serve: the work before would count as load. */
  start(): void {
    this.#lookedAt = systemClock.elapsed();
    this.#delays.enable();
    this.#delayTimer = setInterval(() => this.#lookAtDelays(), delayIntervalMs).unref();
    this.#collections.observe({ entryTypes: ["gc"] });
  }

  stop(): void {
    clearInterval(this.#delayTimer);
    this.#delays.disable();
    this.#collections.disconnect();
    this.#cancelCollecting();
  }

  #lookAtDelays(): void {
    const now = systemClock.elapsed();
    // Without a single tick there is no mean: then nothing else ran since the last look.
    const { mean } = this.#delays;
    const delayMs = Number.isNaN(mean) ? now - this.#lookedAt : mean / 1e6 - resolutionMs;
    this.#lookedAt = now;
    this.#delays.reset();
    this.#change(() => {
      this.#isLate = this.maxDelayMs > 0 && delayMs > this.maxDelayMs;
    });
  }

  /** Right after a collection, when next to nothing but what stays is there. */
  #lookAtHeap(): void {
    const limits = { heap: getHeapStatistics().heap_size_limit, young: this.#youngLimit };
    this.#change(() => {
      this.#isHeapFull = oldSpaceFill(getHeapSpaceStatistics(), limits) > oldSpaceShare;
    });
    this.#cancelCollecting();
    if (!this.#isHeapFull) return;
    // V8 collects when something is allocated: a process that sheds all work would wait for that for ever.
    const waitMs = Math.max(collectAfterMs, collectPause * this.#collectingMs);
    this.#cancelCollecting = systemClock.after(waitMs, () => this.#collect(), { ref: false });
  }

  #change(look: () => void): void {
    const before = this.overload;
    look();
    const limit = this.overload;
    if (limit === before) return;
    if (limit) this.logger.warn({ limit }, "operations are refused as OVERLOADED until there is less of this");
    else this.logger.info({}, "operations are taken again");
  }

  #collect(): void {
    const startedAt = systemClock.elapsed();
    collectGarbage();
    this.#collectingMs = systemClock.elapsed() - startedAt;
  }
}

/** Node gives no other way to it than a flag of V8's, whose function only new contexts have. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

function isMajor(entry: PerformanceEntry): boolean {
  const kind = "detail" in entry ? (entry.detail as { readonly kind?: number }).kind : undefined;
  return kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}

const mebibyte = 1_024 * 1_024;

/** MiB; 64-bit systems. Measured with Node.js 20, 22 (V8 11 and 12) and 24 (13). */
function usualSemiSpace(v8: string): number {
  return Number.parseInt(v8, 10) < 13 ? 16 : 64;
}

/**
 * V8 counts its young generation in the heap's limit: three semi-spaces, each of a power of two in MiB. It tells their
 * size nowhere. `flags`: those that Node was started with; the last of a name wins. `v8`: its version. Bytes.
 */
export function youngLimit(flags: readonly string[], v8: string): number {
  const sizes = flags.map((flag) => Number(/^--max[-_]semi[-_]space[-_]size=(\d+)$/.exec(flag)?.[1] ?? 0));
  const semiSpace = sizes.findLast((size) => size > 0) ?? usualSemiSpace(v8);
  return 3 * 2 ** Math.ceil(Math.log2(semiSpace)) * mebibyte;
}

/**
 * How full the old space is, 1 being the end of the process. The young generation has room of its own, which is no help
 * to what stays. `limits`: of the whole heap and of its young generation. Bytes.
 */
export function oldSpaceFill(
  spaces: readonly Pick<HeapSpaceInfo, "space_name" | "space_used_size">[],
  limits: { readonly heap: number; readonly young: number },
): number {
  const used = spaces
    .filter(({ space_name: name }) => !/^(?:new_|read_only_)/.test(name))
    .reduce((sum, { space_used_size: bytes }) => sum + bytes, 0);
  return used / (limits.heap - limits.young);
}
