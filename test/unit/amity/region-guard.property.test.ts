import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type UpstreamResponse } from "../../../src/amity/http.js";
import { RegionGuard, type Terms } from "../../../src/amity/region-guard.js";
import { TransportError } from "../../../src/amity/transport-error.js";
import { AppError } from "../../../src/errors/app-error.js";
import { testClock } from "../../support/clock.js";
import { type Deferred, deferred } from "../../support/deferred.js";
import { tries } from "../../support/properties.js";

/** How an attempt may end, and whether a session may be registered again after it. */
const endings = {
  "200": { again: false, end: { status: 200, headers: {}, text: "" } },
  "401": { again: false, end: { status: 401, headers: {}, text: "" } },
  "429": { again: true, end: { status: 429, headers: { "retry-after": "1" }, text: "" } },
  "500": { again: false, end: { status: 500, headers: {}, text: "" } },
  "503": { again: true, end: { status: 503, headers: {}, text: "" } },
  unconnected: { again: true, end: new TransportError("unreachable", "connect", false) },
  reset: { again: false, end: new TransportError("unreachable", "request", false) },
  stale: { again: true, end: new TransportError("unreachable", "request", true) },
  timeout: { again: false, end: new TransportError("timeout", "request", false) },
} as const;
type Ending = keyof typeof endings;

const wholeMs = 10_000;
const attemptMs = 5_000;

/** What may be done again, and what is done once. */
type Operation = "mintAuthToken" | "createSession";

interface Call {
  readonly operation: Operation;
  readonly deadline: number;
  readonly gone: AbortController;
  readonly attempts: Attempt[];
  outcome?: number | string;
}

interface Attempt extends Deferred<UpstreamResponse> {
  readonly call: Call;
  readonly terms: Terms;
  readonly isTrial: boolean;
  ending?: Ending;
}

type Step =
  | { readonly kind: "ask"; readonly times: number; readonly what: Operation; readonly gone: boolean }
  | { readonly kind: "end"; readonly times: number; readonly ending: Ending }
  | { readonly kind: "leave"; readonly place: number }
  | { readonly kind: "pass"; readonly ms: number };

const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("ask"),
      times: fc.integer({ min: 1, max: 40 }),
      what: fc.constantFrom("mintAuthToken", "createSession"),
      gone: fc.constantFrom(false, false, false, true),
    }),
    fc.record({
      kind: fc.constant("end"),
      times: fc.integer({ min: 1, max: 40 }),
      ending: fc.constantFrom(...(Object.keys(endings) as Ending[])),
    }),
    fc.record({ kind: fc.constant("leave"), place: fc.nat() }),
    fc.record({ kind: fc.constant("pass"), ms: fc.constantFrom(50, 100, 499, 1_000, 5_000) }),
  ) as fc.Arbitrary<Step>,
  { minLength: 10, maxLength: 40 },
);

/** A guard with its clients and its region, which notes each broken promise. */
class Scene {
  readonly clock = testClock();
  readonly calls: Call[] = [];
  readonly #open = new Set<Attempt>();
  readonly #seconds = { calls: [] as number[], retries: [] as number[] };
  readonly broken: string[] = [];
  readonly #guard: RegionGuard;
  #retried = 0;
  #shutUntil = 0;

