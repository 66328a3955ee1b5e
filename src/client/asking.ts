import { readCredentials } from "./credentials.js";
import { AmityAuthError, cancelled } from "./errors.js";
import {
  type AuthToken,
  authToken,
  createSession,
  type Session,
  type VisitorSignature,
  visitorSignature,
} from "./operations.js";
import type { AmityAuthOptions, CreateSessionOptions, GetAuthTokenOptions } from "./options.js";
import { systemPlatform } from "./platform.js";
import { type Request, send } from "./request.js";
import { createTokens } from "./tokens.js";
import { uncached } from "./uncached.js";
import { within } from "./waiting.js";

/** What the gateway can be asked, for whoever is there. */
export interface Asking {
  getToken(wish: GetAuthTokenOptions): Promise<AuthToken>;
  /** A token that nobody else has had or will get: nobody knows whether Amity takes one twice. */
  getOwnToken(): Promise<AuthToken>;
  openSession(wish: CreateSessionOptions): Promise<Session>;
  sign(deviceId: string): Promise<VisitorSignature>;
  /** Whoever was there has gone. */
  forget(): void;
}

export function createAsking(options: AmityAuthOptions): Asking {
  const { endpoint, getCredentials, region, timeoutMs = 15_000 } = options;
  const { fetch = systemPlatform.fetch, now = systemPlatform.now, elapsed = systemPlatform.elapsed } = options;
  const gateway = { endpoint, fetch: uncached(fetch), timeoutMs };
  /** Aborts when whoever is there goes. */
  let stay = new AbortController();

  const tokens = createTokens({
    now,
    elapsed,
    request: ({ credential, ...variables }, cancel) =>
      send(gateway, { operation: authToken, variables, credential }, cancel),
  });

  async function getToken({ signal, userId, forceRefresh = false }: GetAuthTokenOptions, alone: boolean) {
    const signals = signal ? [stay.signal, signal] : [stay.signal];
    const credential = await readCredentials(getCredentials, timeoutMs, signals);
    return tokens.get({ credential, userId, region }, { signals, forceRefresh, alone });
  }

  async function sendAlone<Result, Variables>(request: Request<Result, Variables>, signal: AbortSignal) {
    if (signal.aborted) throw cancelled();
    const cancel = new AbortController();
    try {
      return (await within({ signals: [signal] }, send(gateway, request, cancel))).result;
    } finally {
      cancel.abort();
    }
  }

  return {
    getToken: (wish) => getToken(wish, false),
    getOwnToken: () => getToken({}, true),
    async openSession(wish) {
      const { signal } = stay;
      const deviceId = wish.deviceId ?? options.deviceId;
      if (!deviceId) throw new AmityAuthError("BAD_USER_INPUT", "BAD_USER_INPUT: createAmityAuth has no deviceId");
      const credential = await readCredentials(getCredentials, timeoutMs, [signal]);
      const variables = { input: { ...wish, deviceId, region } };
      return sendAlone({ operation: createSession, variables, credential }, signal);
    },
    sign(deviceId) {
      const variables = { deviceId, region };
      return sendAlone({ operation: visitorSignature, variables, credential: undefined }, stay.signal);
    },
    forget() {
      stay.abort();
      stay = new AbortController();
      tokens.clear();
    },
  };
}
