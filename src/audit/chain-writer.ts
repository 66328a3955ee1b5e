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

  /** `onTorn`: something unfinished stands before the next line. */
  constructor(
    private readonly key: string | undefined,
    private readonly onTorn: () => void = () => {},
  ) {}

  get end(): End {
    return this.#end;
  }

  /**
   * Goes on after what an outlet holds. Once there is a chain it is that which goes on, whatever the outlet holds then,
   * so that a file that was changed does not pass for the whole. Throws NotOurs for what is no audit, and for one that
   * was written with another key. `mustBegin`: a file is empty in which a chain goes on, which a start would not find.
   */
  goOnAfter(
    { lines, rest, isMidLine, isForeign }: Found,
    isStream: boolean,
  ): { readonly wasKnown: boolean; readonly mustBegin: boolean } {
    if (!isStream) this.#isMidLine = isMidLine;
    const isEmpty = lines.length === 0 && rest.length === 0;
    if (this.#isKnown) return { wasKnown: true, mustBegin: isEmpty && !isStream && this.#end.seq > 0 };
    if (isForeign) throw new NotOurs("holds something else than an audit: name another file");
    this.#end = this.#endOf(lines);
    this.#rest = rest;
    this.#isKnown = true;
    if (this.#isTorn) this.onTorn();
    return { wasKnown: false, mustBegin: false };
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
  written(batch: Batch, count: number | undefined): number {
    const wasTorn = this.#isTorn;
    const whole = this.#count(batch, count);
    if (this.#isTorn && !wasTorn) this.onTorn();
    return whole;
  }

  #count({ bytes, lines }: Batch, count: number | undefined): number {
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

  #endOf(lines: readonly string[]): End {
    const last = lines.at(-1);
    const link = last === undefined ? undefined : linkOf(last);
    if (last === undefined || !link) return noLines;
    const [before] = lines.slice(0, -1);
    if (before !== undefined && link.torn === undefined && link.previous !== hashOf(before, this.key)) {
      throw new NotOurs(
        "was written with another AUDIT_KEY, or its end was changed: check it with amity-graphql audit verify, and put it elsewhere to begin a new one",
      );
    }
    return { seq: link.seq, head: hashOf(last, this.key) };
  }

  get #isTorn(): boolean {
    return this.#isUnsure || this.#rest.length > 0;
  }

  #torn(isStream: boolean): Torn | undefined {
    if (!this.#isTorn) return undefined;
    if (isStream || this.#isUnsure) return true;
    const rest = this.#rest.at(-1) === lineEnd ? this.#rest.subarray(0, -1) : this.#rest;
    return hashOf(rest, this.key);
  }
}
