import { AmityAuthError } from "./errors.js";
import type { RegionCode } from "./generated/operations.js";
import { type Platform, systemPlatform } from "./platform.js";
import { type AuthToken, requestToken } from "./request.js";
import { createSessionHandler, type SessionHandler } from "./session-handler.js";
import { createTokens } from "./tokens.js";
import { within } from "./waiting.js";

type GetCredentials = () => string | undefined | Promise<string | undefined>;

export interface AmityAuthOptions extends Partial<Platform> {
  /** The gateway's GraphQL endpoint, such as https://gateway.example.com/graphql. */
  readonly endpoint: string | URL;
  /**
   * Gives the whole Authorization header, such as `Bearer <your app's token>`; undefined for none. Asked at every call,
   * so that no user is given a former user's token.
   */
  readonly getCredentials?: GetCredentials;
  /** Default: the gateway's. */
  readonly region?: RegionCode;
  /** Time for one request, and for `getCredentials`. Default: 15 seconds, a little more than the gateway's own. */
  readonly timeoutMs?: number;
  /** Told why the session handler could not renew, for the app's log: the SDK passes no reason on. */
  readonly onRenewalFailure?: (error: AmityAuthError) => void;
}

export interface GetAuthTokenOptions {
  /** Rejects this call alone, with CANCELLED; the request ends when nobody waits for it any more. */
  readonly signal?: AbortSignal | undefined;
  /** For callers who may act for others. Default: the caller. */
  readonly userId?: string | undefined;
  /** Do not reuse a token, for instance when Amity refused it. */
  readonly forceRefresh?: boolean;
}

export interface AmityAuth {
  /**
   * A token for `Client.login` of Amity's SDK. Equal calls share one request, and its token until `refreshAfter`.
   * Rejects with AmityAuthError only.
   */
  getAuthToken(options?: GetAuthTokenOptions): Promise<AuthToken>;
  /**
   * What `Client.login` takes as its second argument: always the same object. It renews the caller's own session. When
   * Amity refuses a renewal, SDK 6.35.3 lets that become an unhandled rejection, which only the app can listen to.
   */
  sessionHandler(): SessionHandler;
  /**
   * To be called when the user signs out. Forgets tokens, cancels what is under way, and lets the session handler
   * ignore renewals until a token is asked for again: SDK 6.35.3 may otherwise log in again minutes after a logout.
   */
  clear(): void;
}

/** Gets auth tokens from a gateway. Make one for the app, not one for each call: it remembers. */
export function createAmityAuth(options: AmityAuthOptions): AmityAuth {
  const { endpoint, getCredentials, region, timeoutMs = 15_000, onRenewalFailure } = options;
  const { fetch = systemPlatform.fetch, now = systemPlatform.now, sleep = systemPlatform.sleep } = options;
  const gateway = { endpoint, fetch, timeoutMs };
  const tokens = createTokens({ now, request: (question, cancel) => requestToken(gateway, question, cancel) });
  /** Aborts at the sign-out that ends this user's time. */
  let stay = new AbortController();
  let isSignedOut = false;

  async function get({ signal, userId, forceRefresh = false }: GetAuthTokenOptions): Promise<AuthToken> {
    const signals = signal ? [stay.signal, signal] : [stay.signal];
    const credential = await readCredentials(getCredentials, timeoutMs, signals);
    return tokens.get({ credential, userId, region }, { signals, forceRefresh });
  }

  const handler = createSessionHandler({
    now,
    sleep,
    signIn: () => (isSignedOut ? undefined : stay),
    // Forced: nobody knows whether Amity takes an auth token twice, and renewals are rare.
    getToken: async () => (await get({ forceRefresh: true })).token,
    onFailure: onRenewalFailure,
  });
  return {
    getAuthToken(wish = {}) {
      isSignedOut = false;
      return get(wish);
    },
    sessionHandler: () => handler,
    clear() {
      isSignedOut = true;
      stay.abort();
      stay = new AbortController();
      tokens.clear();
    },
  };
}

/** The app's own function: whatever it does becomes a header that can be sent, or UNAUTHENTICATED. */
async function readCredentials(
  getCredentials: GetCredentials | undefined,
  timeoutMs: number,
  signals: readonly AbortSignal[],
): Promise<string | undefined> {
  // It fails for want of a network, most likely.
  const failed = (cause?: unknown) =>
    new AmityAuthError("UNAUTHENTICATED", "UNAUTHENTICATED: getCredentials failed", { retryable: true, cause });
  const asked = Promise.resolve()
    .then(getCredentials)
    .catch((error) => Promise.reject(failed(error)));
  const given: unknown = await within({ signals, timeout: { ms: timeoutMs, error: failed } }, asked);
  if (given === undefined || (typeof given === "string" && /^[ -~]+$/.test(given))) return given;
  throw new AmityAuthError("UNAUTHENTICATED", "UNAUTHENTICATED: getCredentials gave no text that a header can hold");
}
