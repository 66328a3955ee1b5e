import { AppError } from "../errors/app-error.js";
import { isPage } from "../errors/reason-of.js";
import type { Reason } from "../errors/reasons.js";
import { limits } from "./input-rules.js";

/**
 * Amity's answers but sessions, parsed into typed values. Amity's OpenAPI marks nothing nullable, yet its samples hold
 * nulls: an absent optional field and a null one are the same.
 */

/** A bare token has a token's characters (RFC 6750, 2.1) and length: no word and no number is taken for one. */
const bareToken = /^[A-Za-z0-9._~+/=-]{16,}$/;

/**
 * Reads an auth token: v3 answers a JSON string, v4 text/plain with quotes around the token, and a bare token is
 * taken as it is. Throws UPSTREAM_BAD_RESPONSE for anything else, such as an HTML page or a JSON object.
 */
export function parseAuthToken(text: string): string {
  const trimmed = text.trim();
  const token = bareToken.test(trimmed) ? trimmed : parseJson(trimmed);
  if (typeof token !== "string" || token.length === 0 || token.length > limits.authToken || /\p{Cc}/u.test(token)) {
    throw badResponse(text, "not an auth token");
  }
  return token;
}

/** Reads the answer to a check of an access token: an object, which tells nothing that is needed. */
export function parseVerification(text: string): void {
  if (!isObject(parseJson(text))) throw badResponse(text, "no success");
}

/** Reads the answer to a revocation, `{ "success": true }`. */
export function parseSuccess(text: string): void {
  const answer = parseJson(text);
  if (!isObject(answer) || answer["success"] !== true) throw badResponse(text, "no success");
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A 200 whose body, `text`, is not what was asked for; `problem`: what of it, for the log. */
export function badResponse(text: string, reason: Reason, problem?: string): AppError {
  return new AppError("UPSTREAM_BAD_RESPONSE", {
    reason: isPage(text) ? "HTML page" : reason,
    log: { phase: "answer", ...(problem !== undefined && { problem }) },
  });
}

/** The parts of Amity's error body that decide what an error means. */
export interface FailureBody {
  readonly code?: number | undefined;
  readonly message?: string | undefined;
  /** Amity named parameters: the request was at fault, whatever the status says. */
  readonly hasDetail: boolean;
}

/** Reads an error body of any kind; not every one is JSON (the v4 token route's 401 is text/plain). */
export function parseFailure(text: string): FailureBody {
  const body = parseJson(text);
  if (!isObject(body)) return { hasDetail: false };
  const { code, message, data } = body;
  return {
    code: codeOf(code),
    message: typeof message === "string" ? message : undefined,
    hasDetail: isObject(data) && data["detail"] !== undefined && data["detail"] !== null,
  };
}

/** One OpenAPI revision types it as a string. */
function codeOf(code: unknown): number | undefined {
  if (typeof code === "string") return /^\d{1,9}$/.test(code) ? Number(code) : undefined;
  return typeof code === "number" && Number.isSafeInteger(code) ? code : undefined;
}

/** Undefined, which JSON cannot hold, for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
