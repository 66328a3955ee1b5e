/** The client's only contact with the machine's clock, timers and network: an app or a test can put its own in. */
export interface Platform {
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Looked up at each call, so that a polyfill or an interceptor that comes later is used too. */
export const systemPlatform: Platform = {
  fetch: (input, init) => globalThis.fetch(input, init),
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
