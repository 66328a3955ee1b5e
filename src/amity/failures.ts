import { AppError, type AppErrorDetails } from "../errors/app-error.js";
import type { ErrorCode } from "../errors/codes.js";
import type { TransportError, TransportFault, UpstreamResponse } from "./http.js";
import { parseRetryAfter } from "./retry-after.js";
import { type FailureBody, parseFailure } from "./wire.js";

/** What was asked: the same answer means different things on different routes. */
export type Operation = "mintAuthToken" | "createSession" | "createSessionWithAuthToken";

const faults: Readonly<Record<TransportFault, ErrorCode>> = {
  timeout: "UPSTREAM_TIMEOUT",
  unreachable: "UPSTREAM_UNAVAILABLE",
  broken: "UPSTREAM_BAD_RESPONSE",
  cancelled: "CANCELLED",
  malformed: "UPSTREAM_BAD_RESPONSE",
};

/** The AppError for an exchange that gave no whole answer. */
export function transportFailure({ fault, proxyError }: TransportError): AppError {
  return new AppError(faults[fault], {
    ...(proxyError && { log: { reason: proxyError.code, problem: proxyError.message } }),
  });
}

/**
 * The AppError for an answer other than 200. Amity's own code comes first, then the status. Nothing of the body but its
 * number goes further: it may repeat what we sent. `now`: milliseconds since the epoch, for a Retry-After date.
 */
export function answerFailure(operation: Operation, response: UpstreamResponse, now: number): AppError {
  const { status } = response;
  const body = parseFailure(response.text);
  const code = failureCode(operation, status, body);
  const retryAfterSeconds =
    status === 429 || status === 503 ? parseRetryAfter(response.headers["retry-after"], now) : undefined;
  const details: AppErrorDetails = {
    amity: { status, ...(body.code !== undefined && { code: body.code }) },
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
  return new AppError(code, details);
}

/** Amity's code for a global ban, and its text for a ban from the system, which shares 400100 with a bad token. */
function isBan({ code, message }: FailureBody): boolean {
  return code === 400_312 || (code === 400_100 && message === "User is banned from the system.");
}

function failureCode(operation: Operation, status: number, body: FailureBody): ErrorCode {
  if (isBan(body)) return "USER_BANNED";
  if (status < 400) return "UPSTREAM_BAD_RESPONSE";
  if (status === 401 || status === 403) {
    return operation === "createSessionWithAuthToken" ? "AUTH_TOKEN_REJECTED" : "UPSTREAM_AUTH_FAILED";
  }
  if (status === 429) return "UPSTREAM_RATE_LIMITED";
  // Amity's v3 token route reports parameter errors as 500 with `data.detail` (OpenAPI).
  if (status < 500 || (status === 500 && body.hasDetail)) return "UPSTREAM_REJECTED";
  return "UPSTREAM_UNAVAILABLE";
}
