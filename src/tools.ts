import { randomUUID } from "node:crypto";
import type { AuditSettings, SinkTrail, TrailTools } from "./audit/trail.js";
import { ConfigError } from "./config/config.js";
import { type Clock, clockOf } from "./system/clock.js";
import { type Random, systemRandom } from "./system/random.js";
import { Reloads } from "./system/reloading-file.js";
import { Audit } from "./telemetry/audit.js";
import type { LogSink } from "./telemetry/log-sink.js";
import type { Logger } from "./telemetry/logger.js";
import { Metrics } from "./telemetry/metrics.js";
import { reloadTeller } from "./telemetry/reloads.js";

/** What stands in the place of the machine's own. `now` alone stands for both clocks. */
export interface ToolOptions extends Partial<Clock> {
  readonly logger: Logger;
  /** Where its lines go, for the metrics. */
  readonly logSink?: LogSink;
  readonly newId?: () => string;
  readonly random?: Random;
}

/** What parts of every kind work with. No setting is in it, so it may be handed on whole. */
export interface Tools {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: () => string;
  readonly metrics: Metrics;
  readonly audit: Audit;
  /** Where the audit goes besides the log. */
  readonly trail: SinkTrail | undefined;
  readonly reloads: Reloads;
}

/**
 * Makes them: the machine's own clock and randomness, unless others are given. `audit`: where it goes besides the log.
 * Throws ConfigError when that is no place for it.
 */
export async function createTools(options: ToolOptions, audit?: AuditSettings): Promise<Tools> {
  const { logger, logSink, newId = randomUUID, random = systemRandom } = options;
  const clock = clockOf(options);
  const metrics = new Metrics(logSink);
  const reloads = new Reloads(clock, reloadTeller({ logger, metrics }));
  const trail = audit && (await openTrailOf(audit, { logger, metrics, clock, newId }));
  return { logger, clock, random, newId, metrics, audit: new Audit({ logger, metrics, trail }), trail, reloads };
}

/** Loaded here, since most gateways have their audit in the log. */
async function openTrailOf(settings: AuditSettings, tools: TrailTools): Promise<SinkTrail> {
  const { openTrail, UnusableAudit } = await import("./audit/trail.js");
  try {
    return await openTrail(settings, tools);
  } catch (error) {
    throw error instanceof UnusableAudit ? new ConfigError([error.problem]) : error;
  }
}
