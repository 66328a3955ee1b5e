import { createHash } from "node:crypto";
import type { Caller } from "../caller/caller.js";
import type { Logger } from "../telemetry/logger.js";
import type { Metrics } from "../telemetry/metrics.js";
import { graphqlPath } from "./paths.js";
import type { Incoming } from "./routes.js";

export interface AccessLogOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** `hash`: the first 16 hexadecimal digits of the id's SHA-256, which tells callers apart without naming them. */
  readonly userIds: "hash" | "plain";
}

/**
 * Records an answered request: a measurement, and a line of known fields only, for a path or operation name that a
 * client made up may hold anything. `elapsedMs`: from the request to its answer.
 */
export function createAccessLog({ logger, metrics, userIds }: AccessLogOptions) {
  return ({ request, requestId, path, route, caller }: Incoming, status: number, elapsedMs: number): void => {
    const label = route?.label ?? route?.path ?? (path === graphqlPath ? graphqlPath : "other");
    metrics.request(label, status, elapsedMs / 1_000);
    const fields = {
      requestId,
      method: request.method,
      path: label,
      status,
      ms: Math.round(elapsedMs),
      address: request.address,
      ...(caller && { caller: nameOf(caller, userIds) }),
    };
    logger.info(fields, "request");
  };
}

function nameOf({ kind, subject, userId }: Caller, userIds: "hash" | "plain"): string {
  if (kind !== "user" || userId === undefined || userIds === "plain") return subject;
  return `user:${createHash("sha256").update(userId).digest("hex").slice(0, 16)}`;
}
