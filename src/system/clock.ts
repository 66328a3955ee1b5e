/** Milliseconds since the epoch. */
export type WallClock = () => number;

/**
 * Time, as an argument. The rule: the wall clock stamps, the monotonic clock measures.
 *
 * The wall clock may be set back or jump ahead at any moment, so no age, wait or deadline goes by it. It stamps what
 * others read, and is compared with what others stamped: a JWT's `exp`, a service key's `expires`, a certificate's
 * dates, a date in Retry-After.
 *
 * The monotonic clock never goes back, but stands still while a Linux machine sleeps. Our own waits, cooldowns and
 * caches may sleep as well; what dies elsewhere meanwhile, as an auth token does at Amity, has its age from `ageOf`.
 */
export interface Clock {
  readonly now: WallClock;
  /** The monotonic clock. Milliseconds since a moment that means nothing. */
  readonly elapsed: () => number;
  /**
   * Runs something once, not before so many milliseconds have elapsed, and gives what calls it off. With `ref: false`
   * it does not keep the process alive.
   */
  readonly after: (ms: number, run: () => void, options?: { readonly ref: boolean }) => () => void;
}

/** The machine's clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, run, { ref } = { ref: true }) {
    const dueAt = systemClock.elapsed() + ms;
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number) => {
      timer = setTimeout(check, leftMs);
      if (!ref) timer.unref();
    };
    // Node counts from when its event loop last looked at the clock, so it may call too soon.
    const check = () => {
      const leftMs = dueAt - systemClock.elapsed();
      if (leftMs > 0) wait(leftMs);
      else run();
    };
    wait(ms);
    return () => clearTimeout(timer);
  },
};

/** The clocks that stand in the machine's place, and the machine's own for the rest. `now` alone stands for both. */
export function clockOf({ now, elapsed, after }: Partial<Clock>): Clock {
  return {
    now: now ?? systemClock.now,
    elapsed: elapsed ?? now ?? systemClock.elapsed,
    after: after ?? systemClock.after,
  };
}

/** One moment, by both clocks. */
export interface Moment {
  readonly now: number;
  readonly elapsed: number;
}

/** This moment. */
export function momentOf({ now, elapsed }: Clock): Moment {
  return { now: now(), elapsed: elapsed() };
}

/**
 * The age of what dies elsewhere, even while this machine sleeps: by whichever clock says more. When the wall clock has
 * only jumped, such a thing is given up too early, which costs little. Milliseconds.
 */
export function ageOf(since: Moment, { now, elapsed }: Clock): number {
  return Math.max(elapsed() - since.elapsed, now() - since.now);
}

const refreshShare = 0.8;

/** When a client should ask again: 80 % of the life, so that a slow or failed try leaves time for another. */
export function refreshTime(issuedAt: Date, expiresAt: Date): Date {
  return new Date(issuedAt.getTime() + refreshShare * (expiresAt.getTime() - issuedAt.getTime()));
}
