import { AppError } from "../errors/app-error.js";
import type { Clock } from "../system/clock.js";
import { RecentCounts } from "./recent-counts.js";

/** A circuit opens when more than half of at least so many calls in ten seconds failed. */
const leastCalls = 20;
const failedShare = 0.5;
const openMs = 5_000;
/** A trial is over soon. Seconds. */
const retryDuringTrial = 1;

/** `degraded`: it failed, and may be tried again; the next call decides. */
export type RegionHealth = "available" | "degraded" | "unavailable";

/** What a call says of the region. A call that was cancelled, for one, says `nothing`. */
export type Verdict = "success" | "failure" | "nothing";

/** Leave to make one call, whose verdict must be told. */
export interface Passage {
  /** This call alone decides whether the circuit closes. */
  readonly isTrial: boolean;
  end(verdict: Verdict): void;
}

interface Closed {
  readonly name: "closed";
  readonly recent: RecentCounts<"calls" | "failures">;
}

type State = Closed | { readonly name: "open"; readonly until: number } | { readonly name: "trial" };

/**
 * Keeps calls away from a region that fails: closed, open for five seconds, then one call as a trial that closes or
 * opens it again. It needs no traffic to become `degraded`, and calls nobody by itself. A verdict counts for the state
 * in which its call began: what comes in late says nothing about the region as it is.
 * What it shuts opens again by itself: a region's circuit.
 *
 * Our own, since ready-made ones read the wall clock, take a cancelled call for a success, and stay open without
 * traffic.
 */
export class Circuit {
  #state: State;
  #told: RegionHealth = "available";
  #cancelTimer = () => {};

  /** `onHealth` hears of each change of health when it happens. */
  constructor(
    private readonly clock: Clock,
    private readonly onHealth: (health: RegionHealth) => void,
  ) {
    this.#state = this.#closed();
  }

  get health(): RegionHealth {
    if (this.#state.name === "closed") return "available";
    return this.#refusesForMs > 0 ? "unavailable" : "degraded";
  }

  /** Lets one call pass. Throws UPSTREAM_UNAVAILABLE, with the time to stay away, when none may. */
  enter(): Passage {
    if (this.#refusesForMs > 0) throw refused(Math.ceil(this.#refusesForMs / 1_000));
    if (this.#state.name === "trial") throw refused(retryDuringTrial);
    const state: State = this.#state.name === "closed" ? this.#state : { name: "trial" };
    this.#become(state);
    return {
      isTrial: state.name === "trial",
      end: (verdict) => {
        if (this.#state === state) this.#judge(state, verdict);
      },
    };
  }

  /** Tells of no change any more. */
  stop(): void {
    this.#cancelTimer();
  }

  /** How long no call may pass. Milliseconds. */
  get #refusesForMs(): number {
    return this.#state.name === "open" ? this.#state.until - this.clock.elapsed() : 0;
  }

  #judge(state: State, verdict: Verdict): void {
    if (state.name === "closed") this.#count(state, verdict);
    else if (verdict === "success") this.#become(this.#closed());
    // A trial that proved nothing must not close the circuit.
    else this.#open();
  }

  #count({ recent }: Closed, verdict: Verdict): void {
    if (verdict === "nothing") return;
    recent.add("calls");
    if (verdict === "success") return;
    recent.add("failures");
    const calls = recent.sum("calls");
    if (calls >= leastCalls && recent.sum("failures") > failedShare * calls) this.#open();
  }

  #closed(): Closed {
    return { name: "closed", recent: new RecentCounts(this.clock, { calls: 0, failures: 0 }) };
  }

  #open(): void {
    this.#become({ name: "open", until: this.clock.elapsed() + openMs });
    this.#cancelTimer = this.clock.after(openMs, () => this.#tell(), { ref: false });
  }

  #become(state: State): void {
    this.#state = state;
    this.#tell();
  }

  #tell(): void {
    const { health } = this;
    if (health === this.#told) return;
    this.#told = health;
    this.onHealth(health);
  }
}

function refused(retryAfterSeconds: number): AppError {
  return new AppError("UPSTREAM_UNAVAILABLE", { reason: "circuit open", retryAfterSeconds });
}
