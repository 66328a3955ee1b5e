import { ask } from "../client.js";
import { says } from "../log.js";
import type { World } from "../world.js";
import type { Fault, Lane } from "./fault.js";

const twoHoursMs = 7_200_000;

function step({ gateway }: World, ms: number, name: string, line: object): Fault {
  return {
    name,
    async begin() {
      await gateway.stepClock(ms);
      return () => gateway.stepClock(-ms);
    },
    named: says({ msg: "credential refused", ...line }),
  };
}

/** The machine's clock is set: callers' tokens are too old, or too new. */
export const clock: Lane = {
  faults: (world) => [
    step(world, twoHoursMs, "the clock jumps ahead", { reason: "ERR_JWT_EXPIRED", claim: "exp" }),
    step(world, -twoHoursMs, "the clock is set back", { reason: "claim check failed", claim: "nbf" }),
  ],
};

/** At once; each leaves a line. */
const burst = 100;
const metric = "amity_log_lines_dropped_total";

/**
 * Nobody reads the log, as when the disk behind it is full, until lines are lost. Played alone, for it may lose what
 * names another fault.
 */
export function fullLog({ gateway }: World): Fault {
  const nowhere = new URL("/nothing", gateway.url).href;
  return {
    name: "nobody reads the log",
    async begin() {
      const dropped = async () => (await gateway.metrics()).get(metric) ?? 0;
      const before = await dropped();
      gateway.readLog(false);
      try {
        while (!gateway.hasEnded && (await dropped()) === before) {
          await Promise.all(Array.from({ length: burst }, () => ask(nowhere, {}, { query: "" })));
        }
      } finally {
        gateway.readLog(true);
      }
      return () => {};
    },
    named: says({ msg: /log lines are missing here/ }),
  };
}