  constructor() {
    const { clock } = this;
    this.#guard = new RegionGuard({
      attemptTimeoutMs: attemptMs,
      clock,
      random: () => 0.5,
      onRetry: () => {
        this.#retried++;
        this.#check(this.#guard.health === "available", "nothing is tried again in an outage");
      },
      onHealth: (health) => {
        if (health === "unavailable") this.#shutUntil = clock.elapsed() + 5_000;
      },
    });
  }

  ask(operation: Operation, isGone = false): Call {
    const { clock } = this;
    const gone = new AbortController();
    if (isGone) gone.abort();
    const call: Call = { operation, deadline: clock.elapsed() + wholeMs, gone, attempts: [] };
    this.calls.push(call);
    this.#seconds.calls.push(Math.floor(clock.elapsed() / 1_000));
    const told = { operation, deadline: call.deadline, signal: gone.signal };
    this.#guard
      .run(told, (terms) => this.#begin(call, terms))
      .then(
        ({ status }) => this.#settle(call, status),
        (error) => this.#settle(call, error instanceof AppError ? error.code : String(error)),
      );
    return call;
  }

  #begin(call: Call, terms: Terms): Attempt["promise"] {
    const isTrial = this.#guard.health === "degraded";
    const attempt: Attempt = { ...deferred(), call, terms, isTrial };
    const before = call.attempts.at(-1)?.ending;
    const leftMs = call.deadline - this.clock.elapsed();
    this.#check(terms.timeoutMs > 0 && terms.timeoutMs <= Math.min(attemptMs, leftMs), "an attempt has its time");
    this.#check(!call.gone.signal.aborted, "nothing begins for who has left");
    this.#check(call.attempts.length < 3, "three attempts are the most");
    this.#check(!before || call.operation === "mintAuthToken" || endings[before].again, "a session is registered once");
    this.#check(this.clock.elapsed() >= this.#shutUntil, "an open circuit lets nothing pass");
    this.#check(!isTrial || ![...this.#open].some((other) => other.isTrial), "one trial is made at a time");
    call.attempts.push(attempt);
    this.#open.add(attempt);
    terms.signal?.addEventListener("abort", () => {
      this.#open.delete(attempt);
      attempt.reject(new TransportError("cancelled", "request", false));
    });
    return attempt.promise;
  }

  async end(ending: Ending): Promise<void> {
    const [attempt] = this.#open;
    if (!attempt) return;
    this.#open.delete(attempt);
    const before = this.#retried;
    attempt.ending = ending;
    const { end } = endings[ending];
    if (end instanceof Error) attempt.reject(end);
    else attempt.resolve(end);
    await setImmediate();
    if (this.#retried > before && ending !== "stale") this.#countRetry();
  }

  #countRetry(): void {
    const second = Math.floor(this.clock.elapsed() / 1_000);
    this.#seconds.retries.push(second);
    const [calls, retries] = [this.#seconds.calls, this.#seconds.retries].map(
      (seconds) => seconds.filter((one) => one > second - 10).length,
    );
    this.#check((retries ?? 0) <= Math.max(3, (calls ?? 0) / 10), "retries keep to their budget");
  }

  #settle(call: Call, outcome: number | string): void {
    call.outcome = outcome;
    const last = call.attempts.at(-1)?.ending;
    const { aborted } = call.gone.signal;
    this.#check((outcome === "CANCELLED") === aborted, "CANCELLED is for who has left, and for nobody else");
    this.#check((outcome === 200) === (last === "200") || aborted, "an answer is the call's own");
  }

  #check(holds: boolean, promise: string): void {
    if (!holds) this.broken.push(promise);
  }

  checkNow(): void {
    // The trial of a circuit may go on without its client, beside the 64.
    this.#check(this.#open.size <= 65, "64 slots are all");
    const waiting = this.calls.filter(({ outcome }) => outcome === undefined);
    this.#check(!waiting.some(({ gone }) => gone.signal.aborted), "who leaves is let go at once");
  }

  /** The region answers again, and everybody goes home. */
  async recover(): Promise<void> {
    while (this.calls.some(({ outcome }) => outcome === undefined)) {
      while (this.#open.size > 0) await this.end("200");
      this.clock.advance(1_000);
      await setImmediate();
    }
    while (this.#open.size > 0) await this.end("200");
    this.clock.advance(5_000);
    const last = this.ask("createSession");
    await setImmediate();
    await this.end("200");
    this.#check(last.outcome === 200, "a region that answers again is used again");
    this.#guard.stop();
    this.#check(this.clock.pending() === 0, "no timer is left");
  }
}

async function play(all: readonly Step[]): Promise<void> {
  const scene = new Scene();
  for (const step of all) {
    if (step.kind === "ask") for (let i = 0; i < step.times; i++) scene.ask(step.what, step.gone);
    if (step.kind === "end") for (let i = 0; i < step.times; i++) await scene.end(step.ending);
    const waiting = scene.calls.filter(({ outcome }) => outcome === undefined);
    if (step.kind === "leave") waiting[step.place % waiting.length]?.gone.abort();
    if (step.kind === "pass") scene.clock.advance(step.ms);
    await setImmediate();
    scene.checkNow();
    expect(scene.broken).toEqual([]);
  }
  await scene.recover();
  expect(scene.broken).toEqual([]);
}

describe("a region's guard", () => {
  test("keeps its promises whatever its clients and its region do", async () => {
    await fc.assert(fc.asyncProperty(steps, play), tries(100));
  });
});
