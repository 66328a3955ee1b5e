import { GraphQLError, type GraphQLFormattedError, Kind } from "graphql";
import { AppError, type AppErrorDetails } from "./app-error.js";
import { type ErrorCode, errorCodes, isErrorCode } from "./codes.js";
import { describeInvalidValue, isLiteral, type OperationSource } from "./invalid-value.js";

/** An error as clients see it. */
export interface PublicError extends GraphQLFormattedError {
  readonly extensions: {
    readonly code: ErrorCode;
    readonly requestId: string;
    readonly retryable: boolean;
    readonly amity?: AppErrorDetails["amity"];
    readonly retryAfterSeconds?: number;
  };
}

/**
 * The only way out for an error: whatever was thrown becomes a text that this project (or a graphql-js rule) wrote and
 * a code from the table. Everything unknown is `Internal error`.
 * `source` is the operation that failed, when one was parsed: it lets value errors name the path and expected type.
 */
export function formatError(error: unknown, requestId: string, source?: OperationSource): PublicError {
  const place = error instanceof GraphQLError ? { locations: error.locations, path: error.path } : {};
  const { code, message, details } = describe(error, source);
  return {
    message,
    ...(place.locations && { locations: place.locations }),
    ...(place.path && { path: place.path }),
    extensions: {
      code,
      requestId,
      retryable: errorCodes[code].retryable,
      ...(details?.amity && { amity: details.amity }),
      ...(details?.retryAfterSeconds !== undefined && { retryAfterSeconds: details.retryAfterSeconds }),
    },
  };
}

interface Description {
  code: ErrorCode;
  message: string;
  details?: AppErrorDetails;
}

function describe(error: unknown, source?: OperationSource): Description {
  const appError = error instanceof GraphQLError ? error.originalError : error;
  if (appError instanceof AppError) {
    return { code: appError.code, message: appError.message, details: appError.details };
  }
  if (!(error instanceof GraphQLError)) return described("INTERNAL_SERVER_ERROR");
  switch (error.extensions["code"]) {
    case "GRAPHQL_PARSE_FAILED":
      if (tooManyTokens.test(error.message)) return described("QUERY_TOO_COMPLEX");
      return described("GRAPHQL_PARSE_FAILED", syntaxErrorText(error));
    case "GRAPHQL_VALIDATION_FAILED":
      return describeValidationError(error, source);
    case "BAD_USER_INPUT":
      return described("BAD_USER_INPUT", describeInvalidValue(error, source));
    case undefined:
      return describeExecutionError(error, source);
    default: {
      const code = error.extensions["code"];
      return described(isErrorCode(code) ? code : "INTERNAL_SERVER_ERROR");
    }
  }
}

/** graphql-js's text when a document exceeds the parser's `maxTokens`. */
const tooManyTokens = /Document contains more that \d+ tokens/;

function described(code: ErrorCode, message: string = errorCodes[code].message): Description {
  return { code, message };
}

function syntaxErrorText(error: GraphQLError): string {
  const at = error.locations?.[0];
  return at ? `Syntax error at ${at.line}:${at.column}` : "Syntax error";
}

/** graphql-js's rule texts name only the schema and the document's names; those about a literal also quote it. */
function describeValidationError(error: GraphQLError, source?: OperationSource): Description {
  const quotesValue = error.nodes?.[0] !== undefined && isLiteral(error.nodes[0]);
  return described("GRAPHQL_VALIDATION_FAILED", quotesValue ? describeInvalidValue(error, source) : error.message);
}

/** graphql-js coerces arguments while it executes: a null variable in a non-null position fails only here. */
function describeExecutionError(error: GraphQLError, source?: OperationSource): Description {
  const isOwn = error.originalError === undefined || error.originalError instanceof GraphQLError;
  const node = isOwn ? error.nodes?.[0] : undefined;
  const isInput = node !== undefined && (node.kind === Kind.VARIABLE || isLiteral(node));
  return isInput
    ? described("BAD_USER_INPUT", describeInvalidValue(error, source))
    : described("INTERNAL_SERVER_ERROR");
}
