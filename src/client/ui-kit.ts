import { patiently, sdkIntervalMs, stubborn } from "./patience.js";
import type { SessionHandlerOptions } from "./session-handler.js";

type Options = Pick<SessionHandlerOptions, "getToken" | "presence" | "onFailure" | "sleep">;

/**
 * Tokens for a UI kit, which lets a rejection go unhandled, and then neither shows anything nor tells the SDK. So this
 * never rejects: it goes on as the SDK would, which asks again every ten minutes. A text that is no token would be
 * worse than none: refused by Amity, it leaves SDK 7.20.0 in the state "establishing".
 *
 * Each call has a token of its own, one after the other: nobody knows whether Amity takes one twice. After `clear` a
 * call is never answered.
 */
export function createUiKitTokens({ getToken, presence, onFailure, sleep }: Options) {
  /** When the last call of somebody who is there is answered. */
  const queues = new WeakMap<object, Promise<unknown>>();

  return (): Promise<string> => {
    const began = presence() ?? {};
    const patience = { sleep, isOver: () => presence() !== began, delayMs: stubborn(onFailure, sdkIntervalMs) };
    const token = Promise.resolve(queues.get(began)).then(() => patiently(getToken, patience));
    queues.set(
      began,
      token.catch(() => {}),
    );
    return token.catch(() => new Promise<never>(() => {}));
  };
}
