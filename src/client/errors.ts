/** The codes in docs/errors.md. */
export type GatewayErrorCode =
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "BAD_USER_INPUT"
  | "GRAPHQL_PARSE_FAILED"
  | "GRAPHQL_VALIDATION_FAILED"
  | "QUERY_TOO_COMPLEX"
  | "OPERATION_RESOLUTION_FAILURE"
  | "PERSISTED_QUERY_NOT_SUPPORTED"
  | "BAD_REQUEST"
  | "NOT_FOUND"
  | "METHOD_NOT_ALLOWED"
  | "NOT_ACCEPTABLE"
  | "CANCELLED"
  | "REQUEST_TIMEOUT"
  | "PAYLOAD_TOO_LARGE"
  | "UNSUPPORTED_MEDIA_TYPE"
  | "EXPECTATION_FAILED"
  | "HEADERS_TOO_LARGE"
  | "RATE_LIMITED"
  | "OVERLOADED"
  | "AUTH_UNAVAILABLE"
  | "AUDIT_UNAVAILABLE"
  | "REGION_NOT_CONFIGURED"
  | "SECURE_MODE_NOT_CONFIGURED"
  | "ADMIN_NOT_CONFIGURED"
  | "VISITORS_NOT_ENABLED"
  | "USER_PROFILES_NOT_ENABLED"
  | "USER_BANNED"
  | "AUTH_TOKEN_REJECTED"
  | "UPSTREAM_AUTH_FAILED"
  | "UPSTREAM_REJECTED"
  | "UPSTREAM_RATE_LIMITED"
  | "UPSTREAM_UNAVAILABLE"
  | "UPSTREAM_TIMEOUT"
  | "UPSTREAM_BAD_RESPONSE"
  | "INTERNAL_SERVER_ERROR";

/**
 * A code of the gateway's (a later gateway may have more), or one of the client's own: `NETWORK` when no answer came in
 * time, `BAD_RESPONSE` when the answer is not the gateway's. `CANCELLED` is the caller's abort, or `clear()`;
 * `UNAUTHENTICATED` is also `getCredentials` that failed.
 */
export type AmityAuthErrorCode = GatewayErrorCode | "NETWORK" | "BAD_RESPONSE" | (string & {});

export interface AmityAuthErrorDetails {
  readonly retryable?: boolean;
  readonly retryAfterSeconds?: number | undefined;
  readonly requestId?: string | undefined;
  /** The app's own error. */
  readonly cause?: unknown;
}

/** Why there is no token. Its message holds the code and nothing that a server or the network stack wrote. */
export class AmityAuthError extends Error {
  readonly code: AmityAuthErrorCode;
  /** May the same call succeed a little later? */
  readonly retryable: boolean;
  /** How long the gateway asks to wait first. */
  readonly retryAfterSeconds: number | undefined;
  /** To quote to the gateway's operator. */
  readonly requestId: string | undefined;

  constructor(code: AmityAuthErrorCode, message: string, details: AmityAuthErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "AmityAuthError";
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.requestId = details.requestId;
  }
}

export function cancelled(): AmityAuthError {
  return new AmityAuthError("CANCELLED", "CANCELLED: the call was given up");
}
