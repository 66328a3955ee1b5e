import { documentLimits, mostHeaderBytes } from "../limits.js";

/** What one error code means on the wire. */
export interface ErrorCodeInfo {
  /** HTTP status when the error decides the answer's status. */
  readonly http: number;
  /** A GraphQL request error: answered with 200 to clients that accept only `application/json`. */
  readonly requestError?: true;
  /** May the client repeat the same operation unchanged and hope? */
  readonly retryable: boolean;
  /** The public text, unless the place that raises the error gives a more exact one. */
  readonly message: string;
  /** When it happens; printed in docs/errors.md. */
  readonly when: string;
}

const most = documentLimits;

const table = {
  UNAUTHENTICATED: {
    http: 401,
    retryable: false,
    message: "Authentication is required",
    when: "no credential where one is needed, or one that is not valid; with `WWW-Authenticate`",
  },
  FORBIDDEN: {
    http: 403,
    retryable: false,
    message: "Not permitted",
    when: "another user's id without the right to act for others, a change of a user without the right to make it, another display name than the credential's, or under AUTH_MODE=none a Host header that names no loopback address",
  },
  BAD_USER_INPUT: {
    http: 400,
    requestError: true,
    retryable: false,
    message: "Invalid input",
    when: "an argument, variable or input field has an unusable value",
  },
  GRAPHQL_PARSE_FAILED: {
    http: 400,
    requestError: true,
    retryable: false,
    message: "Syntax error",
    when: "the document is not GraphQL",
  },
  GRAPHQL_VALIDATION_FAILED: {
    http: 400,
    requestError: true,
    retryable: false,
    message: "The operation does not fit the schema",
    when: "the document does not fit the schema",
  },
  QUERY_TOO_COMPLEX: {
    http: 400,
    requestError: true,
    retryable: false,
    message: "The operation is too large",
    when: `more than ${most.depth} levels, ${most.aliases} aliases, ${most.rootFields} root fields, ${most.directives} directives, ${most.tokens} tokens, ${most.comments} comments, ${most.definitions} definitions, ${most.selections} selections or ${most.repeatedFields} repeated fields; or introspection of more than ${most.introspection} times what tools ask for`,
  },
  OPERATION_RESOLUTION_FAILURE: {
    http: 400,
    requestError: true,
    retryable: false,
    message: "operationName must name one operation of the document",
    when: "several operations and no `operationName`, or an unknown one",
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    http: 200,
    retryable: false,
    message: "Persisted queries are not supported",
    when: "a client tried an automatic persisted query",
  },
  BAD_REQUEST: {
    http: 400,
    retryable: false,
    message: "The request is malformed",
    when: "the body is not a JSON object with a `query`",
  },
  NOT_FOUND: { http: 404, retryable: false, message: "Not found", when: "no such path" },
  METHOD_NOT_ALLOWED: {
    http: 405,
    retryable: false,
    message: "Send operations with POST",
    when: "any method but POST on /graphql",
  },
  NOT_ACCEPTABLE: {
    http: 406,
    retryable: false,
    message: "Accept must allow application/graphql-response+json or application/json",
    when: "the Accept header excludes both media types",
  },
  CANCELLED: {
    http: 499,
    retryable: true,
    message: "The client went away",
    when: "the client closed its connection: seen in the log only",
  },
  REQUEST_TIMEOUT: {
    http: 408,
    retryable: true,
    message: "The request took too long to arrive",
    when: "headers or body arrive too slowly",
  },
  PAYLOAD_TOO_LARGE: {
    http: 413,
    retryable: false,
    message: "The request body is too large",
    when: "the body is over BODY_LIMIT_BYTES",
  },
  UNSUPPORTED_MEDIA_TYPE: {
    http: 415,
    retryable: false,
    message: "Content-Type must be application/json in UTF-8, without Content-Encoding",
    when: "the body is not declared as plain UTF-8 application/json",
  },
  EXPECTATION_FAILED: {
    http: 417,
    retryable: false,
    message: "Expect may only ask for 100-continue",
    when: "an Expect header that asks for anything but 100-continue",
  },
  HEADERS_TOO_LARGE: {
    http: 431,
    retryable: false,
    message: "The request headers are too large",
    when: `the headers are over ${mostHeaderBytes / 1_024} KiB`,
  },
  RATE_LIMITED: {
    http: 429,
    retryable: true,
    message: "Too many requests",
    when: "the gateway's own limit for the caller, for refused credentials of an address, or for visitors of an address or a device; with `Retry-After`",
  },
  OVERLOADED: {
    http: 503,
    retryable: true,
    message: "The gateway is overloaded",
    when: "the process sheds load before it drowns, or too many calls to a region wait, or it can open no more connections; with `Retry-After`",
  },
  AUTH_UNAVAILABLE: {
    http: 503,
    retryable: true,
    message: "Callers cannot be verified at the moment",
    when: "the identity provider's keys cannot be fetched and the token's key is not known; with `Retry-After`",
  },
  AUDIT_UNAVAILABLE: {
    http: 503,
    retryable: true,
    message: "The audit cannot be written at the moment",
    when: "AUDIT_REQUIRED is on and no sink of the audit took the line: nothing is handed out; with `Retry-After`",
  },
  REGION_NOT_CONFIGURED: {
    http: 200,
    retryable: false,
    message: "This gateway holds no API key for the region",
    when: "the gateway has no API key for the region, or no key at all",
  },
  SECURE_MODE_NOT_CONFIGURED: {
    http: 200,
    retryable: false,
    message: "This gateway holds no server key for the region",
    when: "`authToken` for a region that has an API key but no server key",
  },
  ADMIN_NOT_CONFIGURED: {
    http: 200,
    retryable: false,
    message: "This gateway holds no admin token for the region",
    when: "`revokeUserSessions`, `upsertUser`, `user` or `users` for a region that has keys but no admin token",
  },
  VISITORS_NOT_ENABLED: {
    http: 200,
    retryable: false,
    message: "Visitors are not enabled in this gateway",
    when: "`visitorSignature` or `createVisitorSession` while VISITORS is off",
  },
  USER_PROFILES_NOT_ENABLED: {
    http: 200,
    retryable: false,
    message: "User profiles are not enabled in this gateway",
    when: "`user` or `users` while USER_PROFILES is off",
  },
  USER_BANNED: {
    http: 200,
    retryable: false,
    message: "Amity has banned this user",
    when: "Amity's system or global ban",
  },
  AUTH_TOKEN_REJECTED: {
    http: 200,
    retryable: false,
    message: "Amity refused the auth token",
    when: "Amity refused a session with the auth token that the client gave",
  },
  UPSTREAM_AUTH_FAILED: {
    http: 200,
    retryable: false,
    message: "Amity refused the gateway's credentials",
    when: "Amity refused the gateway's own key: the operator must act",
  },
  UPSTREAM_REJECTED: {
    http: 200,
    retryable: false,
    message: "Amity refused the request",
    when: "any other 4xx, or Amity's parameter errors",
  },
  UPSTREAM_RATE_LIMITED: {
    http: 200,
    retryable: true,
    message: "Amity's rate limit is reached",
    when: "Amity answered 429",
  },
  UPSTREAM_UNAVAILABLE: {
    http: 200,
    retryable: true,
    message: "Amity cannot be reached",
    when: "Amity could not be reached, or answered 5xx",
  },
  UPSTREAM_TIMEOUT: {
    http: 200,
    retryable: true,
    message: "Amity did not answer in time",
    when: "Amity did not answer in time",
  },
  UPSTREAM_BAD_RESPONSE: {
    http: 200,
    retryable: true,
    message: "Amity gave an answer that cannot be used",
    when: "a redirect, an unexpected success, or a body that does not fit Amity's documents",
  },
  INTERNAL_SERVER_ERROR: {
    http: 500,
    retryable: false,
    message: "Internal error",
    when: "a fault of the gateway; quote `requestId` to its operator",
  },
} as const satisfies Record<string, ErrorCodeInfo>;

/** Every value that `extensions.code` can have. */
export type ErrorCode = keyof typeof table;

/** The one table of error codes: HTTP status, retryability and public text. */
export const errorCodes: Readonly<Record<ErrorCode, ErrorCodeInfo>> = table;

/** Is this string one of our codes? Own keys only, so `constructor` is not. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(table, code);
}

/** Those of a document that does not come to run. */
export const documentCodes = [
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "QUERY_TOO_COMPLEX",
  "OPERATION_RESOLUTION_FAILURE",
  "PERSISTED_QUERY_NOT_SUPPORTED",
] as const satisfies readonly ErrorCode[];

/** Does a document with this code not come to run? */
export function isDocumentCode(code: unknown): code is (typeof documentCodes)[number] {
  return documentCodes.some((known) => known === code);
}
