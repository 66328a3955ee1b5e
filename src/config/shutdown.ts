import type { Reader } from "./reader.js";

/** How a process ends that was asked to. */
export interface ShutdownSettings {
  /** How long it goes on serving first, for load balancers to notice. Milliseconds. */
  readonly delayMs: number;
  /** How long requests under way may take after that. Milliseconds. */
  readonly drainMs: number;
}

/** `upstreamTimeoutMs`: what a request under way may take; less than that for draining would cut it short. */
export function readShutdown(reader: Reader, upstreamTimeoutMs: number): ShutdownSettings {
  const drainMs = reader.integer("DRAIN_MS");
  if (reader.isGiven("DRAIN_MS") && drainMs < upstreamTimeoutMs) {
    reader.problem("DRAIN_MS is below UPSTREAM_TIMEOUT_MS: requests under way would be cut short at every stop");
  }
  return { delayMs: reader.integer("SHUTDOWN_DELAY_MS"), drainMs: Math.max(drainMs, upstreamTimeoutMs) };
}
