import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../errors/app-error.js";
import { type ErrorCode, errorCodes } from "../errors/codes.js";
import { formatError } from "../errors/format-error.js";
import { negotiateMediaType } from "../graphql/media-type.js";

const fastifyCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "UNSUPPORTED_MEDIA_TYPE",
  FST_ERR_CTP_BODY_TOO_LARGE: "PAYLOAD_TOO_LARGE",
};

/** The AppError for whatever went wrong around GraphQL; undefined for a fault of ours. */
export function httpFailure(error: Partial<FastifyError>): AppError | undefined {
  if (error instanceof AppError) return error;
  const code = fastifyCodes[error.code ?? ""];
  if (code) return new AppError(code);
  const isClientsFault = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500;
  return isClientsFault ? new AppError("BAD_REQUEST") : undefined;
}

/** The body of every failure before GraphQL: the same shape as a GraphQL answer. */
export function failureBody(error: AppError, requestId: string): string {
  return JSON.stringify({ errors: [formatError(error, requestId)] });
}

/** Answers a request with a failure from before GraphQL. */
export function sendFailure(request: FastifyRequest, reply: FastifyReply, error: AppError): FastifyReply {
  const { http } = errorCodes[error.code];
  if (http === 405) reply.header("allow", "POST");
  if (http === 503) reply.header("retry-after", "1");
  // What is left of an oversized body is not read: the connection cannot be used again.
  if (http === 413) reply.header("connection", "close");
  return reply
    .status(http)
    .header("content-type", negotiateMediaType(request.headers.accept) ?? "application/json; charset=utf-8")
    .send(failureBody(error, request.id));
}
