import { AmityAuthError } from "./errors.js";
import type { Platform } from "./platform.js";

/** What Amity's SDK hands over when its session needs another auth token. */
export interface AccessTokenRenewal {
  renewWithAuthToken(authToken: string): void;
  unableToRetrieveAuthToken(): void;
}

/** The second argument of `Client.login` of Amity's TypeScript SDK. */
export interface SessionHandler {
  sessionWillRenewAccessToken(renewal: AccessTokenRenewal): void;
}

export interface SessionHandlerOptions extends Pick<Platform, "now" | "sleep"> {
  readonly getToken: () => Promise<string>;
  /** Another object for each time that a user is signed in; undefined while nobody is. */
  readonly signIn: () => object | undefined;
  readonly onFailure: ((error: AmityAuthError) => void) | undefined;
}

/** The waits between attempts. Each client comes at its own time, by the SDK's timer, so there is no herd to spread. */
const delaysMs = [1_000, 2_000, 4_000, 8_000];
/** Who asks for more patience gets it from the SDK, which asks again in ten minutes. */
const longestDelayMs = 60_000;
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
  const { now, signIn } = options;
  let isBusy = false;
  let answeredAt = Number.NEGATIVE_INFINITY;

  async function answer(renewal: AccessTokenRenewal): Promise<void> {
    const began = signIn();
    // Either direction: the clock may be set.
    if (began === undefined || isBusy || Math.abs(now() - answeredAt) < quietMs) return;
    isBusy = true;
    // The app's `sleep` may fail.
    const token = await patientToken(options, began).catch(() => undefined);
    isBusy = false;
    answeredAt = now();
    // The SDK renews whoever is logged in by now: another's token would end that session.
    if (signIn() !== began) return;
    await handOver(renewal, token);
  }

  return { sessionWillRenewAccessToken: (renewal) => void answer(renewal).catch(() => {}) };
}

/** Undefined when no token can be had in a reasonable time. */
async function patientToken(options: SessionHandlerOptions, began: object): Promise<string | undefined> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await options.getToken();
    } catch (error) {
      if (options.signIn() !== began) return undefined;
      const delayMs = delayAfter(error, attempt);
      if (delayMs === undefined) {
        report(options, error);
        return undefined;
      }
      await options.sleep(delayMs);
    }
  }
}

function delayAfter(error: unknown, attempt: number): number | undefined {
  const usual = delaysMs[attempt];
  if (usual === undefined || !(error instanceof AmityAuthError) || !error.retryable) return undefined;
  const delayMs = Math.max(usual, 1_000 * (error.retryAfterSeconds ?? 0));
  return delayMs <= longestDelayMs ? delayMs : undefined;
}

/** The app's own function, so it may throw. */
function report({ onFailure }: SessionHandlerOptions, error: unknown): void {
  try {
    if (error instanceof AmityAuthError) onFailure?.(error);
  } catch {}
}

async function handOver(renewal: AccessTokenRenewal, token: string | undefined): Promise<void> {
  try {
    // 6.35.3 returns nothing and lets its own failure become an unhandled rejection. An SDK that gave a promise would
    // have it caught here.
    if (token !== undefined) return await renewal.renewWithAuthToken(token);
  } catch {}
  renewal.unableToRetrieveAuthToken();
}
