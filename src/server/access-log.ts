import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Caller } from "../caller/caller.js";
import type { Logger } from "../telemetry/logger.js";
import type { Metrics } from "../telemetry/metrics.js";
import { graphqlPath, isGraphqlRequest } from "./paths.js";

export interface AccessLogOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** `hash`: the first 16 hexadecimal digits of the id's SHA-256, which tells callers apart without naming them. */
  readonly userIds: "hash" | "plain";
}

const callers = new WeakMap<FastifyRequest, Caller>();

/** Lets the access log name the caller of a request. */
export function rememberCaller(request: FastifyRequest, caller: Caller | undefined): void {
  if (caller) callers.set(request, caller);
}

/** One line for each request, of known fields only: a path or operation name that a client makes up may be anything. */
export function addAccessLog(server: FastifyInstance, { logger, metrics, userIds }: AccessLogOptions): void {
  server.addHook("onResponse", async (request, reply) => {
    const caller = callers.get(request);
    const path = isGraphqlRequest(request) ? graphqlPath : (request.routeOptions.url ?? "other");
    metrics.request(path, reply.statusCode, reply.elapsedTime / 1_000);
    const fields = {
      requestId: request.id,
      method: request.method,
      path,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      address: request.ip,
      ...(caller && { caller: nameOf(caller, userIds) }),
    };
    logger.info(fields, "request");
  });
}

function nameOf({ kind, subject, userId }: Caller, userIds: "hash" | "plain"): string {
  if (kind !== "user" || userId === undefined || userIds === "plain") return subject;
  return `user:${createHash("sha256").update(userId).digest("hex").slice(0, 16)}`;
}
