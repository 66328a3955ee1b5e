import type { ReloadOutcome } from "../../src/system/reloading-file.js";

/** What became of files, in the words of the log: the problem of those that were kept out. */
export function wordsOf(outcome: ReloadOutcome): string {
  return typeof outcome === "string" ? outcome : outcome.message;
}
