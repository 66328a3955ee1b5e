import type { Clock } from "../system/clock.js";

/** What may wait while nobody reads. Characters, which are bytes but for the few beyond ASCII. */
const mostWaiting = 1_048_576;

/** One write: as much as a pipe of Linux holds. Characters. */
const mostAtOnce = 65_536;

/** A pipe that is full is tried again after so long. Milliseconds. */
const stalledRetryMs = 50;

/** What fails, such as a full disk, is tried again after so long. Milliseconds. */
const failedRetryMs = 1_000;

/** An outlet that comes and goes is complained of once in so long. Milliseconds. */
const quietMs = 60_000;

/** How long the end of the process waits for what is not written yet. Milliseconds. */
const closeMs = 1_000;

const lineEnd = 0x0a;

/** Writes some of the bytes, and says how many. EAGAIN: none for now. It never waits for a reader. */
export type WriteBytes = (
  bytes: Uint8Array,
  done: (error: NodeJS.ErrnoException | null, written: number) => void,
) => void;

type Line = { readonly text: string; readonly isAudit: boolean };

export interface LogSinkOptions {
  readonly write: WriteBytes;
  readonly clock: Clock;
  /** The line that stands where so many lines are missing. */
  readonly lostLine: (lines: number) => string;
  /** Tells somebody else, in words, that lines are being lost. */
  readonly complain: (text: string) => void;
}

/**
 * Takes lines and writes them in the background. Nobody ever waits for it: what cannot be written is dropped and
 * counted. It writes again by itself as soon as that works, and then says how many lines are missing.
 * What it shuts opens again by itself: a log that could not be written.
 */
export class LogSink {
  #lines: Line[] = [];
  #waiting = 0;
  #state: "idle" | "writing" | "failed" = "idle";
  #isMidLine = false;
  #dropped = 0;
  #droppedAudit = 0;
  /** Dropped, and not yet said where they are missing. */
  #untold = 0;
  #complainedAt = Number.NEGATIVE_INFINITY;
  /** Since lines were dropped, until the outlet takes some again. */
  #isOut = false;
  #onRest: (() => void) | undefined;
  #cancelRetry = () => {};
  #isClosed = false;

  constructor(private readonly options: LogSinkOptions) {}

  /** Lines that were dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The audit's among them. */
  get droppedAudit(): number {
    return this.#droppedAudit;
  }

  /** `text`: a line with its line end. */
  write(text: string, isAudit = false): void {
    const line = { text, isAudit };
    const isFull = this.#waiting + text.length > mostWaiting;
    if (isFull || this.#state === "failed") {
      this.#drop([line], "nobody reads it");
      return;
    }
    if (this.#untold > 0) this.#tellLost();
    this.#push(line);
    if (this.#state === "idle") this.#writeNext();
  }

  /** Ends when all is written, when nothing can be, or after a second. Nothing is tried again then. */
  async close(): Promise<void> {
    if (this.#state === "writing") await this.#rested();
    this.#isClosed = true;
    this.#cancelRetry();
  }

  #rested(): Promise<void> {
    return new Promise((resolve) => {
      const { clock, complain } = this.options;
      const callOff = clock.after(closeMs, () => {
        complain("the log ends early: nobody reads its last lines\n");
        resolve();
      });
      this.#onRest = () => {
        callOff();
        resolve();
      };
    });
  }

  #push(line: Line): void {
    this.#lines.push(line);
    this.#waiting += line.text.length;
  }

  #tellLost(): void {
    this.#push({ text: this.options.lostLine(this.#untold), isAudit: false });
    this.#untold = 0;
    this.#isOut = false;
  }

  #writeNext(): void {
    if (this.#lines.length === 0 && this.#untold > 0) this.#tellLost();
    if (this.#lines.length === 0) {
      this.#rest("idle");
      return;
    }
    const lines = this.#takeLines();
    this.#write(Buffer.from(lines.map(({ text }) => text).join("")), (error) => this.#fail(error, lines));
  }

  /** As many as go into one write, and one at least. */
  #takeLines(): Line[] {
    let [count, length] = [0, 0];
    for (const { text } of this.#lines) {
      if (count > 0 && length + text.length > mostAtOnce) break;
      count++;
      length += text.length;
    }
    this.#waiting -= length;
    return this.#lines.splice(0, count);
  }

  /** All of the bytes, and then what waits. `onError`: no more of them will be written. */
  #write(bytes: Uint8Array, onError: (error: NodeJS.ErrnoException) => void): void {
    this.#state = "writing";
    this.options.write(bytes, (error, written) => {
      if (error?.code === "EAGAIN") {
        this.#retry(stalledRetryMs, () => this.#write(bytes, onError));
        return;
      }
      if (error) return onError(error);
      if (written > 0) this.#isMidLine = bytes[written - 1] !== lineEnd;
      if (written < bytes.length) this.#write(bytes.subarray(written), onError);
      else this.#writeNext();
    });
  }

  /** Gives up `lines` that were being written, and all that wait, for it may take long. */
  #fail({ code = "unknown" }: NodeJS.ErrnoException, lines: readonly Line[]): void {
    const lost = [...lines, ...this.#lines];
    this.#lines = [];
    this.#waiting = 0;
    this.#rest("failed");
    if (lost.length > 0) this.#drop(lost, code);
    this.#retry(failedRetryMs, () => this.#tryAgain());
  }

  #retry(ms: number, run: () => void): void {
    if (!this.#isClosed) this.#cancelRetry = this.options.clock.after(ms, run, { ref: false });
  }

  /** Tries with the line that says what is missing, for it will be true once it is written. */
  #tryAgain(): void {
    const told = this.#untold;
    const line = this.options.lostLine(told);
    this.#untold = 0;
    this.#isOut = false;
    this.#write(Buffer.from(this.#isMidLine ? `\n${line}` : line), (error) => {
      this.#untold += told;
      this.#isOut = true;
      this.#fail(error, []);
    });
  }

  #drop(lines: readonly Line[], why: string): void {
    this.#dropped += lines.length;
    this.#droppedAudit += lines.filter(({ isAudit }) => isAudit).length;
    this.#untold += lines.length;
    const { clock, complain } = this.options;
    const isNews = !this.#isOut && clock.elapsed() - this.#complainedAt >= quietMs;
    this.#isOut = true;
    if (!isNews) return;
    this.#complainedAt = clock.elapsed();
    complain(`the log cannot be written (${why}): lines are dropped and counted until it can be\n`);
  }

  #rest(state: "idle" | "failed"): void {
    this.#state = state;
    this.#onRest?.();
  }
}
