import { AppError } from "../errors/app-error.js";
import { Cancellation, type CancelSignal } from "../system/cancellation.js";
import type { Clock } from "../system/clock.js";

interface Flight<T> {
  readonly result: Promise<T>;
  /** Nobody waits any more. */
  readonly cancel: () => void;
  /** By the monotonic clock. Milliseconds. */
  readonly startedAt: number;
  waiters: number;
}

/**
 * Lets those who ask for the same thing at the same time share one piece of work. A waiter who goes away leaves the
 * others undisturbed; when the last one goes, the work is cancelled. Nothing is kept when it is done.
 */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /** Work older than `joinableMs` is joined by nobody: it has too little time left. Who comes then begins anew. */
  constructor(
    private readonly clock: Clock,
    private readonly joinableMs: number,
  ) {}

  run(key: string, signal: CancelSignal | undefined, start: (signal: CancelSignal) => Promise<T>): Promise<T> {
    const flight = this.#joinable(key) ?? this.#begin(key, start);
    flight.waiters++;
    return signal ? this.#waitFor(flight, signal) : flight.result;
  }

  /** Lets nobody join the work of these keys any more that is under way. Whoever waits for it goes on. */
  forget(isMeant: (key: string) => boolean): void {
    for (const key of [...this.#flights.keys()]) if (isMeant(key)) this.#flights.delete(key);
  }

  #joinable(key: string): Flight<T> | undefined {
    const flight = this.#flights.get(key);
    return flight && this.clock.elapsed() - flight.startedAt < this.joinableMs ? flight : undefined;
  }

  #begin(key: string, start: (signal: CancelSignal) => Promise<T>): Flight<T> {
    const gone = new Cancellation();
    // Its successor may stand in its place.
    const forget = () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    const cancel = () => {
      forget();
      gone.abort();
    };
    const startedAt = this.clock.elapsed();
    const result = start(gone);
    // Every waiter may have left by the time it fails.
    result.then(forget, forget);
    const flight: Flight<T> = { result, cancel, startedAt, waiters: 0 };
    this.#flights.set(key, flight);
    return flight;
  }

  #waitFor(flight: Flight<T>, signal: CancelSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        flight.waiters--;
        if (flight.waiters === 0) flight.cancel();
        reject(new AppError("CANCELLED"));
      };
      if (signal.aborted) return leave();
      signal.addEventListener("abort", leave, { once: true });
      const stay = () => signal.removeEventListener("abort", leave);
      flight.result.then(stay, stay);
      flight.result.then(resolve, reject);
    });
  }
}
