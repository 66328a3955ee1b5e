import { createHash } from "node:crypto";
import type { Caller } from "../caller/caller.js";
import { errorCodes } from "../errors/codes.js";
import type { Logger } from "../telemetry/logger.js";
import type { Metrics } from "../telemetry/metrics.js";
import type { HttpRequest } from "./messages.js";
import { graphqlPath, otherPaths, probePaths } from "./paths.js";
import type { Incoming } from "./routes.js";

export interface AccessLogOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** `hash`: the first 16 hexadecimal digits of the id's SHA-256, which tells callers apart without naming them. */
  readonly userIds: "hash" | "plain";
}

/** What is recorded of a request, even of one that Node gave up on. */
export interface Recorded extends Omit<Incoming, "request"> {
  readonly request: Pick<HttpRequest, "method" | "address" | "hasLeft">;
}

/** `status`: of the answer, if the client is still there to get it. */
export type AccessLog = (recorded: Recorded, status: number) => void;

/**
 * Records an answered request: measurements, and a line of known fields only, for a path or operation name that a
 * client made up may hold anything. Probes come every few seconds, so theirs is for those who search; so is the line of
 * where the time went.
 */
export function createAccessLog({ logger, metrics, userIds }: AccessLogOptions): AccessLog {
  return ({ request, record, path, route, caller }, status) => {
    const { requestId, elapsedMs } = record;
    if (request.hasLeft) record.leave();
    const told = request.hasLeft ? errorCodes.CANCELLED.http : status;
    const label = route?.label ?? route?.path ?? (path === graphqlPath ? graphqlPath : otherPaths);
    metrics.request(label, told, elapsedMs / 1_000);
    metrics.outcome(record);
    const level = probePaths.has(label) ? "debug" : "info";
    if (!logger.isLevelEnabled(level)) return;
    const fields = {
      requestId,
      method: request.method,
      path: label,
      status: told,
      ms: Math.round(elapsedMs),
      address: request.address,
      caller: caller && nameOf(caller, userIds),
      ...record.facts,
    };
    logger[level](fields, "request");
    if (record.isTimed && logger.isLevelEnabled("debug")) logger.debug({ requestId, ...record.timings }, "timings");
  };
}

function nameOf({ kind, subject, userId }: Caller, userIds: "hash" | "plain"): string {
  if (kind !== "user" || userId === undefined || userIds === "plain") return subject;
  return `user:${createHash("sha256").update(userId).digest("hex").slice(0, 16)}`;
}
