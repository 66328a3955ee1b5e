import { reasonOf, Unusable } from "../errors/reason-of.js";
import type { Reason } from "../errors/reasons.js";
import { fileErrorCode } from "../system/regular-file.js";

/** What the operating system's codes mean where something is to be written; others mean what they always do. */
const writing: Readonly<Record<string, Reason>> = {
  EACCES: "not writable",
  EPERM: "not writable",
  EROFS: "not writable",
  ENXIO: "nobody reads",
  EBADF: "nobody reads",
  EPIPE: "nobody reads",
  ECONNREFUSED: "nobody reads",
  ECONNRESET: "nobody reads",
};

/** Why an outlet of the audit cannot be written. */
export function failureOf(error: unknown): Unusable {
  if (error instanceof Unusable) return error;
  const code = fileErrorCode(error);
  const reason = (code !== undefined && writing[code]) || reasonOf(error, "unknown fault");
  return new Unusable(reason, code === undefined ? "cannot be written" : `cannot be written (${code})`);
}
