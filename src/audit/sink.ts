import { Unusable } from "../errors/reason-of.js";
import { inTime } from "../system/in-time.js";
import { type End, goesOnFields } from "./chain.js";
import { type Batch, ChainWriter } from "./chain-writer.js";
import { failureOf } from "./failures.js";
import { LineQueue, type Waiting } from "./line-queue.js";
import { NotOurs, type Outlet, type WriteFailed } from "./outlet.js";
import { Patience } from "./patience.js";
import type { SinkOptions } from "./sink-options.js";
import { Standing } from "./standing.js";
import { Timers } from "./timers.js";
import { watchOutlet } from "./watch.js";

/** What cannot be written is tried again after so long. Milliseconds. */
const retryMs = 500;

/** The end of the process waits so long for what is not written yet. Milliseconds. */
const closeMs = 1_000;

/**
 * Writes lines to an outlet, in their order and as a chain; those that come during a write go into the next one
 * together. Nobody waits for it longer than its patience, and it tries without anybody asking.
 * What it shuts opens again by itself: a sink of the audit.
 */
export class AuditSink {
  readonly #chain: ChainWriter;
  readonly #queue = new LineQueue();
  readonly #timers: Timers;
  readonly #patience: Patience;
  readonly #standing: Standing;
  #state: "opening" | "idle" | "writing" = "opening";
  #isClosed = false;
  #mustReopen = false;
  #onRest: () => void = () => {};

  constructor(private readonly options: SinkOptions) {
    this.#chain = new ChainWriter(options.key, () => options.events.onTorn());
    this.#standing = new Standing(options.events);
    this.#timers = new Timers(options.clock);
    this.#patience = new Patience(this.#queue, options.clock, this.#timers, () => this.#giveUp());
    options.outlet.onBroken = () => this.reopen();
  }

  get name(): Outlet["name"] {
    return this.options.outlet.name;
  }

  /** Why it takes no lines at present; undefined: it takes them. */
  get failure(): Unusable | undefined {
    return this.#standing.failure;
  }

  /** Its last line. */
  get end(): End {
    return this.#chain.end;
  }

  /** Lines that are missing in it, and of which it does not tell yet. */
  get lost(): number {
    return this.#queue.lost;
  }

  /** Opens it for the first time; what cannot be opened now is tried again. Throws NotOurs. */
  async start(): Promise<void> {
    await this.#open({ isFirst: true });
    const { outlet, events } = this.options;
    watchOutlet(outlet, this.#timers, (change) => {
      if (this.#isClosed) return;
      events.onChange(change);
      this.reopen();
    });
  }

  /**
   * `fields`: JSON of an object with its time. Gives whether the line was taken in time. When it was not, that of what
   * `isDone` is written later: it has happened, whoever was told of it.
   */
  take(fields: string, isDone: boolean): Promise<boolean> {
    const { isRequired, clock } = this.options;
    return new Promise((done) => {
      const line = { fields, since: clock.elapsed(), isDone, done };
      const isRefused = isRequired && this.failure !== undefined;
      if (isRefused) done(false);
      if (this.#isClosed || (isRefused && !isDone) || !this.#queue.push(line)) return this.#lose([line]);
      if (!this.failure) this.#patience.watch();
      this.#writeNext();
    });
  }

  /** Opens it anew, as after a rotation: before the next line, and at once when there is none or it is stalled. */
  reopen(): void {
    this.#mustReopen = true;
    this.#leaveStalled();
    this.#writeNext();
  }

  /** Ends when all is written, when nothing can be, or after a second. */
  async close(): Promise<void> {
    const isOpeningAnew = this.#state === "opening" && this.end.seq > 0;
    if ((isOpeningAnew || !this.#queue.isEmpty) && !this.failure) {
      const rest = new Promise<void>((resolve) => {
        this.#onRest = resolve;
      });
      await inTime(rest, closeMs, this.options.clock).catch(() => {});
    }
    this.#isClosed = true;
    this.#timers.callOffAll();
    this.#queue.land(0);
    this.#lose(this.#queue.empty());
    await inTime(this.options.outlet.close(), closeMs, this.options.clock).catch(() => {});
  }

  async #open({ isFirst } = { isFirst: false }): Promise<void> {
    const { outlet, clock, events } = this.options;
    this.#state = "opening";
    this.#mustReopen = false;
    try {
      const found = await outlet.open();
      if (this.#isClosed) return await outlet.close();
      const { wasKnown, mustBegin } = this.#chain.goOnAfter(found, outlet.isStream);
      if (!wasKnown) events.onOpened(this.end);
      this.#state = "idle";
      if (this.lost === 0 && this.#queue.isEmpty) {
        this.#succeed(0);
        if (mustBegin) void this.take(goesOnFields(clock.now()), false);
      }
      this.#writeNext();
    } catch (error) {
      if (isFirst && error instanceof NotOurs) throw error;
      this.#fail(error instanceof NotOurs ? new Unusable("another writer", error.problem) : failureOf(error));
    }
  }

  #writeNext(): void {
    if (this.#state !== "idle" || this.#isClosed) return;
    if (this.#mustReopen) return void this.#open();
    const { outlet, clock } = this.options;
    const texts = this.#queue.launch(clock.now());
    if (texts.length === 0) return void this.#onRest();
    this.#state = "writing";
    if (!this.failure) this.#patience.watch();
    const batch = this.#chain.build(texts, outlet.isStream);
    outlet.write(batch.bytes).then(
      () => this.#landed(batch, batch.bytes.length),
      ({ written, cause }: WriteFailed) => this.#landed(batch, written, cause),
    );
  }

  /** So many bytes of a batch were written; undefined: nobody knows. */
  #landed(batch: Batch, bytes: number | undefined, failure?: Unusable): void {
    if (this.#isClosed) return;
    const { landed, told } = this.#queue.land(this.#chain.written(batch, bytes));
    if (landed.length > 0) this.options.events.onLines("written", landed.length);
    for (const { done } of landed) done(true);
    if (failure) this.#fail(failure);
    else {
      this.#state = "idle";
      this.#succeed(told);
      this.#writeNext();
    }
  }

  #succeed(lost: number): void {
    if (this.#standing.up(lost) || !this.options.isRequired) this.#patience.startAnew();
  }

  #fail(failure: Unusable): void {
    this.#state = "opening";
    const isSure = this.#standing.isSureAfterFailure();
    if (isSure) this.#goDown(failure);
    this.#timers.after(isSure ? retryMs : 0, () => void this.#open());
  }

  #goDown(failure: Unusable): void {
    this.#standing.down(failure);
    if (this.options.isRequired) this.#lose(this.#queue.giveUp());
    this.#onRest();
    this.#leaveStalled();
  }

  #leaveStalled(): void {
    if (this.#mustReopen && this.failure && this.#state === "writing") this.options.outlet.breakOff();
  }

  /** Those in flight may be written yet: then the audit has as done what was refused, and not the other way round. */
  #giveUp(): void {
    if (this.#isClosed) return;
    for (const { done } of this.#queue.inFlight) done(false);
    if (!this.failure) this.#goDown(new Unusable("timeout", "takes no lines in time"));
  }

  #lose(lines: readonly Waiting[]): void {
    if (lines.length === 0) return;
    this.#queue.lose(lines.length);
    this.options.events.onLines("lost", lines.length);
    for (const { done } of lines) done(false);
  }
}
