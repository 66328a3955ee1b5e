import type { RouteKind } from "../route-kind.js";
import type { RequestFault } from "./fault.js";

/** The faults in force. */
export class FaultList {
  readonly #first: readonly RequestFault[];
  #entries: { readonly fault: RequestFault; left: number }[] = [];

  constructor(faults: readonly RequestFault[]) {
    this.#first = faults;
    this.replace(faults);
  }

  /** Those that it began with, again. */
  reset(): void {
    this.replace(this.#first);
  }

  /** All that may still meet a request, each with the `times` that are left. */
  all(): RequestFault[] {
    return this.#entries
      .filter(({ left }) => left >= 1)
      .map(({ fault, left }) => (fault.times === undefined ? fault : { ...fault, times: left }));
  }

  /** Puts these in the place of all others, as if none of them had met a request yet. */
  replace(faults: readonly RequestFault[]): void {
    this.#entries = faults.map((fault) => ({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }));
  }

  /**
   * The faults that meet a request to a route of these kinds, each counted: from the front of the list up to the first
   * that decides the answer, for latency alone lets others follow.
   */
  take(kinds: readonly RouteKind[]): RequestFault[] {
    const taken: RequestFault[] = [];
    for (const entry of this.#entries) {
      const { route } = entry.fault;
      if (entry.left < 1 || (route !== "all" && !kinds.includes(route))) continue;
      entry.left -= 1;
      taken.push(entry.fault);
      if (entry.fault.kind !== "latency") break;
    }
    return taken;
  }
}
