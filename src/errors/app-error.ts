import type { LimitName } from "../limits.js";
import { type ErrorCode, errorCodes } from "./codes.js";
import type { Reason } from "./reasons.js";

/** What Amity said about a refused call: never its text, which may repeat what we sent. */
export interface AmityFailure {
  readonly status: number;
  readonly code?: number;
}

export interface AppErrorDetails {
  /** A more exact public text. Written by this project; never holds an input value or anything from upstream. */
  readonly message?: string;
  readonly amity?: AmityFailure;
  /** Seconds after which a retry may succeed. */
  readonly retryAfterSeconds?: number;
  /** Which limit was hit, for log and metrics alone. */
  readonly limit?: LimitName;
  /** Why, for the operator: in the log and the audit, never in an answer. */
  readonly reason?: Reason;
  /** What the log says beside it. */
  readonly log?: LogFields;
}

/** Fixed words and names of fields. */
type LogFields = Readonly<Record<string, string | number>>;

/** The only kind of error whose text reaches a client. */
export class AppError extends Error {
  override readonly name = "AppError";
  #log: LogFields;

  constructor(
    readonly code: ErrorCode,
    readonly details: AppErrorDetails = {},
  ) {
    super(details.message ?? errorCodes[code].message);
    this.#log = details.log ?? {};
  }

  /** Why, where the code alone does not say it. */
  get reason(): Reason | undefined {
    return this.details.reason;
  }

  /** What the log says of it beside the code. */
  get log(): LogFields {
    return { ...(this.reason && { reason: this.reason }), ...this.#log };
  }

  /** Lets whoever passes it on say more about where it happened. */
  addToLog(fields: LogFields): void {
    this.#log = { ...this.#log, ...fields };
  }
}

/** BAD_USER_INPUT with a text that names the place and the rule, never the value. */
export function badUserInput(message: string): AppError {
  return new AppError("BAD_USER_INPUT", { message });
}
