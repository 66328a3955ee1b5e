/** Randomness, as an argument: from 0 to 1. For jitter, never for secrets. */
export type Random = () => number;

/** The machine's own. */
export const systemRandom: Random = () => Math.random();
