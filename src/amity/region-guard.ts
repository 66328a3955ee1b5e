import { AppError } from "../errors/app-error.js";
import type { CancelSignal } from "../system/cancellation.js";
import type { Clock } from "../system/clock.js";
import type { RequestRecord, UpstreamAttempt } from "../telemetry/request-record.js";
import { Bulkhead } from "./bulkhead.js";
import { cancellable } from "./cancellable.js";
import { Circuit, type Passage, type RegionHealth, type Verdict } from "./circuit.js";
import { answerFailure, type Operation, transportFailure } from "./failures.js";
import { type UpstreamRequest, type UpstreamResponse } from "./http.js";
import { type FailedAttempt, isAnswerLost, isStaleConnection, retryDelayMs } from "./retry.js";
import { RetryBudget } from "./retry-budget.js";
import { TransportError } from "./transport-error.js";

/** How long, and for whom, a call may go on. */
export interface CallLimits {
  /** By the monotonic clock. Milliseconds. */
  readonly deadline: number;
  /** Nobody waits any more. */
  readonly signal?: CancelSignal | undefined;
  /** Of the request that it is made for; undefined: for none. */
  readonly record?: RequestRecord | undefined;
}

export interface Call extends CallLimits {
  readonly operation: Operation;
  /** Hears how each try of it ended, and whether Amity may have done what it was asked without telling. */
  readonly onAttempt?: (attempt: UpstreamAttempt, isAnswerLost: boolean) => void;
}

/** How one try must go. */
export type Terms = Pick<UpstreamRequest, "timeoutMs" | "freshConnection" | "signal">;

/** One try. Throws TransportError. */
export type Attempt = (terms: Terms) => Promise<UpstreamResponse>;

export interface GuardOptions {
  /** Milliseconds. */
  readonly attemptTimeoutMs: number;
  readonly clock: Clock;
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
  readonly #circuit: Circuit;
  readonly #bulkhead: Bulkhead;
  readonly #budget: RetryBudget;

  constructor(private readonly options: GuardOptions) {
    const { clock, onHealth } = options;
    this.#circuit = new Circuit(clock, onHealth);
    this.#bulkhead = new Bulkhead(clock);
    this.#budget = new RetryBudget(clock);
  }

  get health(): RegionHealth {
    return this.#circuit.health;
  }

  /** Amity's answer, always a 200. Throws AppError. */
  async run(call: Call, attempt: Attempt): Promise<UpstreamResponse> {
    const { clock, random, onRetry } = this.options;
    this.#budget.countCall();
    let freshConnection = false;
    for (let count = 1; ; count++) {
      const outcome = await this.#bulkhead.run(call, () => this.#tryOnce(call, attempt, freshConnection));
      if ("response" in outcome) return outcome.response;
      const { failed, error } = outcome;
      const remainingMs = call.deadline - clock.elapsed();
      const facts = { operation: call.operation, failed, attempt: count, remainingMs, random: random() };
      const delayMs = retryDelayMs(facts);
      if (delayMs === undefined || this.health !== "available") throw error;
      freshConnection = isStaleConnection(failed);
      // A stale connection is no sign of an outage, so it costs nothing of the budget.
      if (!freshConnection && !this.#budget.tryTake()) throw error;
      onRetry();
      if (delayMs > 0) await cancellable<void>(call.signal, (resolve) => clock.after(delayMs, resolve));
    }
  }

  /** Tells of no change of health any more. */
  stop(): void {
    this.#circuit.stop();
  }

  /**
   * One attempt behind the breaker. The circuit's trial has an attempt's whole time and goes on without its client: the
   * request is sent already, and clients in a hurry must not keep a healthy region out. It gives its slot back then,
   * since there is one such at most. It opens a connection of its own, for a kept one that turns out dead would prove
   * nothing.
   */
  async #tryOnce(call: Call, attempt: Attempt, freshConnection: boolean): Promise<Outcome> {
    const { attemptTimeoutMs, clock } = this.options;
    const { signal } = call;
    if (signal?.aborted) throw new AppError("CANCELLED");
    const timeoutMs = Math.min(attemptTimeoutMs, call.deadline - clock.elapsed());
    if (timeoutMs <= 0) throw new AppError("UPSTREAM_TIMEOUT", { reason: "no time left" });
    const passage = this.#circuit.enter();
    if (!passage.isTrial) return this.#pass(passage, call, () => attempt({ timeoutMs, freshConnection, signal }));
    const trial = this.#pass(passage, call, () => attempt({ timeoutMs: attemptTimeoutMs, freshConnection: true }));
    return cancellable(signal, (resolve, reject) => {
      trial.then(resolve, reject);
      return clock.after(timeoutMs, () => reject(new AppError("UPSTREAM_TIMEOUT", { reason: "timeout" })));
    });
  }

  /** Makes the attempt and tells the circuit what it says of the region. */
  async #pass(passage: Passage, call: Call, attempt: () => Promise<UpstreamResponse>): Promise<Outcome> {
    const { clock } = this.options;
    const startedAt = clock.elapsed();
    let verdict: Verdict = "nothing";
    try {
      const outcome = await this.#outcomeOf(call, attempt());
      verdict = verdictOf(outcome);
      const error = "error" in outcome ? outcome.error : undefined;
      const isLost = "failed" in outcome && isAnswerLost(outcome.failed);
      const ms = clock.elapsed() - startedAt;
      call.onAttempt?.({ outcome: error?.code ?? "OK", ms, why: error?.log }, isLost);
      return outcome;
    } finally {
      passage.end(verdict);
    }
  }

  async #outcomeOf({ operation }: Call, answer: Promise<UpstreamResponse>): Promise<Outcome> {
    try {
      const response = await answer;
      if (response.status === 200) return { response };
      const error = answerFailure(operation, response, this.options.clock.now());
      const { retryAfterSeconds } = error.details;
      return { failed: { status: response.status, code: error.code, retryAfterSeconds }, error };
    } catch (fault) {
      if (fault instanceof TransportError) return { failed: fault, error: transportFailure(fault) };
      throw fault;
    }
  }
}

type Outcome = { readonly response: UpstreamResponse } | { readonly failed: FailedAttempt; readonly error: AppError };

/**
 * Timeouts, broken exchanges and 5xx speak against the region; a refusal, a rate limit or an answer that is malformed
 * shows that it is there.
 */
function verdictOf(outcome: Outcome): Verdict {
  if ("response" in outcome) return "success";
  const { failed } = outcome;
  if ("status" in failed) return failed.code === "UPSTREAM_UNAVAILABLE" ? "failure" : "success";
  if (failed.fault === "cancelled" || failed.fault === "exhausted" || isStaleConnection(failed)) return "nothing";
  return failed.fault === "malformed" ? "success" : "failure";
}
