import type { AmityClient } from "../amity/client.js";
import { userKey } from "../amity/user-key.js";
import type { Asker } from "../caller/caller.js";
import { AppError } from "../errors/app-error.js";
import type { ErrorCode } from "../errors/codes.js";
import type { CancelSignal } from "../system/cancellation.js";
import { type Clock, type Moment, momentOf } from "../system/clock.js";
import type { Audit } from "../telemetry/audit.js";
import type { RequestRecord } from "../telemetry/request-record.js";
import { datedToken } from "./dated-token.js";
import { nothingShared, type SharedTokens, type SharedUser } from "./shared-tokens.js";
import { SingleFlight } from "./single-flight.js";
import type { TokenKey } from "./token.loader.js";
import type { Minted, StoreKey, TokenStore } from "./token.store.js";
import type { AuthToken } from "./token.type.js";

const outages: ReadonlySet<ErrorCode> = new Set(["UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT", "UPSTREAM_RATE_LIMITED"]);

export interface TokenServiceOptions {
  readonly amity: AmityClient;
  readonly store: TokenStore;
  /** Undefined: this process hands out what it minted itself. */
  readonly shared?: SharedTokens | undefined;
  readonly audit: Audit;
  readonly clock: Clock;
  /** Time for one root field. Milliseconds. */
  readonly timeoutMs: number;
  readonly onReuse: () => void;
}

/** A token, and whether somebody had it before. */
interface Obtained {
  readonly token: AuthToken;
  readonly isReused: boolean;
}

/** Issues auth tokens, each with its audit line. */
export class TokenService {
  readonly #flights: SingleFlight<Obtained>;
  readonly #shared: SharedTokens;

  /** Whoever joins another's mint has at least half of the time that its own would have. */
  constructor(private readonly options: TokenServiceOptions) {
    this.#flights = new SingleFlight(options.clock, options.timeoutMs / 2);
    this.#shared = options.shared ?? nothingShared;
    this.#shared.onForgotten((user) => this.#forgetHere(user));
  }

  /** A token for the user: minted, shared with an equal call under way, or, where that is on, handed out again. */
  issue(key: TokenKey, asker: Asker): Promise<AuthToken> {
    const { subject: by, record } = asker;
    const { requestId } = record;
    return this.options.audit.around({ operation: "authToken", by, ...key, requestId }, () => this.#issue(key, asker));
  }

  /** Lets nobody hand out a token of the user's that was asked for before now: neither this process nor others. */
  forget(user: SharedUser): void {
    this.#forgetHere(user);
    this.#shared.forget(user);
  }

  /** The same in this process. Undefined: everybody's. */
  #forgetHere(user: SharedUser | undefined): void {
    const { store } = this.options;
    if (user) store.forget(user);
    else store.forgetAll();
    const ending = user ? userKey(user) : "";
    this.#flights.forget((key) => key.endsWith(ending));
  }

  async #issue({ region, userId }: TokenKey, { subject, signal, record }: Asker): Promise<AuthToken> {
    const { amity, store, onReuse } = this.options;
    const reuse = (token: AuthToken) => {
      onReuse();
      record.reuse();
      return token;
    };
    const generation = (await amity.keyGeneration(region)) ?? "";
    const key = { region, generation, userId };
    const known = store.fresh(key);
    if (known) return reuse(known);
    let isOwn = false;
    const obtain = (shared: CancelSignal) => {
      isOwn = true;
      return this.#obtain(key, shared, record);
    };
    try {
      const flightKey = JSON.stringify([subject, generation]) + userKey({ region, userId });
      const flight = this.#flights.run(flightKey, signal, obtain);
      if (!isOwn) record.share();
      const { token, isReused } = await flight;
      return isReused ? reuse(token) : token;
    } catch (error) {
      const standIn = error instanceof AppError && outages.has(error.code) ? store.usable(key) : undefined;
      if (!standIn) throw error;
      return reuse(standIn);
    }
  }

  /**
   * Another process's token, or one of our own. Where it is kept was looked at before it was asked for, so whoever is
   * forgotten meanwhile stays forgotten.
   */
  async #obtain(key: StoreKey, signal: CancelSignal, record: RequestRecord): Promise<Obtained> {
    const { store, clock } = this.options;
    const { era } = store;
    const askedAt = momentOf(clock);
    const { found, keep } = await this.#shared.find(key);
    if (found) {
      store.put(key, { era, ...found });
      return { token: found.token, isReused: true };
    }
    const minted = await this.#mint(key, askedAt, signal, record);
    if (store.put(key, { era, ...minted })) keep(minted);
    return { token: minted.token, isReused: false };
  }

  /** The token's life is counted from before anything was asked, so it never seems to live longer than it does. */
  async #mint(
    { region, userId }: SharedUser,
    askedAt: Moment,
    signal: CancelSignal,
    record: RequestRecord,
  ): Promise<Omit<Minted, "era">> {
    const { amity, timeoutMs } = this.options;
    const limits = { deadline: askedAt.elapsed + timeoutMs, signal, record };
    const token = await amity.mintAuthToken(region, userId, limits);
    return { token: datedToken({ token, userId, region }, askedAt.now), askedAt };
  }
}
