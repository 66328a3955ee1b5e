import { merged } from "../system/merged.js";
import type { Logger } from "./logger.js";
import type { Traces } from "./traces.js";

/** Names the trace in each line of a request, by the name that log collectors look for. */
export function tracedLogger(logger: Logger, traces: Pick<Traces, "traceId">): Logger {
  const named = (fields: object) => merged(fields, traceFields(traces));
  return {
    debug: (fields, message) => logger.debug(named(fields), message),
    info: (fields, message) => logger.info(named(fields), message),
    warn: (fields, message) => logger.warn(named(fields), message),
    error: (fields, message) => logger.error(named(fields), message),
    fatal: (fields, message) => logger.fatal(named(fields), message),
    audit: (fields, message) => logger.audit(named(fields), message),
    isLevelEnabled: (level) => logger.isLevelEnabled(level),
  };
}

/** What a line says of the trace that it belongs to. */
export function traceFields(traces: Pick<Traces, "traceId"> | undefined): { readonly trace_id?: string } {
  const traceId = traces?.traceId;
  return traceId === undefined ? {} : { trace_id: traceId };
}
