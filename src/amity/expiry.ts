import type { Clock } from "../system/clock.js";
import type { Logger } from "../telemetry/logger.js";

const dayMs = 24 * 60 * 60 * 1_000;

/** What has fewer whole days left has to be renewed: a server's certificate, ours, and an admin token. */
const soonDays = 30;
const verySoonDays = 7;

/** How near an end is. */
export interface Expiry {
  /** Whole days until then, negative afterwards. */
  readonly days: number;
  readonly urgency: "none" | "soon" | "very soon";
}

/** Both are milliseconds since the epoch. */
export function expiryOf(end: number, now: number): Expiry {
  const days = Math.floor((end - now) / dayMs);
  if (days >= soonDays) return { days, urgency: "none" };
  return { days, urgency: days >= verySoonDays ? "soon" : "very soon" };
}

/** What ends one day: its name in the log, which of them it is, and its end. */
export interface Ending {
  readonly what: "a client certificate" | "an admin token";
  readonly fields: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, as it is now; undefined: nobody knows. */
  readonly end: () => Promise<number | undefined>;
}

/** Warns of what ends soon: when it is told to, and then each day, since a process may live longer than a month. */
export class ExpiryWatch {
  readonly #endings: Ending[] = [];
  #callOff: () => void;

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.#callOff = this.#tomorrow();
  }

  /** Looks at it now, and each day. */
  async watch(ending: Ending): Promise<void> {
    this.#endings.push(ending);
    await this.look(ending);
  }

  /** Says how long it has left, if that is not long. */
  async look({ what, fields, end }: Ending): Promise<void> {
    const now = this.clock.now();
    const time = await end();
    if (time === undefined) return;
    const { days, urgency } = expiryOf(time, now);
    if (time <= now) this.logger.error({ ...fields, days }, `${what} has expired`);
    else if (urgency === "very soon") this.logger.error({ ...fields, days }, `${what} expires very soon`);
    else if (urgency === "soon") this.logger.warn({ ...fields, days }, `${what} expires soon`);
  }

  stop(): void {
    this.#callOff();
  }

  #tomorrow(): () => void {
    const lookAtAll = () => {
      for (const ending of this.#endings) void this.look(ending);
      this.#callOff = this.#tomorrow();
    };
    return this.clock.after(dayMs, lookAtAll, { ref: false });
  }
}
