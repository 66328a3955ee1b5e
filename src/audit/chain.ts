import { createHash, createHmac, type Hash, type Hmac, hash } from "node:crypto";

/** Where a chain ends: its last line's number and hash. */
export interface End {
  readonly seq: number;
  readonly head: string;
}

/** Before a chain's first line. */
export const noLines: End = { seq: 0, head: "0".repeat(64) };

/**
 * What stands before a line and is none: the hash of exactly those bytes, for whoever wrote a part of a line; `true`
 * where it is not known how much of it arrived.
 */
export type Torn = string | true;

/** What of a line holds the chain together. */
export interface Link {
  readonly seq: number;
  readonly previous: string;
  readonly torn?: Torn;
  /** Of a line that says that so many are missing before it. */
  readonly lost?: number;
}

/** SHA-256, or HMAC-SHA-256 under a key. Hexadecimal. */
export function hashOf(bytes: string | Uint8Array, key: string | undefined): string {
  return key === undefined ? hash("sha256", bytes, "hex") : hasher(key).update(bytes).digest("hex");
}

/** The same for what comes in parts. */
export function hasher(key: string | undefined): Hash | Hmac {
  return key === undefined ? createHash("sha256") : createHmac("sha256", key);
}

/** A line without its line end, and where the chain ends with it. `fields`: JSON of an object that is not empty. */
export function lineAfter(
  { seq, head }: End,
  fields: string,
  key: string | undefined,
  torn: Torn | undefined,
): { readonly text: string; readonly end: End } {
  const follows = torn === undefined ? "" : `,"torn":${JSON.stringify(torn)}`;
  const text = `{"seq":${seq + 1},"previous":"${head}"${follows},${fields.slice(1)}`;
  return { text, end: { seq: seq + 1, head: hashOf(text, key) } };
}

const lostEvent = "lines are missing here";

/** What a line says that stands where so many others are missing. */
export function lostFields(now: number, lines: number): string {
  return JSON.stringify({ time: new Date(now).toISOString(), event: lostEvent, lines });
}

/** What the first line of a file says that begins while its chain goes on: nobody need wait for the next one. */
export function goesOnFields(now: number): string {
  return JSON.stringify({ time: new Date(now).toISOString(), event: "the audit goes on" });
}

const hashForm = /^[0-9a-f]{64}$/;

/** Is it what stands for a line? */
export function isHash(text: unknown): text is string {
  return typeof text === "string" && hashForm.test(text);
}

const lineForm = '{"seq":,"previous":"';

/** May it be the beginning of a line, wherever that was cut? */
export function isPartOfLine(text: string): boolean {
  return lineForm.startsWith(text.replace(/^(\{"seq":)\d+/, "$1").slice(0, lineForm.length));
}

/** May it be the beginning of the line that follows? */
export function isPartAfter({ seq, head }: End, text: string): boolean {
  const form = `{"seq":${seq + 1},"previous":"${head}"`;
  return text !== "" && form.startsWith(text.slice(0, form.length));
}

/** What a line holds the chain together by; undefined for what is no line of an audit. */
export function linkOf(text: string): Link | undefined {
  if (!text.startsWith("{")) return undefined;
  const { seq, previous, torn, time, event, lines } = parsed(text);
  if (typeof seq !== "number" || !Number.isSafeInteger(seq) || seq < 1) return undefined;
  if (!isHash(previous) || typeof time !== "string") return undefined;
  const link = { seq, previous, ...(event === lostEvent && typeof lines === "number" && { lost: lines }) };
  if (torn === undefined) return link;
  return torn === true || isHash(torn) ? { ...link, torn } : undefined;
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
