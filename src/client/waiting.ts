import { cancelled } from "./errors.js";

export interface Limits {
  /** When one of them aborts, the wait is CANCELLED. */
  readonly signals?: readonly AbortSignal[];
  /** When it is over, the wait ends with this error. */
  readonly timeout?: { readonly ms: number; readonly error: () => Error };
}

/** What the promise gives, unless a limit ends the wait before; the work behind the promise goes on. */
export async function within<T>({ signals = [], timeout }: Limits, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let leave = () => {};
  const over = new Promise<never>((_resolve, reject) => {
    leave = () => reject(cancelled());
    if (timeout) timer = setTimeout(() => reject(timeout.error()), timeout.ms);
  });
  for (const signal of signals) {
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave);
  }
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener("abort", leave);
  }
}
