import { AppError } from "../errors/app-error.js";
import { errorCodes } from "../errors/codes.js";
import { formatError } from "../errors/format-error.js";
import { mediaTypes, negotiateMediaType } from "../graphql/media-type.js";
import { errorFields } from "../telemetry/error-fields.js";
import type { Logger } from "../telemetry/logger.js";
import type { Answer } from "./messages.js";
import type { Incoming } from "./routes.js";

/** What goes with a status. */
const headersWith: Readonly<Record<number, Answer["headers"]>> = {
  405: { allow: "POST" },
  // What is left of an oversized body is not read: the connection cannot be used again.
  413: { connection: "close" },
  503: { "retry-after": "1" },
};

/** The body of every failure around GraphQL: the same shape as a GraphQL answer. */
export function failureBody(error: AppError, requestId: string): string {
  return JSON.stringify({ errors: [formatError(error, requestId)] });
}

/** Answers a request that failed around GraphQL. Whatever is no AppError is a fault of ours: logged, and masked. */
export function failureAnswer(error: unknown, { request, record }: Incoming, logger: Logger): Answer {
  const { requestId } = record;
  if (!(error instanceof AppError)) logger.error({ requestId, ...errorFields(error) }, "internal error");
  const failure = error instanceof AppError ? error : new AppError("INTERNAL_SERVER_ERROR");
  record.fail({ code: failure.code, limit: failure.details.limit });
  const { http } = errorCodes[failure.code];
  return {
    status: http,
    headers: {
      "content-type": negotiateMediaType(request.headers.accept) ?? mediaTypes.legacy,
      ...headersWith[http],
    },
    body: failureBody(failure, requestId),
  };
}
