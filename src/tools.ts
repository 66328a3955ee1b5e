import { randomUUID } from "node:crypto";
import type { AuditSettings, SinkTrail, TrailTools } from "./audit/trail.js";
import { type Config, ConfigError } from "./config/config.js";
import { type Clock, clockOf } from "./system/clock.js";
import { type Random, systemRandom } from "./system/random.js";
import { Reloads } from "./system/reloading-file.js";
import { version } from "./system/version.js";
import { Audit } from "./telemetry/audit.js";
import type { LogSink } from "./telemetry/log-sink.js";
import type { Logger } from "./telemetry/logger.js";
import { Metrics } from "./telemetry/metrics.js";
import type { TracingTools } from "./telemetry/open-telemetry.js";
import { reloadTeller } from "./telemetry/reloads.js";
import { tracedLogger } from "./telemetry/traced-logger.js";
import type { Traces } from "./telemetry/traces.js";

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
  /** Undefined: nothing is traced. */
  readonly traces: Traces | undefined;
  readonly reloads: Reloads;
}

/**
 * Makes them: the machine's own clock and randomness, unless others are given. `audit`: where it goes besides the log.
 * Throws ConfigError when that is no place for it, or when what traces need is not there.
 */
export async function createTools(options: ToolOptions, config: Pick<Config, "audit" | "traces">): Promise<Tools> {
  const { logSink, newId = randomUUID, random = systemRandom } = options;
  const clock = clockOf(options);
  const traces = config.traces ? await traceThrough({ logger: options.logger, clock }) : undefined;
  const logger = traces ? tracedLogger(options.logger, traces) : options.logger;
  const metrics = new Metrics(logSink);
  const reloads = new Reloads(clock, reloadTeller({ logger, metrics }));
  const trail = config.audit && (await openTrailOf(config.audit, { logger, metrics, clock, newId }));
  const audit = new Audit({ logger, metrics, trail, traces });
  return { logger, clock, random, newId, metrics, audit, trail, traces, reloads };
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

/** Loaded here, since most gateways are not traced. */
async function traceThrough(tools: TracingTools): Promise<Traces | undefined> {
  const { openTelemetry, NoApi } = await import("./telemetry/open-telemetry.js");
  try {
    const traces = await openTelemetry(version, tools);
    if (!traces)
      tools.logger.warn({}, "TRACES is on and no OpenTelemetry SDK was registered before: nothing is traced");
    return traces;
  } catch (error) {
    if (!(error instanceof NoApi)) throw error;
    throw new ConfigError(["TRACES is on without the package @opentelemetry/api: npm install @opentelemetry/api@1.9"]);
  }
}
