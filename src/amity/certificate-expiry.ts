const dayMs = 24 * 60 * 60 * 1_000;

/** A certificate with fewer whole days left has to be renewed: the server's and ours alike. */
const soonDays = 30;
const verySoonDays = 7;

/** How near a certificate's end is. */
export interface Expiry {
  /** Whole days until then, negative afterwards. */
  readonly days: number;
  readonly urgency: "none" | "soon" | "very soon";
}

/** Both are milliseconds since the epoch. */
export function expiryOf(notAfter: number, now: number): Expiry {
  const days = Math.floor((notAfter - now) / dayMs);
  if (days >= soonDays) return { days, urgency: "none" };
  return { days, urgency: days >= verySoonDays ? "soon" : "very soon" };
}
