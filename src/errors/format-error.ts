import { type ASTNode, GraphQLError, type GraphQLFormattedError, Kind } from "graphql";
import { AppError, type AppErrorDetails } from "./app-error.js";
import type { Audience } from "./audience.js";
import { type ErrorCode, errorCodes, isErrorCode } from "./codes.js";
import { describeInvalidValues, isLiteral, type OperationSource } from "./invalid-value.js";
import { syntaxTextWithoutValues } from "./syntax-text.js";

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
 * The only way out for errors: whatever was thrown becomes a text that this project (or a graphql-js rule) wrote and a
 * code from the table. Everything unknown is `Internal error`.
 * `source` is the operation that failed: it lets errors about values name the path and the expected type.
 */
export function formatErrors(
  errors: readonly unknown[],
  requestId: string,
  source?: OperationSource,
): readonly PublicError[] {
  const values = new Set(errors.flatMap((error) => invalidNode(error) ?? []));
  const texts = source && describeInvalidValues(values, source);
  const reader: Reader = { audience: source?.audience ?? "stranger", textOf: (node) => texts?.get(node) };
  return errors.map((error) => publish(error, requestId, reader));
}

/** An error that no operation is known of. */
export function formatError(error: unknown, requestId: string): PublicError {
  return publish(error, requestId, { audience: "stranger", textOf: () => undefined });
}

/** Who reads the errors, and what they may say of a value in the document. */
interface Reader {
  readonly audience: Audience;
  textOf(node: ASTNode): string | undefined;
}

/** A longer one holds a name of the document's. */
const longestText = 500;

function publish(error: unknown, requestId: string, reader: Reader): PublicError {
  const place = error instanceof GraphQLError ? { locations: error.locations, path: error.path } : {};
  const { code, message, details } = describe(error, reader);
  return {
    message: message.length > longestText ? `${message.slice(0, longestText)}...` : message,
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

/** The node of a value that the error is about. */
function invalidNode(error: unknown): ASTNode | undefined {
  const node = error instanceof GraphQLError ? error.nodes?.[0] : undefined;
  return node && (node.kind === Kind.VARIABLE || isLiteral(node)) ? node : undefined;
}

interface Description {
  code: ErrorCode;
  message: string;
  details?: AppErrorDetails;
}

function describe(error: unknown, reader: Reader): Description {
  const appError = error instanceof GraphQLError ? error.originalError : error;
  if (appError instanceof AppError) {
    return { code: appError.code, message: appError.message, details: appError.details };
  }
  if (!(error instanceof GraphQLError)) return described("INTERNAL_SERVER_ERROR");
  switch (error.extensions["code"]) {
    case "GRAPHQL_PARSE_FAILED":
      if (parserLimitOf(error)) return described("QUERY_TOO_COMPLEX");
      return described("GRAPHQL_PARSE_FAILED", syntaxErrorText(error, reader.audience));
    case "GRAPHQL_VALIDATION_FAILED":
      return describeValidationError(error, reader);
    case undefined:
      return describeExecutionError(error, reader);
    default: {
      const code = error.extensions["code"];
      return described(isErrorCode(code) ? code : "INTERNAL_SERVER_ERROR");
    }
  }
}

/** graphql-js's text when a document exceeds one of the parser's limits. */
const tooMuchToParse = /^Syntax Error: Document contains more tha[nt] \d+ (tokens|comments)\b/;

/** The parser's limit that a document exceeds, if that is why it was refused. */
export function parserLimitOf(error: GraphQLError): "tokens" | "comments" | undefined {
  const limit = tooMuchToParse.exec(error.message)?.[1];
  return limit === "tokens" || limit === "comments" ? limit : undefined;
}

function described(code: ErrorCode, message: string = errorCodes[code].message): Description {
  return { code, message };
}

function syntaxErrorText(error: GraphQLError, audience: Audience): string {
  const text = audience === "developer" ? syntaxTextWithoutValues(error.message) : undefined;
  if (text) return text;
  const at = error.locations?.[0];
  return at ? `Syntax error at ${at.line}:${at.column}` : "Syntax error";
}

const invalid = "Invalid value";

/** graphql-js's one text about a literal that holds only names from the schema. */
const namesOnly = /^Field "[\w.]+" of required type "[\w![\]]+" was not provided\.$/;

/** graphql-js's rule texts name only the schema and the document's names; those about a literal also quote it. */
function describeValidationError(error: GraphQLError, { textOf }: Reader): Description {
  const node = error.nodes?.[0];
  const quotesValue = node !== undefined && isLiteral(node) && !namesOnly.test(error.message);
  return described("GRAPHQL_VALIDATION_FAILED", quotesValue ? (textOf(node) ?? invalid) : error.message);
}

/** graphql-js coerces arguments while it executes: a null variable in a non-null position fails only here. */
function describeExecutionError(error: GraphQLError, { textOf }: Reader): Description {
  const isOwn = error.originalError === undefined || error.originalError instanceof GraphQLError;
  const node = isOwn ? invalidNode(error) : undefined;
  return node ? described("BAD_USER_INPUT", textOf(node) ?? invalid) : described("INTERNAL_SERVER_ERROR");
}
