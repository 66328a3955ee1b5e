import { AppError } from "../errors/app-error.js";
import type { ErrorCode } from "../errors/codes.js";
import type { Reason } from "../errors/reasons.js";
import type { Logger } from "./logger.js";
import type { Metrics } from "./metrics.js";

/** Who asked for what for whom; ids are plain, for an audit must name people. */
export interface AuditEntry {
  /** The root field. */
  readonly operation: string;
  /** The caller's subject, such as user:alice or key:billing; `visitor` where nobody is known. */
  readonly by: string;
  /** Undefined when the caller named nobody who can be a user. */
  readonly userId?: string | undefined;
  /** Of a visitor, who has no user id of his own choice. */
  readonly deviceId?: string | undefined;
  /** Undefined when the arguments could not be read. */
  readonly region: string | undefined;
  readonly requestId: string;
}

export interface AuditSinks {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * One line for each attempt to get a token or a session: `issued`, or the error's code and its reason. Never the token.
 */
export class Audit {
  constructor(private readonly sinks: AuditSinks) {}

  /** Runs what issues, and writes how it ended. */
  async around<T>(entry: AuditEntry, issue: () => Promise<T>): Promise<T> {
    try {
      const result = await issue();
      this.#write(entry, "issued");
      return result;
    } catch (error) {
      const failure = error instanceof AppError ? error : new AppError("INTERNAL_SERVER_ERROR");
      this.refused(entry, failure);
      throw error;
    }
  }

  /** Writes that nothing was issued, and why. */
  refused(entry: AuditEntry, { code, reason }: AppError): void {
    this.#write(entry, code, reason);
  }

  /** Writes that somebody came with a credential that is not valid. */
  refusedCredential(fields: { readonly requestId: string }): void {
    this.sinks.logger.audit({ ...fields, outcome: "UNAUTHENTICATED" });
  }

  #write(entry: AuditEntry, outcome: "issued" | ErrorCode, reason?: Reason): void {
    const { logger, metrics } = this.sinks;
    metrics.issued(entry.operation, outcome);
    logger.audit({ ...entry, outcome, ...(reason && { reason }) });
  }
}
