import { cancelled } from "./errors.js";
import { patiently, stubborn } from "./patience.js";
import type { Presence, SessionHandlerOptions } from "./session-handler.js";

/** What `Client.setAccessTokenHandler` of Amity's TypeScript SDK takes, since version 7.14. */
export interface AccessTokenHandler {
  onTokenRenew(userId: string): Promise<string>;
}

interface Options extends Pick<SessionHandlerOptions, "presence" | "onFailure" | "sleep"> {
  readonly openSession: (userId: string) => Promise<string>;
}

interface Renewal {
  readonly of: Presence;
  readonly userId: string;
  readonly token: Promise<string>;
}

/**
 * Renews by opening another session. It does not give up while another try may help: SDK 7.20.0 asks every ten minutes
 * while the session lives, but only once when it has expired. Calls under way are shared. Rejects, which that SDK
 * catches, when no try would help and after `clear`.
 */
export function createAccessTokenHandler({ openSession, presence, onFailure, sleep }: Options): AccessTokenHandler {
  let current: Renewal | undefined;
  return {
    async onTokenRenew(userId) {
      const of = presence();
      if (!of) throw cancelled();
      if (current?.of === of && current.userId === userId) return current.token;
      const patience = { sleep, isOver: () => presence() !== of, delayMs: stubborn(onFailure) };
      const renewal = { of, userId, token: patiently(() => openSession(userId), patience) };
      current = renewal;
      try {
        return await renewal.token;
      } finally {
        if (current === renewal) current = undefined;
      }
    },
  };
}
