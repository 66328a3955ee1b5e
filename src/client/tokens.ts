import { type Ages, createAges } from "./ages.js";
import { AmityAuthError, cancelled } from "./errors.js";
import type { RegionCode } from "./generated/operations.js";
import type { AuthToken } from "./operations.js";
import type { Platform } from "./platform.js";
import type { Answer } from "./request.js";
import { within } from "./waiting.js";

/** Everything that makes one token differ from another. */
export interface Question {
  /** The Authorization header. */
  readonly credential: string | undefined;
  readonly userId: string | undefined;
  readonly region: RegionCode | undefined;
}

/** A request, and afterwards its token. */
interface Entry {
  readonly credential: string | undefined;
  readonly sentAt: ReturnType<Ages["moment"]>;
  readonly result: Promise<AuthToken>;
  readonly cancel: AbortController;
  callers: number;
  /** Undefined while the request is under way. */
  reuseMs: number | undefined;
}

type Times = Pick<AuthToken, "issuedAt" | "expiresAt" | "refreshAfter">;

export interface TokensOptions extends Pick<Platform, "now" | "elapsed"> {
  readonly request: (question: Question, cancel: AbortController) => Promise<Answer<AuthToken>>;
}

export interface Wish {
  /** Any of them ends this caller's wait, and nobody else's. */
  readonly signals: readonly AbortSignal[];
  readonly forceRefresh: boolean;
  /** A token that nobody else has had or will get. */
  readonly alone: boolean;
}

export interface Tokens {
  get(question: Question, wish: Wish): Promise<AuthToken>;
  clear(): void;
}

/** Lets equal questions share one request while it is under way, and its token until that should be refreshed. */
export function createTokens({ request, ...clocks }: TokensOptions): Tokens {
  const ages = createAges(clocks);
  const entries = new Map<string, Entry>();

  /** A token whose credential is no longer in use may be a former user's, so it goes with the stale ones. */
  function sweep(credential: string | undefined): void {
    for (const [key, { reuseMs, sentAt, credential: asked }] of entries) {
      if (reuseMs === undefined) continue;
      if (asked !== credential || ages.hasPassed(reuseMs, sentAt)) entries.delete(key);
    }
  }

  function begin(question: Question): Entry {
    const cancel = new AbortController();
    const sentAt = ages.moment();
    const result = request(question, cancel).then((answer) => {
      if (ages.isPast(answer, sentAt)) throw stale(answer);
      entry.reuseMs = reuseMs(sentAt.now, answer.result);
      return answer.result;
    });
    const { credential } = question;
    const entry: Entry = { credential, sentAt, result, cancel, callers: 0, reuseMs: undefined };
    return entry;
  }

  /** Without a caller who waits, or after a failure, a request is of no use. */
  function leave(key: string, entry: Entry): void {
    entry.callers--;
    if (entry.callers > 0 || entry.reuseMs !== undefined) return;
    entry.cancel.abort();
    if (entries.get(key) === entry) entries.delete(key);
  }

  return {
    async get(question, { signals, forceRefresh, alone }) {
      if (signals.some(({ aborted }) => aborted)) throw cancelled();
      sweep(question.credential);
      const key = JSON.stringify([question.credential, question.userId, question.region]);
      const known = entries.get(key);
      // Forced or not, a request under way brings a token as new as any.
      const isOld = forceRefresh && known?.reuseMs !== undefined;
      const entry = known && !isOld && !alone ? known : begin(question);
      if (!alone) entries.set(key, entry);
      entry.callers++;
      try {
        return await within({ signals }, entry.result);
      } finally {
        leave(key, entry);
      }
    },
    clear: () => entries.clear(),
  };
}

/** The cache may be left behind on another try, or its entry may end. */
function stale({ requestId }: Answer<AuthToken>): AmityAuthError {
  const message = "BAD_RESPONSE: a cache gave an old answer of the gateway's, whose token is dead";
  return new AmityAuthError("BAD_RESPONSE", message, { retryable: true, requestId });
}

/**
 * For how long a token or a session need not be asked for again. The device's clock may be hours off, so the gateway's
 * times are not compared with it: the time from `issuedAt` to `refreshAfter` counts from before the request was sent.
 * Only an age that a token can have is believed and taken off, for the gateway may hand out one that it got some
 * minutes ago. A clock that is a little fast makes the token seem older than it is, which costs a request and harms
 * nothing.
 */
export function reuseMs(sentAt: number, { issuedAt, expiresAt, refreshAfter }: Times): number {
  const issued = Date.parse(issuedAt);
  const age = sentAt - issued;
  const isBelievable = age > 0 && age < Date.parse(expiresAt) - issued;
  return Date.parse(refreshAfter) - issued - (isBelievable ? age : 0);
}
