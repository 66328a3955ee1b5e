import { AppError, type AppErrorDetails } from "../errors/app-error.js";
import type { ErrorCode } from "../errors/codes.js";
import { reasonOfStatus } from "../errors/reason-of.js";
import type { Reason } from "../errors/reasons.js";
import type { UpstreamResponse } from "./http.js";
import type { RegionCode } from "./regions.js";
import { parseRetryAfter } from "./retry-after.js";
import type { TransportError, TransportFault } from "./transport-error.js";
import { type FailureBody, parseFailure } from "./wire.js";

/** What was asked: the same answer means different things on different routes. */
export type Operation = "mintAuthToken" | "createSession" | "createSessionWithAuthToken" | "createVisitorSession";

const faults: Readonly<Record<Exclude<TransportFault, "cancelled">, ErrorCode>> = {
  timeout: "UPSTREAM_TIMEOUT",
  unreachable: "UPSTREAM_UNAVAILABLE",
  exhausted: "OVERLOADED",
  broken: "UPSTREAM_BAD_RESPONSE",
  malformed: "UPSTREAM_BAD_RESPONSE",
};

/** The AppError for an exchange that gave no whole answer. */
export function transportFailure({ fault, reason, phase, problem }: TransportError): AppError {
  if (fault === "cancelled") return new AppError("CANCELLED");
  return new AppError(faults[fault], {
    reason,
    ...(fault === "exhausted" && { limit: "outgoingConnections" }),
    log: { phase, ...(problem !== undefined && { problem }) },
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
    reason: isBadSignature(operation, body) ? "visitor signature refused" : (refusals[code] ?? reasonOfStatus(status)),
    amity: { status, ...(body.code !== undefined && { code: body.code }) },
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
  return new AppError(code, details);
}

/** Why, where the code alone decides it. */
const refusals: Readonly<Partial<Record<ErrorCode, Reason>>> = {
  USER_BANNED: "user banned",
  AUTH_TOKEN_REJECTED: "auth token refused",
  UPSTREAM_AUTH_FAILED: "key refused",
  UPSTREAM_RATE_LIMITED: "rate limit",
  UPSTREAM_REJECTED: "request refused",
  UPSTREAM_UNAVAILABLE: "server error",
};

/** No call was made: the region has no API key, or none at all. `reason`: the key that was needed. */
export function regionNotConfigured(
  region: RegionCode,
  reason: "no API key" | "no server key" = "no API key",
): AppError {
  return new AppError("REGION_NOT_CONFIGURED", { reason, log: { region } });
}

/** No call was made: the region has an API key and no server key. */
export function secureModeNotConfigured(region: RegionCode): AppError {
  return new AppError("SECURE_MODE_NOT_CONFIGURED", { reason: "no server key", log: { region } });
}

/** Amity's code for a global ban, and its text for a ban from the system, which shares 400100 with a bad token. */
function isBan({ code, message }: FailureBody): boolean {
  return code === 400_312 || (code === 400_100 && message === "User is banned from the system.");
}

/** Amity's text for a signature that is another or too old (its global/error.yaml), which the gateway has made. */
function isBadSignature(operation: Operation, { message }: FailureBody): boolean {
  return operation === "createVisitorSession" && message === "Invalid signature";
}

function failureCode(operation: Operation, status: number, body: FailureBody): ErrorCode {
  if (isBan(body)) return "USER_BANNED";
  if (isBadSignature(operation, body)) return "UPSTREAM_AUTH_FAILED";
  if (status < 400) return "UPSTREAM_BAD_RESPONSE";
  if (status === 401 || status === 403) {
    return operation === "createSessionWithAuthToken" ? "AUTH_TOKEN_REJECTED" : "UPSTREAM_AUTH_FAILED";
  }
  if (status === 429) return "UPSTREAM_RATE_LIMITED";
  // Amity's v3 token route reports parameter errors as 500 with `data.detail` (OpenAPI).
  if (status < 500 || (status === 500 && body.hasDetail)) return "UPSTREAM_REJECTED";
  return "UPSTREAM_UNAVAILABLE";
}
