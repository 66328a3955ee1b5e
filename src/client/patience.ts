import { AmityAuthError, cancelled } from "./errors.js";
import type { Platform } from "./platform.js";

export interface Patience extends Pick<Platform, "sleep"> {
  /** Has the user gone for whom this is done? */
  readonly isOver: () => boolean;
  /** How long to wait before the attempt after this failure, the first being number 0; undefined to give up. */
  readonly delayMs: (error: AmityAuthError, attempt: number) => number | undefined;
}

/** The longest wait between attempts, unless the gateway asks for more. */
export const longestDelayMs = 60_000;

/** Asks until there is an answer. Rejects with the failure that no delay follows, or CANCELLED when it is over. */
export async function patiently<T>(ask: () => Promise<T>, { sleep, isOver, delayMs }: Patience): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    let failure: AmityAuthError;
    try {
      const answer = await ask();
      if (!isOver()) return answer;
      failure = cancelled();
    } catch (error) {
      if (!(error instanceof AmityAuthError)) throw error;
      failure = error;
    }
    const ms = isOver() ? undefined : delayMs(failure, attempt);
    if (ms === undefined) throw failure;
    await sleep(ms);
    if (isOver()) throw cancelled();
  }
}

/** 1, 2, 4, 8 seconds and so on. Each client comes at its own time, by the SDK's timer: there is no herd to spread. */
export function usualDelayMs({ retryAfterSeconds = 0 }: AmityAuthError, attempt: number): number {
  return Math.max(Math.min(1_000 * 2 ** attempt, longestDelayMs), 1_000 * retryAfterSeconds);
}

/** The SDK itself asks again after ten minutes. */
export const sdkIntervalMs = 600_000;
/** After so many, somebody should know. */
export const quietRetries = 4;

/**
 * The delays of one who does not give up while another try may help, and who tells about every failure from the fifth
 * on. `finalMs` follows a failure after which none helps; without it that is the end.
 */
export function stubborn(onFailure: (error: AmityAuthError) => void, finalMs?: number): Patience["delayMs"] {
  return (error, attempt) => {
    if (!error.retryable || attempt >= quietRetries) onFailure(error);
    return error.retryable ? Math.min(usualDelayMs(error, attempt), sdkIntervalMs) : finalMs;
  };
}
