import { cancelled } from "./errors.js";
import type { AuthToken, Question } from "./request.js";
import { within } from "./waiting.js";

/** A request, and afterwards its token. */
interface Entry {
  readonly credential: string | undefined;
  readonly sentAt: number;
  readonly result: Promise<AuthToken>;
  readonly cancel: AbortController;
  callers: number;
  /** Undefined while the request is under way. */
  reuseUntil: number | undefined;
}

export interface TokensOptions {
  readonly now: () => number;
  readonly request: (question: Question, cancel: AbortController) => Promise<AuthToken>;
}

export interface Wish {
  /** Any of them ends this caller's wait, and nobody else's. */
  readonly signals: readonly AbortSignal[];
  readonly forceRefresh: boolean;
}

export interface Tokens {
  get(question: Question, wish: Wish): Promise<AuthToken>;
  clear(): void;
}

/** Lets equal questions share one request while it is under way, and its token until that should be refreshed. */
export function createTokens({ now, request }: TokensOptions): Tokens {
  const entries = new Map<string, Entry>();

  /** A token whose credential is no longer in use may be a former user's, so it goes with the stale ones. */
  function sweep(credential: string | undefined): void {
    for (const [key, { reuseUntil, sentAt, credential: asked }] of entries) {
      if (reuseUntil === undefined) continue;
      // A clock that was set back says nothing about age.
      const isFresh = now() >= sentAt && now() < reuseUntil;
      if (!isFresh || asked !== credential) entries.delete(key);
    }
  }

  function begin(question: Question): Entry {
    const cancel = new AbortController();
    const sentAt = now();
    const result = request(question, cancel).then((token) => {
      entry.reuseUntil = reuseUntil(sentAt, token);
      return token;
    });
    const { credential } = question;
    const entry: Entry = { credential, sentAt, result, cancel, callers: 0, reuseUntil: undefined };
    return entry;
  }

  /** Without a caller who waits, or after a failure, a request is of no use. */
  function leave(key: string, entry: Entry): void {
    entry.callers--;
    if (entry.callers > 0 || entry.reuseUntil !== undefined) return;
    entry.cancel.abort();
    if (entries.get(key) === entry) entries.delete(key);
  }

  return {
    async get(question, { signals, forceRefresh }) {
      if (signals.some(({ aborted }) => aborted)) throw cancelled();
      sweep(question.credential);
      const key = JSON.stringify([question.credential, question.userId, question.region]);
      const known = entries.get(key);
      // Forced or not, a request under way brings a token as new as any.
      const entry = known && !(forceRefresh && known.reuseUntil !== undefined) ? known : begin(question);
      entries.set(key, entry);
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

/**
 * When to ask again, by this device's clock. That may be hours off, so the gateway's times are not compared with it:
 * the time from `issuedAt` to `refreshAfter` counts from before the request was sent. Only an age that a token can have
 * is believed and taken off, for the gateway may hand out one that it got some minutes ago. A clock that is a little
 * fast makes the token seem older than it is, which costs a request and harms nothing.
 */
function reuseUntil(sentAt: number, { issuedAt, expiresAt, refreshAfter }: AuthToken): number {
  const issued = Date.parse(issuedAt);
  const age = sentAt - issued;
  const isBelievable = age > 0 && age < Date.parse(expiresAt) - issued;
  return sentAt + Date.parse(refreshAfter) - issued - (isBelievable ? age : 0);
}
