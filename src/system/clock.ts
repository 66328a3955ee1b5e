/** The time, as an argument: milliseconds since the epoch. */
export type Clock = () => number;

/** The machine's clock. */
export const systemClock: Clock = () => Date.now();

const refreshShare = 0.8;

/** When a client should ask again: 80 % of the life, so that a slow or failed try leaves time for another. */
export function refreshTime(issuedAt: Date, expiresAt: Date): Date {
  return new Date(issuedAt.getTime() + refreshShare * (expiresAt.getTime() - issuedAt.getTime()));
}
