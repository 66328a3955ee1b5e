import { AppError } from "../errors/app-error.js";

interface Flight<T> {
  readonly result: Promise<T>;
  readonly cancel: AbortController;
  waiters: number;
}

/**
 * Lets those who ask for the same thing at the same time share one piece of work. A waiter who goes away leaves the
 * others undisturbed; when the last one goes, the work is cancelled. Nothing is kept when it is done.
 */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  run(key: string, signal: AbortSignal | undefined, start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const flight = this.#flights.get(key) ?? this.#begin(key, start);
    flight.waiters++;
    return signal ? this.#waitFor(flight, signal) : flight.result;
  }

  #begin(key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const cancel = new AbortController();
    const result = start(cancel.signal).finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    const flight: Flight<T> = { result, cancel, waiters: 0 };
    this.#flights.set(key, flight);
    // Every waiter may have left by the time it fails.
    result.catch(() => {});
    cancel.signal.addEventListener("abort", () => this.#flights.delete(key), { once: true });
    return flight;
  }

  #waitFor(flight: Flight<T>, signal: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        flight.waiters--;
        if (flight.waiters === 0) flight.cancel.abort();
        reject(new AppError("CANCELLED"));
      };
      if (signal.aborted) return leave();
      signal.addEventListener("abort", leave, { once: true });
      flight.result.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
    });
  }
}
