import { mostFor, mostRuns } from "../hostile/cost.js";

/**
 * Throws when an input costs this process too many times what a plain one does. Both run again and again while it
 * seems so, and the best counts: what else the process does only adds. `bytes`: the size of the input.
 */
export function checkCost(bytes: number, use: () => void, plain: () => void): void {
  const best = { use: Number.POSITIVE_INFINITY, plain: Number.POSITIVE_INFINITY };
  for (let run = 1; run <= mostRuns; run++) {
    best.plain = Math.min(best.plain, cpuOf(plain));
    best.use = Math.min(best.use, cpuOf(use));
    if (best.use <= mostFor(bytes) * best.plain) return;
  }
  throw new Error(`it costs ${Math.round(best.use / best.plain)} plain ones`);
}

/** CPU time of the whole process, its threads included. Microseconds. */
function cpuOf(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
