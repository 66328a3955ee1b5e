import { type AccessTokenHandler, createAccessTokenHandler } from "./access-token-handler.js";
import { createAsking } from "./asking.js";
import type { AmityAuthError } from "./errors.js";
import type { AuthToken, Session, VisitorSignature } from "./operations.js";
import type { AmityAuthOptions, CreateSessionOptions, GetAuthTokenOptions } from "./options.js";
import { systemPlatform } from "./platform.js";
import { createSessionHandler, type Presence, type SessionHandler } from "./session-handler.js";
import { createUiKitTokens } from "./ui-kit.js";

/** Everything that gives a promise rejects with AmityAuthError only. */
export interface AmityAuth {
  /** A token for `Client.login` of Amity's SDK. Equal calls share one request, and its token until `refreshAfter`. */
  getAuthToken(options?: GetAuthTokenOptions): Promise<AuthToken>;
  /**
   * For the `getAuthToken` of @amityco/ui-kit, and the `authToken` of its React Native sibling. It never rejects: it
   * goes on until there is a token, of which each call has its own. Why there is none yet, `onRenewalFailure` is told.
   */
  getAuthTokenForUiKit(): Promise<string>;
  /** Opens a session, for apps without an API key or without Amity's SDK. Each call opens one. */
  createSession(options?: CreateSessionOptions): Promise<Session>;
  /** For `Client.setAccessTokenHandler` of Amity's SDK: always the same object. Renews by `createSession`. */
  accessTokenHandler(): AccessTokenHandler;
  /** For `Client.loginAsVisitor` of Amity's SDK, and the deviceId of its `getVisitorDeviceId`. Sends no credential. */
  authSignature(deviceId: string): Promise<VisitorSignature>;
  /**
   * What `Client.login` takes as its second argument, and `Client.loginAsVisitor` as its `sessionHandler`: always the
   * same object. It renews the caller's own session, or after `authSignature` the visitor's on that device, whichever
   * was asked for last. When Amity refuses a renewal, SDK 6.35.3 and 7.20.0 let that become an unhandled rejection,
   * which only the app can listen to.
   */
  sessionHandler(): SessionHandler;
  /**
   * To be called when the user signs out. Forgets tokens, cancels what is under way, and lets the session handler
   * ignore renewals until somebody is there again: SDK 6.35.3 may otherwise log in again minutes after a logout.
   */
  clear(): void;
}

/** Gets auth tokens from a gateway. Make one for the app, not one for each call: it remembers. */
export function createAmityAuth(options: AmityAuthOptions): AmityAuth {
  const { getToken, getOwnToken, openSession, sign, forget } = createAsking(options);
  const { now = systemPlatform.now, sleep = systemPlatform.sleep } = options;
  let present: Presence | undefined = { visitorDeviceId: undefined };

  function enter(visitorDeviceId?: string): void {
    if (!present || present.visitorDeviceId !== visitorDeviceId) present = { visitorDeviceId };
  }

  const shared = {
    now,
    sleep,
    presence: () => present,
    getToken: async () => (await getOwnToken()).token,
    getSignature: async (deviceId: string) => {
      const { authSignature, authSignatureExpiresAt } = await sign(deviceId);
      return { authSignature, authSignatureExpiresAt };
    },
    openSession: async (userId: string) => (await openSession({ userId })).accessToken,
    onFailure: (error: AmityAuthError) => report(options, error),
  };
  const sessionHandler = createSessionHandler(shared);
  const accessTokenHandler = createAccessTokenHandler(shared);
  const getUiKitToken = createUiKitTokens(shared);
  return {
    getAuthToken(wish = {}) {
      enter();
      return getToken(wish);
    },
    getAuthTokenForUiKit() {
      enter();
      return getUiKitToken();
    },
    createSession(wish = {}) {
      enter();
      return openSession(wish);
    },
    authSignature(deviceId) {
      enter(deviceId);
      return sign(deviceId);
    },
    sessionHandler: () => sessionHandler,
    accessTokenHandler: () => accessTokenHandler,
    clear() {
      present = undefined;
      forget();
    },
  };
}

/** The app's own function, so it may throw. */
function report({ onRenewalFailure }: AmityAuthOptions, error: AmityAuthError): void {
  try {
    onRenewalFailure?.(error);
  } catch {}
}
