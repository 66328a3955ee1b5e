import type { Unusable } from "../errors/reason-of.js";
import type { Logger } from "../telemetry/logger.js";
import type { Metrics } from "../telemetry/metrics.js";
import type { End } from "./chain.js";
import type { Change, Outlet } from "./outlet.js";

/** What whoever runs a sink is told of. */
export interface SinkEvents {
  /** For the first time, and where its chain ends there. */
  onOpened(end: End): void;
  /** It takes no lines: told once until it is back, or another reason is found. */
  onDown(failure: Unusable): void;
  /** It takes lines again. `lost`: so many are missing in it, and it says so. */
  onBack(lost: number): void;
  onChange(change: Change): void;
  /** Something unfinished stands where it goes on. */
  onTorn(): void;
  onLines(outcome: "written" | "lost", count: number): void;
}

const advice: Readonly<Record<Change, string>> = {
  "is gone": "a new one is begun, which goes on with the chain; look for who removed it",
  "is another file now": "the chain goes on in it; have whoever replaces it send SIGHUP",
  "is no longer locked":
    "its lock is taken again, unless another process has it now; leave NAME.lock where it lies as long as a gateway runs",
  "was cut off":
    "the chain goes on; lines may be lost for good: have whoever rotates it rename it and send SIGHUP, not copy and cut it",
};

/** Tells it to the log and the metrics. */
export function toldEvents(sink: Outlet["name"], logger: Logger, metrics: Metrics): SinkEvents {
  metrics.announceAuditSink(sink);
  return {
    onOpened: (end) => logger.audit({ sink, ...end }, "audit opened"),
    onDown(failure) {
      metrics.auditSink(sink, false);
      logger.error(
        { sink, reason: failure.reason, problem: failure.message },
        "the audit cannot be written here; it is tried again twice a second",
      );
    },
    onBack(lost) {
      metrics.auditSink(sink, true);
      logger.warn({ sink, lost }, "the audit is written here again");
    },
    onChange: (change) => logger.warn({ sink }, `what ${sink} names ${change}: ${advice[change]}`),
    onTorn: () =>
      logger.warn({ sink }, "the audit ends in an unfinished line, as after a crash; its next line says so"),
    onLines: (outcome, count) => metrics.auditLines(sink, outcome, count),
  };
}
