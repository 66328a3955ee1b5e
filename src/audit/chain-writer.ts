import { type End, hashOf, lineAfter, linkOf, noLines, type Torn } from "./chain.js";
import { type Found, NotOurs } from "./outlet.js";

/** Lines that are to be written at once. */
export interface Batch {
  readonly bytes: Buffer;
  /** Where each line ends, without its line end, and the chain with it. */
  readonly lines: readonly { readonly endsAt: number; readonly end: End }[];
}

const lineEnd = 0x0a;

/** Makes lines of a chain. One that was not written is no part of it. */
export class ChainWriter {
  #end: End = noLines;
  #isKnown = false;
  /** Bytes behind the last line that are none. */
  #rest: Uint8Array = new Uint8Array();
  /** Of a stream: parts of lines may have arrived. */
  #isUnsure = false;
  #isMidLine = false;

  constructor(private readonly key: string | undefined) {}

  get end(): End {
    return this.#end;
  }

  /** Does something unfinished stand before the next line? */
  get isTorn(): boolean {
    return this.#isUnsure || this.#rest.length > 0;
  }

  /**
   * Goes on after what an outlet holds. Once there is a chain it is that which goes on, whatever the outlet holds then,
   * so that a file that was changed does not pass for the whole. Throws NotOurs for what was written with another key.
   */
  goOnAfter({ lines, rest, isMidLine }: Found, isStream: boolean): void {
    if (!isStream) this.#isMidLine = isMidLine;
    if (this.#isKnown) return;
    this.#isKnown = true;
    this.#rest = rest;
    const last = lines.at(-1);
    const link = last === undefined ? undefined : linkOf(last);
    if (last === undefined || !link) return;
    const [before] = lines.slice(0, -1);
    if (before !== undefined && link.torn === undefined && link.previous !== hashOf(before, this.key)) {
      throw new NotOurs(
        "was written with another AUDIT_KEY, or its end was changed: check it with amity-graphql audit verify, and put it elsewhere to begin a new one",
      );
    }
    this.#end = { seq: link.seq, head: hashOf(last, this.key) };
  }

  /** `isStream`: see Outlet. `all`: what the lines say, each as JSON of an object. */
  build(all: readonly string[], isStream: boolean): Batch {
    let end = this.#end;
    let endsAt = this.#isMidLine ? 1 : 0;
    let torn = this.#torn(isStream);
    const texts: string[] = [];
    const lines = all.map((fields) => {
      const line = lineAfter(end, fields, this.key, torn);
      torn = undefined;
      ({ end } = line);
      texts.push(`${line.text}\n`);
      const startsAt = endsAt;
      endsAt += Buffer.byteLength(line.text) + 1;
      return { endsAt: startsAt + Buffer.byteLength(line.text), end };
    });
    return { bytes: Buffer.from((this.#isMidLine ? "\n" : "") + texts.join("")), lines };
  }

  /** So many bytes of the batch were written; undefined: nobody knows. Gives how many lines are whole. */
  written({ bytes, lines }: Batch, count: number | undefined): number {
    if (count === undefined) {
      this.#isUnsure = true;
      this.#isMidLine = true;
      return 0;
    }
    const whole = lines.filter(({ endsAt }) => endsAt <= count);
    const last = whole.at(-1);
    if (last) {
      this.#end = last.end;
      this.#isUnsure = false;
      this.#rest = new Uint8Array();
    }
    if (count > 0) this.#isMidLine = bytes[count - 1] !== lineEnd;
    this.#rest = Buffer.concat([this.#rest, bytes.subarray(last ? last.endsAt + 1 : 0, count)]);
    return whole.length;
  }

  #torn(isStream: boolean): Torn | undefined {
    if (!this.isTorn) return undefined;
    if (isStream || this.#isUnsure) return true;
    const rest = this.#rest.at(-1) === lineEnd ? this.#rest.subarray(0, -1) : this.#rest;
    return hashOf(rest, this.key);
  }
}
