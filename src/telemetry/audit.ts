import { AppError } from "../errors/app-error.js";
import type { ErrorCode } from "../errors/codes.js";
import type { Reason } from "../errors/reasons.js";
import { merged } from "../system/merged.js";
import type { Logger } from "./logger.js";
import type { Metrics } from "./metrics.js";
import { traceFields } from "./traced-logger.js";
import type { Traces } from "./traces.js";

/** Who asked for what for whom; ids are plain, for an audit must name people. */
export interface AuditEntry {
  /** The root field. */
  readonly operation: string;
  /** The caller's subject, such as user:alice or key:billing; `visitor` where nobody is known. */
  readonly by: string;
  /** Undefined when the caller named nobody who can be a user. */
  readonly userId?: string | undefined;
  /** Of whoever looks several users up; undefined when there are too many. */
  readonly userIds?: readonly string[] | undefined;
  /** Of a visitor, who has no user id of his own choice. */
  readonly deviceId?: string | undefined;
  /** Undefined when the arguments could not be read. */
  readonly region: string | undefined;
  readonly requestId: string;
}

/**
 * How it ended well: `absent` means that there was nothing to revoke, `read` and `written` are of users, and a
 * session's state is Amity's word.
 */
type Success = "issued" | "read" | "written" | "revoked" | "absent" | "ACTIVE" | "INVALID" | "BANNED";

/** What has happened at Amity, whether its answer goes out or not: its line is written later when it must be. */
const changes: readonly string[] = ["revoked", "written"] satisfies Success[];

/** How something audited ended well, and the user whom only the end told. */
export interface Ending {
  readonly outcome: Success;
  readonly userId?: string | undefined;
}

/** The root fields that issue tokens or sessions; others that are audited check or end them, or are about users. */
export const issuingFields: readonly string[] = [
  "authToken",
  "createSession",
  "visitorSignature",
  "createVisitorSession",
];

/** Where the audit goes besides the log. */
export interface AuditTrail {
  /** Why nothing that is audited may be begun: lines are required, and nobody takes them at present. */
  readonly outage: Reason | undefined;
  /**
   * Writes a line. Gives false where lines are required and nobody took this one in time; that of what `isDone` is
   * written later then.
   */
  take(fields: object, isDone: boolean): Promise<boolean>;
}

export interface AuditSinks {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Undefined: the log alone. */
  readonly trail?: AuditTrail | undefined;
  /** Undefined: nothing is traced. */
  readonly traces?: Pick<Traces, "traceId"> | undefined;
}

/**
 * Refusals that the log alone has: what anybody can have as often as he likes would fill a disk, and the audit that
 * cannot be written cannot say so.
 */
const untaken: readonly ErrorCode[] = ["RATE_LIMITED", "AUDIT_UNAVAILABLE"];

/** Nobody took the line, so nothing is handed out. */
function unavailable(reason?: Reason): AppError {
  return new AppError("AUDIT_UNAVAILABLE", { ...(reason && { reason }) });
}

/**
 * One line for each attempt to get, check or end a token or a session, or to look up or change a user: how it ended
 * well, or the error's code and its reason. Never the token, nor what is said of a user.
 */
export class Audit {
  constructor(private readonly sinks: AuditSinks) {}

  /**
   * Runs what is audited, and writes how it ended: by default, that something was issued. Throws AUDIT_UNAVAILABLE when
   * the line has to be written and cannot be: what was issued is dropped then.
   */
  async around<T>(
    entry: AuditEntry,
    run: () => Promise<T>,
    endingOf: (result: T) => Ending = () => ({ outcome: "issued" }),
  ): Promise<T> {
    const outage = this.sinks.trail?.outage;
    let result: T;
    try {
      if (outage) throw unavailable(outage);
      result = await run();
    } catch (error) {
      await this.refused(entry, error instanceof AppError ? error : new AppError("INTERNAL_SERVER_ERROR"));
      throw error;
    }
    const { outcome, userId = entry.userId } = endingOf(result);
    const line = merged(entry, { userId });
    if (await this.#take(merged(line, { outcome }))) this.#log(line, outcome);
    else {
      const error = unavailable(this.sinks.trail?.outage);
      this.#log(line, error.code, error.reason);
      throw error;
    }
    return result;
  }

  /** Writes that nothing was done, and why; whatever becomes of the line, nothing is. */
  async refused(entry: AuditEntry, { code, reason }: AppError): Promise<void> {
    if (!untaken.includes(code)) await this.#take(merged(entry, { outcome: code, ...(reason && { reason }) }));
    this.#log(entry, code, reason);
  }

  /** Writes that somebody came with a credential that is not valid. */
  refusedCredential(fields: { readonly requestId: string }): void {
    this.sinks.logger.audit({ ...fields, outcome: "UNAUTHENTICATED" });
  }

  async #take(line: { readonly outcome: string }): Promise<boolean> {
    const { trail, traces } = this.sinks;
    return (await trail?.take(merged(line, traceFields(traces)), changes.includes(line.outcome))) ?? true;
  }

  #log(entry: AuditEntry, outcome: Success | ErrorCode, reason?: Reason): void {
    const { logger, metrics } = this.sinks;
    if (issuingFields.includes(entry.operation)) metrics.issued(entry.operation, outcome);
    logger.audit(merged(entry, { outcome, ...(reason && { reason }) }));
  }
}
