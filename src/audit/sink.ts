import { Unusable } from "../errors/reason-of.js";
import { inTime } from "../system/in-time.js";
import type { End } from "./chain.js";
import { type Batch, ChainWriter } from "./chain-writer.js";
import { failureOf } from "./failures.js";
import { LineQueue, type Waiting } from "./line-queue.js";
import { NotOurs, type Outlet, type WriteFailed } from "./outlet.js";
import { Patience } from "./patience.js";
import type { SinkOptions } from "./sink-options.js";
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
  #state: "opening" | "idle" | "writing" = "opening";
  #isClosed = false;
  #failure: Unusable | undefined;
  /** Since something was written. */
  #failures = 1;
  #mustReopen = false;
  #onRest: () => void = () => {};

  constructor(private readonly options: SinkOptions) {
    this.#chain = new ChainWriter(options.key);
    this.#timers = new Timers(options.clock);
    this.#patience = new Patience(this.#queue, options.clock, this.#timers, (latest) => this.#giveUp(latest));
    options.outlet.onBroken = () => this.reopen();
  }

  get name(): Outlet["name"] {
    return this.options.outlet.name;
  }

  /** Why it takes no lines at present; undefined: it takes them. */
  get failure(): Unusable | undefined {
    return this.#failure;
  }

  /** Its last line. */
  get end(): End {
    return this.#chain.end;
  }

  /** Opens it for the first time; what cannot be opened now is tried again. Throws NotOurs. */
  async start(): Promise<void> {
    await this.#open({ isFirst: true });
    const { outlet, events } = this.options;
    watchOutlet(outlet, this.#timers, (change) => {
      events.onChange(change);
      if (change !== "was cut off") this.reopen();
    });
  }

  /** `fields`: JSON of an object with its time. Gives whether the line was taken in time. */
  take(fields: string): Promise<boolean> {
    const { isRequired, clock } = this.options;
    return new Promise((done) => {
      const line = { fields, since: clock.elapsed(), done };
      if ((isRequired && this.#failure !== undefined) || !this.#queue.push(line)) return this.#lose([line]);
      if (!this.#failure) this.#patience.watch();
      this.#writeNext();
    });
  }

  /** Opens it anew, as after a rotation: before the next line, and at once when there is none. */
  reopen(): void {
    this.#mustReopen = true;
    this.#writeNext();
  }

  /** Ends when all is written, when nothing can be, or after a second. */
  async close(): Promise<void> {
    if (!this.#queue.isEmpty && this.#failure === undefined) {
      const rest = new Promise<void>((resolve) => {
        this.#onRest = resolve;
      });
      await inTime(rest, closeMs, this.options.clock).catch(() => {});
    }
    this.#isClosed = true;
    this.#timers.callOffAll();
    this.#queue.land(0);
    this.#lose(this.#queue.empty());
    await this.options.outlet.close();
  }

  async #open({ isFirst } = { isFirst: false }): Promise<void> {
    const { outlet } = this.options;
    this.#state = "opening";
    this.#mustReopen = false;
    try {
      const found = await outlet.open();
      if (this.#isClosed) return await outlet.close();
      this.#tellTorn(() => this.#chain.goOnAfter(found, outlet.isStream));
      this.#state = "idle";
      if (!this.#queue.hasToTell && this.#queue.isEmpty) this.#succeed(0);
      this.#writeNext();
    } catch (error) {
      if (isFirst && error instanceof NotOurs) throw error;
      this.#fail(error instanceof NotOurs ? new Unusable("another writer", error.problem) : failureOf(error));
    }
  }

  #writeNext(): void {
    if (this.#state !== "idle" || this.#isClosed) return;
    if (this.#mustReopen) {
      void this.#open();
      return;
    }
    const { outlet, clock } = this.options;
    const texts = this.#queue.launch(clock.now());
    if (texts.length === 0) {
      this.#onRest();
      return;
    }
    this.#state = "writing";
    if (!this.#failure) this.#patience.watch();
    const batch = this.#chain.build(texts, outlet.isStream);
    outlet.write(batch.bytes).then(
      () => this.#landed(batch, batch.bytes.length),
      ({ written, cause }: WriteFailed) => this.#landed(batch, written, cause),
    );
  }

  /** So many bytes of a batch were written; undefined: nobody knows. */
  #landed(batch: Batch, bytes: number | undefined, failure?: Unusable): void {
    if (this.#isClosed) return;
    let whole = 0;
    this.#tellTorn(() => {
      whole = this.#chain.written(batch, bytes);
    });
    const { landed, told } = this.#queue.land(whole);
    if (landed.length > 0) this.options.events.onLines("written", landed.length);
    for (const { done } of landed) done(true);
    if (failure) {
      this.#fail(failure);
      return;
    }
    this.#state = "idle";
    this.#succeed(told);
    this.#writeNext();
  }

  #tellTorn(change: () => void): void {
    const wasTorn = this.#chain.isTorn;
    change();
    if (this.#chain.isTorn && !wasTorn) this.options.events.onTorn();
  }

  #succeed(lost: number): void {
    this.#failures = 0;
    if (this.#failure === undefined) return;
    this.#failure = undefined;
    this.options.events.onBack(lost);
  }

  /** What fails once may only have to be opened anew, such as a socket whose listener began anew. */
  #fail(failure: Unusable): void {
    this.#state = "opening";
    this.#failures++;
    const isSure = this.#failures > 1 || this.#failure !== undefined;
    if (isSure) this.#goDown(failure);
    this.#timers.after(isSure ? retryMs : 0, () => void this.#open());
  }

  #goDown(failure: Unusable): void {
    const isNews = this.#failure?.reason !== failure.reason;
    this.#failure = failure;
    if (isNews) this.options.events.onDown(failure);
    if (this.options.isRequired) this.#lose(this.#queue.empty());
    this.#onRest();
  }

  /** Those in flight may be written yet: then the audit has as done what was refused, and not the other way round. */
  #giveUp(latest: number): void {
    for (const { done } of this.#queue.inFlightUntil(latest)) done(false);
    if (!this.#failure) this.#goDown(new Unusable("timeout", "takes no lines in time"));
  }

  #lose(lines: readonly Waiting[]): void {
    if (lines.length === 0) return;
    this.#queue.lose(lines.length);
    this.options.events.onLines("lost", lines.length);
    for (const { done } of lines) done(false);
  }
}
