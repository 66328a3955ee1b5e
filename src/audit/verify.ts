import type { Hash, Hmac } from "node:crypto";
import { createReadStream } from "node:fs";
import { type End, hasher, hashOf, isPartAfter, type Link, linkOf, noLines } from "./chain.js";
import { NotOurs } from "./outlet.js";

/** Where something stands. */
export interface Place {
  readonly file: string;
  /** From 1 on. */
  readonly line: number;
}

/** Something is not as it was written: in words that go on after the place. */
export interface Finding extends Place {
  readonly problem: string;
}

/** A line says that so many are missing before it. */
export interface Lost extends Place {
  readonly lines: number;
}

/** What files hold, as far as it can be told. */
export interface Verdict {
  /** The first of them. */
  readonly findings: readonly Finding[];
  /** How many there are. */
  readonly found: number;
  /** What the audit says itself that it lacks: how many lines, and the first places. */
  readonly lost: { readonly lines: number; readonly told: readonly Lost[] };
  readonly lines: number;
  /** The first line's number; undefined without any. */
  readonly first: number | undefined;
  readonly end: End;
  /** The line that was looked for; undefined when there is none. */
  readonly headAt: (Place & { readonly seq: number }) | undefined;
  /** Something stands at the end that is no line: a crash's, or one that is being written. */
  readonly unfinishedAt: Place | undefined;
}

export interface VerifyOptions {
  readonly key: string | undefined;
  /** A line's hash that is looked for. */
  readonly head: string | undefined;
}

const lineEnd = 0x0a;

/** So many are told one by one. */
const mostTold = 20;

/** The longest line is some 100 kB. Bytes. */
const mostLine = 4_194_304;

/** Reads files as one chain, in their order, however large. Throws NotOurs, and the operating system's error. */
export async function verifyFiles(files: readonly string[], options: VerifyOptions): Promise<Verdict> {
  const verifier = new Verifier(options);
  for (const file of files) {
    let line = 0;
    for await (const bytes of linesOf(file)) verifier.read(bytes, { file, line: ++line });
  }
  return verifier.verdict();
}

async function* linesOf(file: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1_048_576 })) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(lineEnd); end >= 0; end = bytes.indexOf(lineEnd, start)) {
      yield bytes.subarray(start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > mostLine) throw new NotOurs("holds something else than an audit");
  }
  if (rest.length > 0) yield rest;
}

/** Follows a chain line by line. */
class Verifier {
  readonly #findings: Finding[] = [];
  #found = 0;
  readonly #told: Lost[] = [];
  #lost = 0;
  #lines = 0;
  #first: number | undefined;
  #end: End = noLines;
  #headAt: Verdict["headAt"];
  /** What stands after the last line and is none. */
  #torn: { readonly at: Place; readonly hash: Hash | Hmac; noPartAt?: Place } | undefined;
  #before: Place | undefined;

  constructor(private readonly options: VerifyOptions) {}

  read(bytes: Buffer, at: Place): void {
    const link = linkOf(bytes.toString());
    if (!link) {
      this.#torn?.hash.update("\n");
      this.#torn ??= { at, hash: hasher(this.options.key) };
      this.#torn.hash.update(bytes);
      if (!isPartAfter(this.#end, bytes.toString())) this.#torn.noPartAt ??= at;
      return;
    }
    this.#judgeTorn(link, at);
    const problem = this.#before ? this.#problemOf(link) : problemOfFirst(link);
    if (problem !== undefined) this.#find(at, problem);
    if (link.lost !== undefined) this.#lose({ ...at, lines: link.lost });
    this.#end = { seq: link.seq, head: hashOf(bytes, this.options.key) };
    this.#first ??= link.seq;
    this.#lines++;
    this.#before = at;
    if (this.#end.head === this.options.head) this.#headAt = { ...at, seq: link.seq };
  }

  verdict(): Verdict {
    const noPartAt = this.#before && this.#torn?.noPartAt;
    if (noPartAt) this.#find(noPartAt, "is no line of the audit, and no part of the next one");
    return {
      findings: this.#findings,
      found: this.#found,
      lost: { lines: this.#lost, told: this.#told },
      lines: this.#lines,
      first: this.#first,
      end: this.#end,
      headAt: this.#headAt,
      unfinishedAt: this.#torn?.at,
    };
  }

  #find(at: Place, problem: string): void {
    this.#found++;
    if (this.#findings.length < mostTold) this.#findings.push({ ...at, problem });
  }

  #lose(lost: Lost): void {
    this.#lost += lost.lines;
    if (this.#told.length < mostTold) this.#told.push(lost);
  }

  #judgeTorn({ torn }: Link, at: Place): void {
    const stands = this.#torn;
    this.#torn = undefined;
    if (torn === undefined && stands) {
      this.#find(stands.at, "is no line of the audit, and the next one tells of none");
    } else if (typeof torn !== "string") return;
    else if (stands && stands.hash.digest("hex") !== torn) {
      this.#find(stands.at, "is not the unfinished line of which the next one tells");
    } else if (!stands && this.#before) {
      this.#find(at, "tells of an unfinished line before it, and there is none");
    }
  }

  #problemOf({ seq, previous }: Link): string | undefined {
    const { seq: last, head } = this.#end;
    if (seq === 1 && previous === noLines.head) return `begins another chain after number ${last}`;
    if (seq > last + 1) {
      const missing = seq === last + 2 ? `number ${last + 1} is` : `numbers ${last + 1} to ${seq - 1} are`;
      return `has number ${seq} after ${last}: ${missing} missing here`;
    }
    if (seq <= last) return `has number ${seq} after ${last}: it stands in the wrong place, or was put in`;
    if (previous === head) return undefined;
    return "does not hold the hash of the line before: one of the two was changed, or AUDIT_KEY is another";
  }
}

/** What is before the first line is in another file, unless it is the first of all. */
function problemOfFirst({ seq, previous }: Link): string | undefined {
  return seq === 1 && previous !== noLines.head ? "is the first and follows another: it was changed" : undefined;
}
