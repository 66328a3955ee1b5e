import { Unusable } from "../errors/reason-of.js";
import type { Clock } from "./clock.js";

/** The time that work was given is over. */
export class Late extends Unusable {
  constructor() {
    super("timeout");
  }
}

/** What the work gives, or Late after so many milliseconds. The work cannot be stopped, so it is left behind. */
export async function inTime<T>(work: Promise<T>, ms: number, clock: Pick<Clock, "after">): Promise<T> {
  let callOff = () => {};
  const late = new Promise<never>((_resolve, reject) => {
    callOff = clock.after(ms, () => reject(new Late()));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    callOff();
  }
}
