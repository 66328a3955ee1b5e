import { AmityAuthError } from "./errors.js";
import { longestDelayMs, patiently, quietRetries, usualDelayMs } from "./patience.js";
import type { Platform } from "./platform.js";

/** What a visitor's session is opened and renewed with. */
export interface AuthSignature {
  readonly authSignature: string;
  readonly authSignatureExpiresAt: string;
}

/** What Amity's SDK hands over when its session needs another auth token, or a visitor's another signature. */
export interface AccessTokenRenewal {
  renewWithAuthToken(authToken: string): void;
  unableToRetrieveAuthToken(): void;
  /** Since version 7. */
  renewWithAuthSignature?(signature: AuthSignature): void;
  unableToRetrieveAuthSignature?(): void;
}

/** The session handler of Amity's TypeScript SDK: the second argument of `Client.login`. */
export interface SessionHandler {
  sessionWillRenewAccessToken(renewal: AccessTokenRenewal): void;
}

/** Who is there: a user of the app, or a visitor on a device. */
export interface Presence {
  readonly visitorDeviceId: string | undefined;
}

export interface SessionHandlerOptions extends Pick<Platform, "now" | "sleep"> {
  readonly getToken: () => Promise<string>;
  readonly getSignature: (deviceId: string) => Promise<AuthSignature>;
  /** Another object for each time that somebody is there; undefined while nobody is. */
  readonly presence: () => Presence | undefined;
  readonly onFailure: (error: AmityAuthError) => void;
}

/** A session's timers ask every ten minutes each, so what comes this soon after an answer is about the same need. */
const quietMs = 60_000;

/**
 * Answers renewals, and never throws or rejects, whatever happens.
 *
 * A renewal that comes while another is being answered, or right after, is left alone: SDK 6.35.3 sets a timer at each
 * login, which no logout stops, and one at each `unableToRetrieveAuthToken`. To answer all of them would open a session
 * for each, perhaps with a token that was used before, and during an outage they would become ever more. The timer of
 * the one that was answered goes on.
 */
export function createSessionHandler(options: SessionHandlerOptions): SessionHandler {
  const { now, presence } = options;
  let isBusy = false;
  let answeredAt = Number.NEGATIVE_INFINITY;

  async function answer(renewal: AccessTokenRenewal): Promise<void> {
    const began = presence();
    // Either direction: the clock may be set.
    if (began === undefined || isBusy || Math.abs(now() - answeredAt) < quietMs) return;
    isBusy = true;
    const renew = await prepare(options, began);
    isBusy = false;
    answeredAt = now();
    // The SDK renews whoever is logged in by now: another's token would end that session.
    if (presence() === began) await handOver(renewal, began, renew);
  }

  return { sessionWillRenewAccessToken: (renewal) => void answer(renewal).catch(() => {}) };
}

/** What to tell a renewal; undefined when nothing can be had in a reasonable time. */
type Renew = (renewal: AccessTokenRenewal) => unknown;

async function prepare(options: SessionHandlerOptions, began: Presence): Promise<Renew | undefined> {
  const isOver = () => options.presence() !== began;
  const ask = () => askFor(options, began);
  try {
    return await patiently(ask, { sleep: options.sleep, isOver, delayMs });
  } catch (error) {
    // The app's `sleep` may fail.
    if (error instanceof AmityAuthError && !isOver()) options.onFailure(error);
    return undefined;
  }
}

async function askFor(options: SessionHandlerOptions, { visitorDeviceId }: Presence): Promise<Renew> {
  if (visitorDeviceId === undefined) {
    const token = await options.getToken();
    return (renewal) => renewal.renewWithAuthToken(token);
  }
  const signature = await options.getSignature(visitorDeviceId);
  return (renewal) => {
    if (renewal.renewWithAuthSignature) return renewal.renewWithAuthSignature(signature);
    throw new Error("this SDK knows no visitors");
  };
}

function delayMs(error: AmityAuthError, attempt: number): number | undefined {
  const ms = usualDelayMs(error, attempt);
  return error.retryable && attempt < quietRetries && ms <= longestDelayMs ? ms : undefined;
}

async function handOver(renewal: AccessTokenRenewal, to: Presence, renew: Renew | undefined): Promise<void> {
  try {
    // Both SDKs return nothing and let their own failure become an unhandled rejection. One that gave a promise would
    // have it caught here.
    if (renew) return void (await renew(renewal));
  } catch {}
  if (to.visitorDeviceId !== undefined && renewal.unableToRetrieveAuthSignature)
    renewal.unableToRetrieveAuthSignature();
  else renewal.unableToRetrieveAuthToken();
}
