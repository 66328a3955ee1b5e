import type { Clock } from "../system/clock.js";
import { Late } from "../system/in-time.js";

/**
 * What the work gives, or Late after so many milliseconds. When this process stood still itself, its timers come before
 * its sockets: so an answer that is there already still counts.
 */
export function answerInTime<T>(work: Promise<T>, ms: number, clock: Pick<Clock, "after">): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => setImmediate(() => reject(new Late()));
    const callOff = clock.after(ms, giveUp, { ref: false });
    work.then(resolve, reject).finally(callOff);
  });
}
