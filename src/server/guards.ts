import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";
import { AppError } from "../errors/app-error.js";
import { isLoopbackHost } from "../system/loopback.js";
import { errorFields, type Logger } from "../telemetry/logger.js";
import { httpFailure, sendFailure } from "./failures.js";
import { isGraphqlRequest } from "./paths.js";
import type { Readiness } from "./readiness.js";
import { checkBodyHeaders } from "./request-body.js";

const responseHeaders = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-site",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

export interface GuardOptions {
  readonly readiness: Readiness;
  readonly localOnly: boolean;
  readonly logger: Logger;
}

/** What comes before any route: headers of every answer, whom the request is meant for, and how errors are answered. */
export function addGuards(server: FastifyInstance, { readiness, localOnly, logger }: GuardOptions): void {
  server.addHook("onRequest", async (request, reply) => {
    reply.headers({ ...responseHeaders, "x-request-id": request.id, ...(localOnly && { "x-dev-mode": "1" }) });
    if (!hasOneHost(request.raw)) throw new AppError("BAD_REQUEST");
    // Without authentication a page of another site must not reach us by DNS rebinding.
    if (localOnly && !namesLoopback(request.headers.host)) throw new AppError("FORBIDDEN");
  });
  server.addHook("onSend", async (_request, reply) => {
    // Otherwise the client would send its next request into a closing process.
    if (readiness.isDraining) reply.header("connection", "close");
  });
  server.setErrorHandler((error: Error, request, reply) => {
    const failure = httpFailure(error);
    if (!failure) logger.error({ requestId: request.id, ...errorFields(error) }, "internal error");
    return sendFailure(request, reply, failure ?? new AppError("INTERNAL_SERVER_ERROR"));
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
}

/** Refuses, before a body is read, what has no route or no usable body. Comes after CORS has answered preflights. */
export function addRouteGuard(server: FastifyInstance): void {
  server.addHook("onRequest", async (request) => {
    if (request.is404) throw new AppError(isGraphqlRequest(request) ? "METHOD_NOT_ALLOWED" : "NOT_FOUND");
    if (isGraphqlRequest(request) && request.method === "POST") checkBodyHeaders(request.headers);
  });
}

/** RFC 9112, 3.2: exactly one Host header in HTTP/1.1. */
function hasOneHost({ httpVersion, headersDistinct }: IncomingMessage): boolean {
  const count = headersDistinct["host"]?.length ?? 0;
  return count === 1 || (count === 0 && httpVersion === "1.0");
}

function namesLoopback(host: string | undefined): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(host ?? "")?.[1];
  return name !== undefined && isLoopbackHost(name);
}
