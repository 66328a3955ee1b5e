import { AppError, type AppErrorDetails } from "../errors/app-error.js";
import type { ErrorCode } from "../errors/codes.js";
import { isPage, reasonOfStatus } from "../errors/reason-of.js";
import type { Reason } from "../errors/reasons.js";
import type { UpstreamResponse } from "./http.js";
import type { RegionCode } from "./regions.js";
import { parseRetryAfter } from "./retry-after.js";
import type { TransportError, TransportFault } from "./transport-error.js";
import { type FailureBody, parseFailure } from "./wire.js";

/** What was asked: the same answer means different things on different routes. */
export type Operation =
  | "mintAuthToken"
  | "createSession"
  | "createSessionWithAuthToken"
  | "createVisitorSession"
  | "verifySession"
  | "revokeSession"
  | "revokeUserSessions"
  | "rotateAdminToken"
  | "listUsers"
  | "updateUser";

/** What is done with the admin token. */
export const adminOperations: ReadonlySet<Operation> = new Set<Operation>([
  "revokeUserSessions",
  "rotateAdminToken",
  "listUsers",
  "updateUser",
]);

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
  const code = accessTokenCode(operation, response, body) ?? failureCode(operation, status, body);
  const retryAfterSeconds =
    status === 429 || status === 503 ? parseRetryAfter(response.headers["retry-after"], now) : undefined;
  const details: AppErrorDetails = {
    reason: isBadSignature(operation, body) ? "visitor signature refused" : reasonFor(operation, code, status),
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

function reasonFor(operation: Operation, code: ErrorCode, status: number): Reason {
  if (code === "AUTH_TOKEN_REJECTED" && operation !== "createSessionWithAuthToken") return "access token refused";
  if (code === "UPSTREAM_AUTH_FAILED" && adminOperations.has(operation)) return "admin token refused";
  // Source: Amity's page about its UI kit. A wrong key is 401.
  if (code === "UPSTREAM_AUTH_FAILED" && operation === "createSession" && status === 403)
    return "key of another region";
  // See accessTokenCode.
  if (code === "UPSTREAM_BAD_RESPONSE" && status >= 400) return "HTML page";
  return refusals[code] ?? reasonOfStatus(status);
}

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

/** No call was made: the region has keys and no admin token. */
export function adminNotConfigured(region: RegionCode): AppError {
  return new AppError("ADMIN_NOT_CONFIGURED", { reason: "no admin token", log: { region } });
}

/** What a refusal by an admin route says of the user: Amity knows none of this id. */
export function isUnknownUser({ details: { amity } }: AppError): boolean {
  return amity?.status === 404 && amity.code === 400_400;
}

/** Amity's code for a global ban, and its text for a ban from the system, which shares 400100 with a bad token. */
function isBan({ code, message }: FailureBody): boolean {
  return code === 400_312 || (code === 400_100 && message === "User is banned from the system.");
}

/**
 * The code of an answer to a call that has no credential but a client's access token: AUTH_TOKEN_REJECTED for a dead
 * one. A page, or a 404 that is not Amity's, is somebody else's answer and tells nothing of the token.
 */
function accessTokenCode(
  operation: Operation,
  { status, text }: UpstreamResponse,
  body: FailureBody,
): ErrorCode | undefined {
  if (operation !== "verifySession" && operation !== "revokeSession") return undefined;
  if (isBan(body) || status >= 500) return undefined;
  if (isPage(text)) return "UPSTREAM_BAD_RESPONSE";
  // Amity's OpenAPI: the user of the token is banned, by either route.
  if (status === 403) return "USER_BANNED";
  return status === 401 || (status === 404 && body.code === 400_400) ? "AUTH_TOKEN_REJECTED" : undefined;
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
