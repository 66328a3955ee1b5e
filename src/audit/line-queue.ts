import { lostFields } from "./chain.js";

/** What may wait while nothing can be written. Characters, which are bytes but for the few beyond ASCII. */
const mostWaiting = 1_048_576;

/** One write. Characters. */
const mostAtOnce = 65_536;

/** A line that is to be written. */
export interface Waiting {
  /** JSON of an object. */
  readonly fields: string;
  /** By the monotonic clock. */
  readonly since: number;
  /** It tells of what has happened already, whoever hears of it. */
  readonly isDone: boolean;
  /** Tells whoever waits; only the first answer counts. */
  readonly done: (isTaken: boolean) => void;
}

/** Lines in their order, at most a megabyte of them; the first may be in flight. It says of those that were lost. */
export class LineQueue {
  #inFlight: readonly Waiting[] = [];
  #lines: Waiting[] = [];
  #length = 0;
  /** Missing, and not yet said. */
  #lost = 0;
  /** Said in flight. */
  #told = 0;

  get lost(): number {
    return this.#lost;
  }

  get isEmpty(): boolean {
    return this.#inFlight.length === 0 && this.#lines.length === 0;
  }

  /** Since when the first waits. */
  get since(): number | undefined {
    return (this.#inFlight[0] ?? this.#lines[0])?.since;
  }

  get inFlight(): readonly Waiting[] {
    return this.#inFlight;
  }

  /** False: there is no room for it. */
  push(line: Waiting): boolean {
    if (this.#length + line.fields.length > mostWaiting) return false;
    this.#lines.push(line);
    this.#length += line.fields.length;
    return true;
  }

  /** So many are lost: the next line will say so. */
  lose(count: number): void {
    this.#lost += count;
  }

  /** Lets as many lines fly as go into one write; one at least, if there is any. Gives what they say. */
  launch(now: number): readonly string[] {
    let [count, length] = [0, 0];
    for (const { fields } of this.#lines) {
      if (count > 0 && length + fields.length > mostAtOnce) break;
      count++;
      length += fields.length;
    }
    this.#inFlight = this.#lines.splice(0, count);
    this.#length -= length;
    this.#told = this.#lost;
    const texts = this.#inFlight.map(({ fields }) => fields);
    return this.#told > 0 ? [lostFields(now, this.#told), ...texts] : texts;
  }

  /** So many of what was launched have arrived; the others wait again. */
  land(count: number): { readonly landed: readonly Waiting[]; readonly told: number } {
    const notices = this.#told > 0 ? 1 : 0;
    const told = count >= notices ? this.#told : 0;
    this.#lost -= told;
    this.#told = 0;
    const landed = this.#inFlight.slice(0, Math.max(0, count - notices));
    const others = this.#inFlight.slice(landed.length);
    this.#inFlight = [];
    this.#lines.unshift(...others);
    this.#length += lengthOf(others);
    return { landed, told };
  }

  /** Gives up what waits and does not fly. What has happened already goes on waiting, and nobody with it. */
  giveUp(): readonly Waiting[] {
    const lost = this.#lines.filter(({ isDone }) => !isDone);
    this.#lines = this.#lines.filter(({ isDone }) => isDone);
    this.#length = lengthOf(this.#lines);
    for (const { done } of this.#lines) done(false);
    return lost;
  }

  /** Gives up all that wait and do not fly. */
  empty(): readonly Waiting[] {
    this.#length = 0;
    return this.#lines.splice(0);
  }
}

function lengthOf(lines: readonly Waiting[]): number {
  return lines.reduce((sum, { fields }) => sum + fields.length, 0);
}
