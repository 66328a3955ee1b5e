import type { Logger } from "./logger.js";

/** Who asked for what for whom; ids are plain, for an audit must name people. */
export interface AuditEntry {
  readonly operation: "authToken" | "createSession";
  /** The caller's subject, such as user:alice or key:billing. */
  readonly by: string;
  readonly userId: string;
  readonly region: string;
  readonly requestId: string;
}

/** Runs the operation and writes one line with its outcome: `issued`, or the error's code. Never the token. */
export async function audited<T>(logger: Logger, entry: AuditEntry, operation: () => Promise<T>): Promise<T> {
  try {
    const result = await operation();
    logger.info({ audit: true, ...entry, outcome: "issued" }, "audit");
    return result;
  } catch (error) {
    logger.info({ audit: true, ...entry, outcome: codeOf(error) }, "audit");
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "failed";
}
