import type { GraphQLRequestContext } from "@apollo/server";
import { GraphQLError } from "graphql";
import type { Authenticator } from "../caller/authenticator.js";
import type { Context } from "../context.js";
import { AppError } from "../errors/app-error.js";
import { isDocumentCode } from "../errors/codes.js";
import { formatErrors, type PublicError, parserLimitOf } from "../errors/format-error.js";
import { statusOf } from "../errors/status.js";
import { errorFields } from "../telemetry/error-fields.js";
import type { Logger } from "../telemetry/logger.js";
import type { RequestRecord } from "../telemetry/request-record.js";
import type { Hooks } from "./hooks.js";
import { mediaTypes } from "./media-type.js";
import { refusalHeaders } from "./refusal-headers.js";
import { audienceOf, type SchemaSecrecy } from "./schema-secrecy.js";

export interface PublicErrorsOptions {
  readonly logger: Logger;
  readonly scheme: Authenticator["scheme"];
  readonly secrecy: SchemaSecrecy;
}

/**
 * Writes the errors and the HTTP status of every GraphQL answer, once the operation is known: formatError then names
 * the path of a bad value, and the request id is in each error.
 */
export function publicErrors({ logger, scheme, secrecy }: PublicErrorsOptions): Pick<Hooks, "willSendResponse"> {
  return {
    async willSendResponse(request) {
      const { body, http } = request.response;
      const { requestId, mediaType, authorization, record } = request.contextValue.facts;
      record.endStage("execution");
      http.headers.set("content-type", mediaType);
      if (body.kind !== "single" || !request.errors?.length) return;
      const causes = causesOf(request.errors, request.contextValue);
      const errors = formatErrors(causes, requestId, sourceOf(request, secrecy));
      body.singleResult.errors = errors;
      http.status = statusOf(
        errors.map(({ extensions }) => extensions.code),
        { legacy: mediaType === mediaTypes.legacy, executed: body.singleResult.data !== undefined },
      );
      for (const [name, value] of refusalHeaders(errors, scheme, credentialIn(authorization, causes))) {
        http.headers.set(name, value);
      }
      for (const error of request.errors) recordDocument(record, error);
      errors.forEach((error, index) => {
        const origin = originOf(causes[index]);
        const limit = origin instanceof AppError ? origin.details.limit : undefined;
        record.fail({ code: error.extensions.code, path: error.path, limit });
        logFailure(logger, error, origin);
      });
    },
  };
}

/** jose looks at a token's end only after its signature. */
function credentialIn(authorization: string | undefined, causes: readonly unknown[]) {
  if (authorization === undefined) return "none";
  const isExpired = causes
    .map(originOf)
    .some((origin) => origin instanceof AppError && origin.reason === "ERR_JWT_EXPIRED");
  return isExpired ? "expired" : "refused";
}

/** A refusal stands for all errors; several that had to be thrown as one stand for themselves. */
function causesOf(errors: readonly GraphQLError[], { identity }: Context): readonly unknown[] {
  if (identity.refusal) return [identity.refusal];
  return errors.flatMap((error) =>
    error.originalError instanceof AggregateError ? error.originalError.errors : error,
  );
}

function sourceOf({ schema, document, contextValue }: GraphQLRequestContext<Context>, secrecy: SchemaSecrecy) {
  return { schema, document, audience: audienceOf(contextValue.identity.caller, secrecy) };
}

function originOf(cause: unknown): unknown {
  return cause instanceof GraphQLError ? (cause.originalError ?? cause) : cause;
}

/** The operator hears that a document was refused, whatever its sender is told. */
function recordDocument(record: RequestRecord, error: GraphQLError): void {
  const origin = originOf(error);
  const limit = origin instanceof AppError ? origin.details.limit : parserLimitOf(error);
  const code = origin instanceof AppError ? origin.code : limit ? "QUERY_TOO_COMPLEX" : error.extensions["code"];
  if (isDocumentCode(code)) record.refuseDocument({ code, limit });
}

/** The operator hears of faults: ours loudly, Amity's by their code. Callers' mistakes are their own. */
function logFailure(logger: Logger, { extensions, path }: PublicError, origin: unknown): void {
  const { code, requestId, amity } = extensions;
  const appError = origin instanceof AppError ? origin : undefined;
  const fields = { requestId, code, ...appError?.log, amity };
  if (code === "INTERNAL_SERVER_ERROR") {
    logger.error({ requestId, path, ...errorFields(origin) }, "internal error");
  } else if (code === "UPSTREAM_AUTH_FAILED") {
    logger.error(fields, "Amity refuses the gateway's key: check it and rotate it");
  } else if (code.startsWith("UPSTREAM_")) {
    const isSent = appError?.reason !== "circuit open" && appError?.reason !== "no time left";
    logger.warn(fields, isSent ? "a call to Amity failed" : "a call to Amity was not made");
  } else if (code.endsWith("_NOT_CONFIGURED")) {
    logger.warn(fields, "a region has no key for what was asked: no call was made");
  } else if (code === "AUTH_UNAVAILABLE") {
    logger.warn(fields, "a caller cannot be verified");
  } else if (code === "OVERLOADED") {
    logger.warn(fields, "too many calls to a region wait");
  }
}
