import { linkOf } from "../../src/audit/chain.js";
import type { SinkEvents } from "../../src/audit/events.js";
import { type Change, type Found, type Outlet, WriteFailed } from "../../src/audit/outlet.js";
import { AuditSink } from "../../src/audit/sink.js";
import { type Verdict, verifyFiles } from "../../src/audit/verify.js";
import { Unusable } from "../../src/errors/reason-of.js";
import type { Reason } from "../../src/errors/reasons.js";
import { type TestClock, testClock } from "./clock.js";

/** What an outlet that is scripted does with what it is given. */
export interface ScriptedOutlet extends Outlet {
  /** What it was given so far and took. */
  text: string;
  /** Each write that was begun, in bytes. */
  readonly writes: number[];
  /** Why it cannot be opened. */
  closedBy: Reason | undefined;
  /** Why it takes no more than so many bytes of each write. */
  full: { reason: Reason; after: number | undefined } | undefined;
  /** Lets writes wait for this. */
  gate: Promise<void>;
  /** What somebody did to it, which is found at the next look. */
  change: Change | undefined;
}

export function scriptedOutlet(text = "", isStream = false): ScriptedOutlet {
  let breakOff = () => {};
  const broken = new Promise<void>((resolve) => {
    breakOff = resolve;
  });
  return {
    name: "AUDIT_FILE",
    isStream,
    text,
    writes: [],
    closedBy: undefined,
    full: undefined,
    gate: Promise.resolve(),
    change: undefined,
    async open() {
      if (this.closedBy) throw new Unusable(this.closedBy);
      return foundIn(isStream ? "" : this.text);
    },
    async write(bytes) {
      this.writes.push(bytes.length);
      const isBroken = await Promise.race([this.gate, broken.then(() => true)]);
      if (isBroken) throw new WriteFailed(new Unusable("nobody reads"), 0);
      const { full } = this;
      const taken = full ? (full.after ?? 0) : bytes.length;
      this.text += Buffer.from(bytes).subarray(0, taken).toString();
      if (full && taken < bytes.length) throw new WriteFailed(new Unusable(full.reason), full.after);
    },
    async look() {
      const { change } = this;
      this.change = undefined;
      return change;
    },
    breakOff() {
      breakOff();
    },
    close: async () => {},
  };
}

function foundIn(text: string): Found {
  const lines = text.split("\n");
  const last = lines.findLastIndex((line) => linkOf(line));
  const rest = Buffer.from(lines.slice(last + 1).join("\n"));
  return {
    lines: lines.slice(0, last + 1).slice(-2),
    rest,
    isMidLine: text !== "" && !text.endsWith("\n"),
    isForeign: false,
  };
}

/** A sink before a scripted outlet, and what it told. */
export interface TestSink {
  readonly sink: AuditSink;
  readonly outlet: ScriptedOutlet;
  readonly clock: TestClock;
  readonly told: string[];
  /** The number of the last line that it found, each time it told so. */
  readonly opened: number[];
  /** Takes a line that says this much. */
  take(what: string, isDone?: boolean): Promise<boolean>;
}

export async function testSink(
  setup: { outlet?: ScriptedOutlet; key?: string; isRequired?: boolean; clock?: TestClock } = {},
): Promise<TestSink> {
  const { outlet = scriptedOutlet(), key, isRequired = true, clock = testClock() } = setup;
  const told: string[] = [];
  const opened: number[] = [];
  const events: SinkEvents = {
    onOpened: ({ seq }) => opened.push(seq),
    onDown: ({ reason }) => told.push(`down: ${reason}`),
    onBack: (lost) => told.push(`back: ${lost} lost`),
    onChange: (change) => told.push(change),
    onTorn: () => told.push("torn"),
    onLines: (outcome, count) => told.push(`${count} ${outcome}`),
  };
  const sink = new AuditSink({ outlet, key, isRequired, clock, events });
  await sink.start();
  const take = (what: string, isDone = false) =>
    sink.take(JSON.stringify({ time: "2026-01-01T00:00:00.000Z", what }), isDone);
  return { sink, outlet, clock, told, opened, take };
}

/** What the lines say, in their order; what is none, as it is. */
export function saidIn(text: string): unknown[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (linkOf(line) ? (JSON.parse(line).what ?? JSON.parse(line).event) : line));
}

/** A verdict on one file, in short: its findings by line, or how many lines hold. */
export async function verdictOn(path: string, key?: string, head?: string): Promise<string[] | number> {
  const verdict: Verdict = await verifyFiles([path], { key, head });
  return verdict.findings.length > 0
    ? verdict.findings.map(({ line, problem }) => `${line}: ${problem}`)
    : verdict.lines;
}
