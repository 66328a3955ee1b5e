import { setTimeout as sleep } from "node:timers/promises";
import { type Pattern } from "../log.js";
import type { World } from "../world.js";

/** Ends a fault. */
export type End = () => Promise<void> | void;

/** Something that goes wrong, and what the log must then say. */
export interface Fault {
  readonly name: string;
  begin(): Promise<End> | End;
  /** Undefined where nothing fails: whoever depends on it is served on. */
  readonly named?: Pattern;
}

/** Faults of one kind, of which one at a time is played. */
export interface Lane {
  /** Whose calls must go well between two faults. */
  readonly region?: "EU" | "SG" | "US";
  readonly faults: (world: World) => readonly Fault[];
}

/** How often a client that does harm does it again, until it is named. Milliseconds. */
const againMs = 1_000;

/** Does this again and again, for what a client meets may be another fault's doing. */
export function again(act: () => Promise<unknown>): () => End {
  return () => {
    let isOn = true;
    const go = async () => {
      // Whether it did what it was to do, the log will tell.
      for (; isOn; await sleep(againMs)) await act().catch(() => {});
    };
    void go();
    return () => {
      isOn = false;
    };
  };
}
