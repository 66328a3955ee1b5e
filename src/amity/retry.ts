import type { ErrorCode } from "../errors/codes.js";
import type { Operation } from "./failures.js";
import { isBeforeRequest, type TransportError } from "./transport-error.js";

/** What is not done twice: a session may be registered again, and a second new admin token ends the one in use. */
const onceOnly: ReadonlySet<Operation> = new Set<Operation>([
  "createSession",
  "createSessionWithAuthToken",
  "createVisitorSession",
  "rotateAdminToken",
]);

/** A failed attempt: Amity's refusal, as its status and our code for it, or an exchange that gave no answer. */
export type FailedAttempt =
  | { readonly status: number; readonly code: ErrorCode; readonly retryAfterSeconds?: number | undefined }
  | Pick<TransportError, "fault" | "phase" | "reusedConnection">;

export interface RetryFacts {
  readonly operation: Operation;
  readonly failed: FailedAttempt;
  /** 1 for the first. */
  readonly attempt: number;
  /** Until the deadline. Milliseconds. */
  readonly remainingMs: number;
  /** From 0 to 1. */
  readonly random: number;
}

const maxAttempts = 3;
const firstDelayMs = 100;

/**
 * When to try again, in milliseconds from now; undefined: not at all. The wait is full jitter (a random share of a
 * doubling bound), and at least what Amity's Retry-After asks; one that would pass the deadline is not begun.
 */
export function retryDelayMs({ operation, failed, attempt, remainingMs, random }: RetryFacts): number | undefined {
  if (attempt >= maxAttempts || !isRetryable(operation, failed, attempt)) return undefined;
  if (isStaleConnection(failed)) return 0;
  const jitterMs = random * firstDelayMs * 2 ** (attempt - 1);
  const askedMs = "status" in failed ? (failed.retryAfterSeconds ?? 0) * 1_000 : 0;
  const delayMs = Math.max(jitterMs, askedMs);
  return delayMs < remainingMs ? delayMs : undefined;
}

/**
 * A kept connection that the other side closed while the request was on its way: no byte came back. Most likely nobody
 * read the request, but nobody knows. Node retries none of these by itself, and they say nothing about Amity's health.
 */
export function isStaleConnection(failed: FailedAttempt): boolean {
  return "fault" in failed && failed.reusedConnection && failed.fault === "unreachable" && failed.phase === "request";
}

/** Amity may have done what it was asked, and nobody knows: the request was sent, and no answer of Amity's came. */
export function isAnswerLost(failed: FailedAttempt): boolean {
  if ("fault" in failed) return failed.fault !== "cancelled" && !isBeforeRequest(failed.phase);
  return failed.code === "UPSTREAM_UNAVAILABLE" && failed.status !== 503;
}

function isRetryable(operation: Operation, failed: FailedAttempt, attempt: number): boolean {
  if (isStaleConnection(failed)) return !onceOnly.has(operation) && attempt === 1;
  return "fault" in failed ? isRetryableFault(operation, failed) : isRetryableAnswer(operation, failed, attempt);
}

/** What is not done twice is asked for again only when nothing of it was sent the first time. */
function isRetryableFault(operation: Operation, { fault, phase }: Pick<TransportError, "fault" | "phase">): boolean {
  if (fault === "cancelled" || fault === "malformed") return false;
  return !onceOnly.has(operation) || isBeforeRequest(phase);
}

function isRetryableAnswer(
  operation: Operation,
  { status, code }: { readonly status: number; readonly code: ErrorCode },
  attempt: number,
): boolean {
  // A ban or a parameter error stays what it is, whatever its status.
  if (code !== "UPSTREAM_UNAVAILABLE" && code !== "UPSTREAM_RATE_LIMITED") return false;
  if (status === 429 || status === 503) return true;
  if (onceOnly.has(operation)) return false;
  return status === 502 || status === 504 || (status === 500 && attempt === 1);
}
