interface JsonAnswer {
  readonly status: number;
  readonly code: number;
  readonly message: string;
}

interface TextAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Every refusal the emulator can answer: HTTP status, and Amity's code and text.
 * Source of codes and texts: OpenAPI v4, global/error.yaml. One code can stand under several statuses: the v3 token
 * route documents a failed validation as HTTP 500, v4 and the session routes as 422.
 */
export const amityErrors = {
  alreadyDeleted: { status: 400, code: 400_000, message: "User is already deleted" },
  badRequest: { status: 400, code: 400_000, message: "Bad Request." },
  unauthorized: { status: 401, code: 400_100, message: "Unauthorized" },
  systemBan: { status: 401, code: 400_100, message: "User is banned from the system." },
  /** The v4 token route answers a wrong server key in plain text (OpenAPI v4). */
  textUnauthorized: { status: 401, text: "Unauthorized" },
  forbidden: { status: 403, code: 400_300, message: "Forbidden error." },
  permissionDenied: { status: 403, code: 400_301, message: "Permission denied" },
  globalBan: { status: 403, code: 400_312, message: "User is global banned." },
  /** Writing as a bot or as a visitor (docs.social.plus, visitor mode); the texts are ours. */
  botDenied: { status: 403, code: 403_998, message: "Permission denied" },
  visitorDenied: { status: 403, code: 403_999, message: "Permission denied" },
  routeNotFound: { status: 404, code: 400_400, message: "Resource Not Found." },
  /** The users' own routes (OpenAPI v4, UserNotFoundError); the session routes have another text for it. */
  noSuchUser: { status: 404, code: 400_400, message: "User Not Found." },
  userNotFound: { status: 404, code: 400_400, message: "userId Not Found." },
  certificateNotFound: { status: 404, code: 400_400, message: "Certificate Not Found." },
  sessionNotFound: { status: 404, code: 400_400, message: "Session Not Found." },
  conflict: { status: 409, code: 400_900, message: "Conflict." },
  payloadTooLarge: { status: 413, code: 500_000, message: "Payload too large." },
  invalidParameters: { status: 422, code: 500_000, message: "Parameters error." },
  /** OpenAPI, SignatureValidationError, which names no HTTP status: ours is that of wrong parameters. */
  invalidSignature: { status: 422, code: 500_000, message: "Invalid signature" },
  rateLimited: { status: 429, code: 400_311, message: "RateLimit Exceed." },
  invalidParametersV3: { status: 500, code: 500_000, message: "Parameters error." },
  unexpected: { status: 500, code: 500_000, message: "Unexpected error" },
} as const satisfies Record<string, JsonAnswer | TextAnswer>;

/** The name of a refusal in amityErrors. */
export type AmityErrorName = keyof typeof amityErrors;

/** What goes over the wire for one refusal. */
export interface ErrorAnswer {
  /** HTTP status. */
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/**
 * A refusal on its way to the client; `detail` becomes Amity's `data.detail`, one sentence for each bad parameter.
 * `why` is for the emulator's inspector alone: what Amity knows and does not say.
 */
export class AmityError extends Error {
  readonly reason: AmityErrorName;
  readonly detail: readonly string[] | undefined;
  readonly why: string | undefined;

  constructor(reason: AmityErrorName, detail?: readonly string[], why?: string) {
    super(reason);
    this.reason = reason;
    this.detail = detail;
    this.why = why;
  }
}

/** A refusal with a sentence for the inspector, which quotes no secret. */
export function because(reason: AmityErrorName, why: string): AmityError {
  return new AmityError(reason, undefined, why);
}

/** Why it was refused, in words. Nothing of what went wrong in the emulator itself. */
export function refusalText(error: unknown): string {
  const { reason, detail, why } = error instanceof AmityError ? error : new AmityError(frameworkReason(error));
  if (why !== undefined) return why;
  const answer: JsonAnswer | TextAnswer = amityErrors[reason];
  return detail?.join(" ") ?? ("text" in answer ? answer.text : answer.message);
}

/**
 * Turns anything thrown into Amity's answer. A fault that is not an AmityError shows no word of its own message: it may
 * quote input, and Amity would not send it either.
 */
export function toErrorAnswer(error: unknown): ErrorAnswer {
  const { reason, detail } = error instanceof AmityError ? error : new AmityError(frameworkReason(error));
  const answer: JsonAnswer | TextAnswer = amityErrors[reason];
  if ("text" in answer) return { status: answer.status, contentType: "text/plain; charset=utf-8", body: answer.text };
  const { status, code, message } = answer;
  const body = JSON.stringify({ status: "error", code, message, ...(detail && { data: { detail } }) });
  return { status, contentType: "application/json; charset=utf-8", body };
}

/** Fastify marks its own errors (bad JSON, wrong media type, body too large) with the status it would have used. */
function frameworkReason(error: unknown): AmityErrorName {
  const status = typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : undefined;
  if (status === amityErrors.payloadTooLarge.status) return "payloadTooLarge";
  return typeof status === "number" && status >= 400 && status < 500 ? "badRequest" : "unexpected";
}
