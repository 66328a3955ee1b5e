import type { Logger } from "./logger.js";
import type { Metrics } from "./metrics.js";

/** Who asked for what for whom; ids are plain, for an audit must name people. */
export interface AuditEntry {
  readonly operation: "authToken" | "createSession";
  /** The caller's subject, such as user:alice or key:billing. */
  readonly by: string;
  readonly userId: string;
  readonly region: string;
  readonly requestId: string;
}

export interface AuditSinks {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Runs the operation and writes one line with its outcome: `issued`, or the error's code. Never the token. */
export async function audited<T>(
  { logger, metrics }: AuditSinks,
  entry: AuditEntry,
  operation: () => Promise<T>,
): Promise<T> {
  const record = (outcome: string) => {
    metrics.issued(entry.operation, outcome);
    logger.audit({ ...entry, outcome });
  };
  try {
    const result = await operation();
    record("issued");
    return result;
  } catch (error) {
    record(codeOf(error));
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "failed";
}
