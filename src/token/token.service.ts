import { authTokenLifeMs } from "../amity/auth-token-life.js";
import type { AmityClient } from "../amity/client.js";
import type { Asker } from "../caller/caller.js";
import { AppError } from "../errors/app-error.js";
import type { ErrorCode } from "../errors/codes.js";
import type { CancelSignal } from "../system/cancellation.js";
import { type Clock, momentOf, refreshTime } from "../system/clock.js";
import type { Audit } from "../telemetry/audit.js";
import type { RequestRecord } from "../telemetry/request-record.js";
import { SingleFlight } from "./single-flight.js";
import type { TokenKey } from "./token.loader.js";
import type { Minted, TokenStore } from "./token.store.js";
import type { AuthToken } from "./token.type.js";

const outages: ReadonlySet<ErrorCode> = new Set(["UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT", "UPSTREAM_RATE_LIMITED"]);

export interface TokenServiceOptions {
  readonly amity: AmityClient;
  readonly store: TokenStore;
  readonly audit: Audit;
  readonly clock: Clock;
  /** Time for one root field. Milliseconds. */
  readonly timeoutMs: number;
  readonly onReuse: () => void;
}

/** Issues auth tokens, each with its audit line. */
export class TokenService {
  readonly #flights: SingleFlight<Minted>;

  /** Whoever joins another's mint has at least half of the time that its own would have. */
  constructor(private readonly options: TokenServiceOptions) {
    this.#flights = new SingleFlight(options.clock, options.timeoutMs / 2);
  }

  /** A token for the user: minted, shared with an equal call under way, or, where that is on, handed out again. */
  issue(key: TokenKey, asker: Asker): Promise<AuthToken> {
    const { subject: by, record } = asker;
    const { requestId } = record;
    return this.options.audit.around({ operation: "authToken", by, ...key, requestId }, () => this.#issue(key, asker));
  }

  /** Hands out no token of the user's that was asked for before now, from the store or shared. */
  forget(user: Pick<TokenKey, "region" | "userId">): void {
    this.options.store.forget(user);
    const ending = flightEnding(user);
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
    const mint = (shared: CancelSignal) => {
      isOwn = true;
      return this.#mint({ region, userId }, shared, record);
    };
    try {
      const flightKey = JSON.stringify([subject, generation]) + flightEnding({ region, userId });
      const flight = this.#flights.run(flightKey, signal, mint);
      if (!isOwn) record.share();
      const minted = await flight;
      store.put(key, minted);
      return minted.token;
    } catch (error) {
      const standIn = error instanceof AppError && outages.has(error.code) ? store.usable(key) : undefined;
      if (!standIn) throw error;
      return reuse(standIn);
    }
  }

  /** The token's life is counted from before the call, so it never seems to live longer than it does. */
  async #mint({ region, userId }: TokenKey, signal: CancelSignal, record: RequestRecord): Promise<Minted> {
    const { amity, store, clock, timeoutMs } = this.options;
    const { era } = store;
    const askedAt = momentOf(clock);
    const limits = { deadline: askedAt.elapsed + timeoutMs, signal, record };
    const token = await amity.mintAuthToken(region, userId, limits);
    const issuedAt = new Date(askedAt.now);
    const expiresAt = new Date(askedAt.now + authTokenLifeMs);
    const refreshAfter = refreshTime(issuedAt, expiresAt);
    return { token: { token, userId, region, issuedAt, expiresAt, refreshAfter }, askedAt, era };
  }
}

/** JSON marks where it begins, so nobody's is the ending of another's. */
function flightEnding({ region, userId }: TokenKey): string {
  return JSON.stringify([region, userId]);
}
