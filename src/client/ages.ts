import type { AuthToken } from "./operations.js";
import type { Platform } from "./platform.js";
import type { Answer } from "./request.js";

type Clocks = Pick<Platform, "now" | "elapsed">;

/** A moment on both of the device's clocks. Milliseconds. */
interface Moment {
  readonly now: number;
  readonly elapsed: number;
}

interface Sighting {
  readonly at: Moment;
  readonly requestId: string | undefined;
}

/** More than a user's day; a backend that asks for many users forgets the oldest, which are long dead. */
const mostSightings = 1_000;

/** Times that passed on this device, whose clock on the wall may be hours off. */
export interface Ages {
  moment(): Moment;
  /** Has so much time passed, by either clock? A clock that was set back says nothing about age: then it has. */
  hasPassed(ms: number, since: Moment): boolean;
  /**
   * Is this an old answer, from a cache that did not stand aside? To be asked once for each answer: it remembers.
   *
   * A token that was seen before is past its life when that has passed by the clock that only goes forward. Which may
   * stop while the device sleeps: so the clock on the wall is believed too, but only of an answer that is the former
   * one by its request id. A clock that jumped must not make an old answer of a token that the gateway gives twice.
   */
  isPast(answer: Answer<AuthToken>, asked: Moment): boolean;
}

export function createAges({ now, elapsed }: Clocks): Ages {
  const sightings = new Map<string, Sighting>();
  const moment = () => ({ now: now(), elapsed: elapsed() });

  return {
    moment,
    hasPassed(ms, since) {
      const onWall = now() - since.now;
      return onWall < 0 || onWall >= ms || elapsed() - since.elapsed >= ms;
    },
    isPast({ result: { token, issuedAt, expiresAt }, requestId }, asked) {
      const first = sightings.get(token);
      if (first === undefined) {
        sightings.set(token, { at: asked, requestId });
        const [oldest] = sightings.keys();
        if (sightings.size > mostSightings && oldest !== undefined) sightings.delete(oldest);
        return false;
      }
      const lifeMs = Date.parse(expiresAt) - Date.parse(issuedAt);
      if (elapsed() - first.at.elapsed >= lifeMs) return true;
      const isSameAnswer = requestId !== undefined && requestId === first.requestId;
      return isSameAnswer && now() - first.at.now >= lifeMs;
    },
  };
}
