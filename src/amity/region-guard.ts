import { setTimeout as sleep } from "node:timers/promises";
import { BrokenCircuitError, bulkhead, CircuitState, circuitBreaker, handleAll, SamplingBreaker } from "cockatiel";
import { AppError } from "../errors/app-error.js";
import type { Clock } from "../system/clock.js";
import { answerFailure, type Operation, transportFailure } from "./failures.js";
import { TransportError, type UpstreamResponse } from "./http.js";
import { type CallKind, type FailedAttempt, isStaleConnection, retryDelayMs } from "./retry.js";
import { RetryBudget } from "./retry-budget.js";

const concurrentCalls = 64;
const queuedCalls = 128;
const queueWaitMs = 500;
/** The circuit opens when more than half of at least 20 calls in ten seconds failed; it is tried again after five. */
const breakerOptions = { threshold: 0.5, duration: 10_000, minimumRps: 2 };
const halfOpenAfterMs = 5_000;

export type RegionHealth = "available" | "degraded" | "unavailable";

export interface Call {
  readonly operation: Operation;
  readonly kind: CallKind;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
}

/** One try, within `timeoutMs`. Throws TransportError. */
export type Attempt = (timeoutMs: number, freshConnection: boolean) => Promise<UpstreamResponse>;

export interface GuardOptions {
  readonly attemptTimeoutMs: number;
  readonly now: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Hears of each retry and of each change of the region's health. */
  readonly onRetry: () => void;
  readonly onHealth: (health: RegionHealth) => void;
}

/**
 * Stands between one region's calls and its network: retries within a budget, each attempt in a bulkhead, behind a
 * circuit breaker. Every region has its own, so one's outage takes nothing from another.
 */
export class RegionGuard {
  readonly #breaker = circuitBreaker(handleAll, {
    breaker: new SamplingBreaker(breakerOptions),
    halfOpenAfter: halfOpenAfterMs,
  });
  readonly #bulkhead = bulkhead(concurrentCalls, queuedCalls);
  readonly #budget: RetryBudget;

  constructor(private readonly options: GuardOptions) {
    this.#budget = new RetryBudget(options.now);
    this.#breaker.onStateChange(() => options.onHealth(this.health));
  }

  get health(): RegionHealth {
    const { state } = this.#breaker;
    if (state === CircuitState.Closed) return "available";
    return state === CircuitState.HalfOpen ? "degraded" : "unavailable";
  }

  /** Amity's answer, 200 or another that is no fault of the network. Throws AppError. */
  async run(call: Call, attempt: Attempt): Promise<UpstreamResponse> {
    const { now, random, onRetry } = this.options;
    this.#budget.countCall();
    let freshConnection = false;
    for (let count = 1; ; count++) {
      const outcome = await this.#inBulkhead(call, () => this.#tryOnce(call, attempt, freshConnection));
      if ("response" in outcome) return outcome.response;
      const { failed, error } = outcome;
      const remainingMs = call.deadline - now();
      const delayMs = retryDelayMs({ kind: call.kind, failed, attempt: count, remainingMs, random: random() });
      if (delayMs === undefined || this.health !== "available") throw error;
      // A stale connection is no sign of an outage, so it costs nothing of the budget.
      if (!isStaleConnection(failed) && !this.#budget.tryTake()) throw error;
      onRetry();
      freshConnection = isStaleConnection(failed);
      if (delayMs > 0) await this.#wait(delayMs, call.signal);
    }
  }

  /** Waits for a free place, half a second at most. */
  async #inBulkhead<T>({ signal }: Call, run: () => Promise<T>): Promise<T> {
    if (this.#bulkhead.executionSlots > 0) return this.#bulkhead.execute(run);
    if (this.#bulkhead.queueSlots <= 0) throw new AppError("OVERLOADED");
    const queue = new AbortController();
    const timer = setTimeout(() => queue.abort(), queueWaitMs);
    const left = new Promise<never>((_resolve, reject) => {
      const leave = () => reject(new AppError(signal?.aborted ? "CANCELLED" : "OVERLOADED"));
      queue.signal.addEventListener("abort", leave, { once: true });
      signal?.addEventListener("abort", () => queue.abort(), { once: true });
    });
    const started = this.#bulkhead.execute(() => {
      clearTimeout(timer);
      return run();
    }, queue.signal);
    return Promise.race([started, left]);
  }

  /** One attempt behind the breaker. Only faults of the network or of Amity count against the region. */
  async #tryOnce(call: Call, attempt: Attempt, freshConnection: boolean): Promise<Outcome> {
    const { attemptTimeoutMs, now } = this.options;
    const timeoutMs = Math.min(attemptTimeoutMs, call.deadline - now());
    if (timeoutMs <= 0) throw new AppError("UPSTREAM_TIMEOUT");
    // While one call tries whether the region is back, the others need not wait for it.
    if (this.health === "degraded") throw circuitOpen();
    try {
      return await this.#breaker.execute(async () => {
        const outcome = await this.#outcomeOf(call, attempt(timeoutMs, freshConnection));
        if (countsAgainstRegion(outcome)) throw new CountedFailure(outcome);
        return outcome;
      });
    } catch (error) {
      if (error instanceof CountedFailure) return error.outcome;
      throw error instanceof BrokenCircuitError ? circuitOpen() : error;
    }
  }

  async #outcomeOf({ operation }: Call, answer: Promise<UpstreamResponse>): Promise<Outcome> {
    try {
      const response = await answer;
      if (response.status === 200) return { response };
      const error = answerFailure(operation, response, this.options.now());
      const { retryAfterSeconds } = error.details;
      return { failed: { status: response.status, code: error.code, retryAfterSeconds }, error };
    } catch (fault) {
      if (fault instanceof TransportError) return { failed: fault, error: transportFailure(fault) };
      throw fault;
    }
  }

  async #wait(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await sleep(delayMs, undefined, { ...(signal && { signal }) });
    } catch {
      throw new AppError("CANCELLED");
    }
  }
}

type Outcome = { readonly response: UpstreamResponse } | { readonly failed: FailedAttempt; readonly error: AppError };

/** Carries a failure through the breaker, so that it is counted. */
class CountedFailure extends Error {
  constructor(readonly outcome: Outcome) {
    super("counted");
  }
}

/** Timeouts, broken exchanges and 5xx; not a refusal, a rate limit or a stale connection. */
function countsAgainstRegion(outcome: Outcome): boolean {
  if ("response" in outcome) return false;
  const { failed } = outcome;
  if ("status" in failed) return failed.code === "UPSTREAM_UNAVAILABLE";
  return failed.fault !== "cancelled" && failed.fault !== "malformed" && !isStaleConnection(failed);
}

function circuitOpen(): AppError {
  return new AppError("UPSTREAM_UNAVAILABLE", { retryAfterSeconds: halfOpenAfterMs / 1_000 });
}
