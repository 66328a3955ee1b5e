import type { Reason } from "../errors/reasons.js";
import type { Clock } from "../system/clock.js";
import type { AuditTrail } from "../telemetry/audit.js";
import type { Logger } from "../telemetry/logger.js";
import type { Metrics } from "../telemetry/metrics.js";
import { toldEvents } from "./events.js";
import { FileOutlet } from "./file-outlet.js";
import { NotOurs, type Outlet } from "./outlet.js";
import { AuditSink } from "./sink.js";
import { SocketOutlet } from "./socket-outlet.js";

/** Where the audit goes besides the log. */
export interface AuditSettings {
  readonly file: string | undefined;
  readonly socket: string | undefined;
  /** Of the chain's hashes. */
  readonly key: string | undefined;
  /** Is nothing handed out without its line? */
  readonly isRequired: boolean;
}

export interface TrailTools {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** A sink of the audit that a gateway must not start with. */
export class UnusableAudit extends Error {
  /** `problem`: begins with the variable's name. */
  constructor(readonly problem: string) {
    super(problem);
  }
}

/** What is not there yet, or full, may come; what these are about was set by mistake. */
const mistakes: readonly Reason[] = ["not a regular file", "not writable", "ENOENT", "ENOTDIR", "ELOOP"];

/** Opens all sinks. Throws UnusableAudit, when one is not this gateway's or, where it is required, a mistake. */
export async function openTrail(settings: AuditSettings, tools: TrailTools): Promise<SinkTrail> {
  const trail = new SinkTrail(outletsOf(settings, tools), settings, tools);
  try {
    await trail.open();
    return trail;
  } catch (error) {
    await trail.close();
    throw error;
  }
}

function outletsOf({ file, socket }: AuditSettings, tools: TrailTools): Outlet[] {
  return [
    ...(file === undefined ? [] : [new FileOutlet(file, tools)]),
    ...(socket === undefined ? [] : [new SocketOutlet(socket)]),
  ];
}

/** The sinks together: each has its own chain, and one that takes a line is enough. */
export class SinkTrail implements AuditTrail {
  readonly #sinks: readonly AuditSink[];

  constructor(
    outlets: readonly Outlet[],
    private readonly settings: Pick<AuditSettings, "key" | "isRequired">,
    private readonly tools: TrailTools,
  ) {
    const { logger, metrics, clock } = tools;
    this.#sinks = outlets.map(
      (outlet) => new AuditSink({ ...settings, outlet, clock, events: toldEvents(outlet.name, logger, metrics) }),
    );
  }

  get outage(): Reason | undefined {
    if (!this.settings.isRequired || this.#sinks.some(({ failure }) => !failure)) return undefined;
    return this.#sinks[0]?.failure?.reason;
  }

  async take(fields: object, isDone: boolean): Promise<boolean> {
    const text = JSON.stringify({ time: new Date(this.tools.clock.now()).toISOString(), ...fields });
    const taken = this.#sinks.map((sink) => sink.take(text, isDone));
    return this.settings.isRequired ? isAny(taken) : true;
  }

  async open(): Promise<void> {
    for (const sink of this.#sinks) await this.#start(sink);
  }

  /** Opens what has a name anew, as after a rotation. */
  reopen(): void {
    for (const sink of this.#sinks) sink.reopen();
  }

  /** Writes what waits, and tells how each chain ends, and how many lines it lacks of which it does not tell. */
  async close(): Promise<void> {
    for (const sink of this.#sinks) {
      await sink.close();
      const { name, end, lost } = sink;
      if (end.seq > 0 || lost > 0) this.tools.logger.audit({ sink: name, ...end, lost }, "audit closed");
    }
  }

  async #start(sink: AuditSink): Promise<void> {
    try {
      await sink.start();
    } catch (error) {
      if (error instanceof NotOurs) throw new UnusableAudit(`${sink.name} ${error.problem}`);
      throw error;
    }
    const { failure } = sink;
    if (!this.settings.isRequired || !failure || !mistakes.includes(failure.reason)) return;
    throw new UnusableAudit(`${sink.name} ${failure.message}, and AUDIT_REQUIRED is on`);
  }
}

/** Is one of them true, as soon as one is? */
function isAny(answers: readonly Promise<boolean>[]): Promise<boolean> {
  return new Promise((resolve) => {
    void Promise.all(answers.map(async (answer) => (await answer) && resolve(true))).then(() => resolve(false));
  });
}
