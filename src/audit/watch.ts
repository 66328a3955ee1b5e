import type { Change, Outlet } from "./outlet.js";
import type { Timers } from "./timers.js";

/** Somebody may do something to what is open: it is looked at so often. Milliseconds. */
const lookMs = 1_000;

/** Looks after an outlet until the timers are called off, and tells of what has changed. */
export function watchOutlet(outlet: Outlet, timers: Timers, onChange: (change: Change) => void): void {
  timers.after(lookMs, async () => {
    const change = await outlet.look();
    if (change) onChange(change);
    watchOutlet(outlet, timers, onChange);
  });
}
