import type { Stats } from "node:fs";
import type { Unusable } from "../errors/reason-of.js";

/** How what an outlet holds already ends. */
export interface Found {
  /** The last lines of an audit that it holds, at most two, without their line ends. */
  readonly lines: readonly string[];
  /** What stands behind them and is no line. */
  readonly rest: Uint8Array;
  /** Is the last line end still to be written? */
  readonly isMidLine: boolean;
  /** Does it hold something, and nothing of an audit? */
  readonly isForeign: boolean;
}

/** What somebody did to it while it was open, in words that follow its name. */
export type Change = "is gone" | "is another file now" | "was cut off" | "is no longer locked";

/** Where a sink's lines go. Its promises may take for ever: a disk or a reader can hang. */
export interface Outlet {
  /** The variable that names it. */
  readonly name: "AUDIT_FILE" | "AUDIT_SOCKET";
  /** May what was written be gone when it is opened again? So it is of pipes and sockets. */
  readonly isStream: boolean;
  /** Opens it, also again. Throws NotOurs, and Unusable. */
  open(): Promise<Found>;
  /** All of the bytes. Throws WriteFailed. */
  write(bytes: Uint8Array): Promise<void>;
  /** Leaves a reader that takes nothing: what is being written to it fails. A disk cannot be left. */
  breakOff(): void;
  /** Looks after what is open; undefined when nobody changed it. */
  look(): Promise<Change | undefined>;
  /** Told when it breaks while nothing is written. */
  onBroken?: () => void;
  /** Lets go of it for good. */
  close(): Promise<void>;
}

/** Is what a name leads to now another than what was opened by it? */
export function isOther(now: Stats, opened: Stats): boolean {
  return now.ino !== opened.ino || now.dev !== opened.dev;
}

/** Lines could not be written, or not all of them. */
export class WriteFailed extends Error {
  constructor(
    override readonly cause: Unusable,
    /** Bytes that were; undefined: nobody knows. */
    readonly written: number | undefined,
  ) {
    super(cause.message);
  }
}

/** What no time and no repetition mends: a gateway must not start with it. */
export class NotOurs extends Error {
  /** `problem`: in words that follow the variable's name. */
  constructor(readonly problem: string) {
    super(problem);
  }
}
