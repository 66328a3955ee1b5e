import { cpus, loadavg, release, totalmem } from "node:os";

/** What it is measured on, and how much else that does. */
export function thisMachine() {
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    linux: release(),
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(1)),
  };
}

/** Two processes work at a time; whatever else runs blurs ratios, and makes latencies worthless. */
export function isBusy({ cores, loadBefore }) {
  return loadBefore > cores / 4;
}
