import { describe, expect, test } from "@jest/globals";
import fc, { type Scheduler } from "fast-check";
import { AppError } from "../../../src/errors/app-error.js";
import type { CancelSignal } from "../../../src/system/cancellation.js";
import { SingleFlight } from "../../../src/token/single-flight.js";
import { testClock } from "../../support/clock.js";
import { tries } from "../../support/properties.js";

const joinableMs = 1_000;

/** Somebody who asks, and perhaps goes away: before it is answered, after, or even before asking. */
interface Asker {
  readonly key: string;
  /** Time that goes by somewhere among all this. Milliseconds. */
  readonly ms: number;
  readonly signal: "none" | "stays" | "leaves";
}

/** How one piece of work ends. Cancelled, what obeys fails at once, and what does not ends as if nothing were. */
interface Ending {
  readonly obeys: boolean;
  readonly fails: boolean;
}

/** One piece of work that was started, and what should become of it. */
interface Flight extends Ending {
  readonly name: string;
  readonly key: string;
  readonly signal: CancelSignal;
  readonly startedAt: number;
  readonly aboard: Set<number>;
  state: "under way" | "ended" | "cancelled";
}

/** What a single flight should do, in step with what it does: one event at a time, and all that follows from it. */
class Rehearsal {
  readonly #clock = testClock();
  readonly #flights = new SingleFlight<string>(this.#clock, joinableMs);
  readonly #started: Flight[] = [];
  readonly #answers = new Map<number, string>();
  readonly #expected = new Map<number, string>();
  readonly #problems: string[] = [];

  constructor(
    private readonly scheduler: Scheduler,
    private readonly endings: readonly Ending[],
  ) {}

  /** The flight that an asker joins: the last one of its key, while it is young and under way. */
  #joinable(key: string): Flight | undefined {
    const flight = this.#started.findLast((one) => one.key === key);
    const isYoung = flight !== undefined && this.#clock.elapsed() - flight.startedAt < joinableMs;
    return isYoung && flight.state === "under way" ? flight : undefined;
  }

  pass(ms: number): void {
    this.#clock.advance(ms);
  }

  #start(key: string, signal: CancelSignal): Promise<string> {
    const name = `flight ${this.#started.length}`;
    const ending = this.endings[this.#started.length % this.endings.length] ?? { obeys: true, fails: false };
    if (this.#joinable(key)) this.#problems.push(`${name} was started beside another`);
    const startedAt = this.#clock.elapsed();
    const flight: Flight = { ...ending, name, key, signal, startedAt, aboard: new Set(), state: "under way" };
    this.#started.push(flight);
    return new Promise((resolve, reject) => {
      if (flight.obeys) signal.addEventListener("abort", () => reject(new Error(`${name} was cancelled`)));
      void this.scheduler.schedule(Promise.resolve(), `the end of ${name}`).then(() => {
        if (flight.fails) reject(new Error(name));
        else resolve(name);
        this.#end(flight);
      });
    });
  }

  #end(flight: Flight): void {
    if (flight.state === "under way") flight.state = "ended";
    for (const id of flight.aboard) this.#expected.set(id, flight.fails ? `Error: ${flight.name}` : flight.name);
  }

  join(id: number, key: string, signal: CancelSignal | undefined): void {
    const answer = this.#flights.run(key, signal, (cancelled) => this.#start(key, cancelled));
    answer.then(
      (value) => this.#answers.set(id, value),
      (error) => this.#answers.set(id, error instanceof AppError ? error.code : String(error)),
    );
    const flight = this.#joinable(key);
    if (!flight) this.#problems.push(`nothing was started for ${id}`);
    flight?.aboard.add(id);
    if (signal?.aborted) this.leave(id);
  }

  leave(id: number): void {
    const flight = this.#started.find(({ aboard, state }) => aboard.has(id) && state === "under way");
    if (!flight) return;
    flight.aboard.delete(id);
    this.#expected.set(id, "CANCELLED");
    if (flight.aboard.size === 0) flight.state = "cancelled";
  }

  /** Is what happened so far what should have? */
  check(): void {
    expect(this.#problems).toEqual([]);
    expect(Object.fromEntries(this.#answers)).toEqual(Object.fromEntries(this.#expected));
    for (const { name, signal, state } of this.#started) {
      expect([name, signal.aborted]).toEqual([name, state === "cancelled"]);
    }
  }
}

const askers = fc.array(
  fc.record<Asker>({
    key: fc.constantFrom("a", "b"),
    ms: fc.constantFrom(0, 0, 1, joinableMs - 1, joinableMs),
    signal: fc.constantFrom("none", "stays", "leaves", "leaves"),
  }),
  { minLength: 1, maxLength: 8 },
);
const endings = fc.array(fc.record<Ending>({ obeys: fc.boolean(), fails: fc.boolean() }), {
  minLength: 1,
  maxLength: 8,
});

async function rehearse(scheduler: Scheduler, who: readonly Asker[], ends: readonly Ending[]): Promise<void> {
  const rehearsal = new Rehearsal(scheduler, ends);
  for (const [id, { key, ms, signal }] of who.entries()) {
    const gone = new AbortController();
    const join = () => rehearsal.join(id, key, signal === "none" ? undefined : gone.signal);
    const leave = () => {
      gone.abort();
      rehearsal.leave(id);
    };
    void scheduler.schedule(Promise.resolve(), `${id} asks`).then(join);
    void scheduler.schedule(Promise.resolve(), `${ms} ms pass`).then(() => rehearsal.pass(ms));
    if (signal === "leaves") void scheduler.schedule(Promise.resolve(), `${id} leaves`).then(leave);
  }
  await scheduler.waitIdle(async (event) => {
    await event();
    await new Promise((resolve) => setImmediate(resolve));
    rehearsal.check();
  });
}

describe("a single flight", () => {
  test("keeps its word however askers come and go", async () => {
    await fc.assert(fc.asyncProperty(fc.scheduler(), askers, endings, rehearse), tries(300));
  });
});
