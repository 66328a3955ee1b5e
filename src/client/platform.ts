/** The client's only contact with the machine's clocks, timers and network: an app or a test can put its own in. */
export interface Platform {
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since the epoch. May be wrong, and may jump. */
  readonly now: () => number;
  /** Milliseconds that only ever go forward. May stand still while the device sleeps. */
  readonly elapsed: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Looked up at each call, so that a polyfill or an interceptor that comes later is used too. */
export const systemPlatform: Platform = {
  fetch: (input, init) => globalThis.fetch(input, init),
  now: () => Date.now(),
  // Not every JavaScript engine outside browsers and Node has it.
  elapsed: () => globalThis.performance?.now() ?? Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
