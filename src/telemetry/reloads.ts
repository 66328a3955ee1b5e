import { Unusable } from "../errors/reason-of.js";
import type { ReloadOutcome } from "../system/reloading-file.js";
import type { Logger } from "./logger.js";
import type { Metrics } from "./metrics.js";

/** Tells log and metrics what became of files that were read again. */
export function reloadTeller({ logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics }) {
  return (name: string, outcome: ReloadOutcome): void => {
    if (outcome instanceof Unusable) {
      const { reason, message: problem } = outcome;
      metrics.reload(name, "refused");
      logger.error({ name, reason, problem }, "changed files were kept out: the last good ones stay in use");
    } else if (outcome === "taken") {
      metrics.reload(name, "taken");
      logger.info({ name }, "changed files were taken");
    } else {
      metrics.reload(name, "as before");
      logger.info({ name }, "files that were kept out can be used again, and nothing changed");
    }
  };
}
