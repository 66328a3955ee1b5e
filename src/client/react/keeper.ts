import { createAges } from "../ages.js";
import type { AmityAuthError } from "../errors.js";
import { usualDelayMs } from "../patience.js";
import type { Platform } from "../platform.js";
import { reuseMs } from "../tokens.js";

/** What an auth token and a session have in common: RFC 3339 date-times by the gateway's clock. */
interface Times {
  readonly issuedAt: string;
  readonly expiresAt: string;
  readonly refreshAfter: string;
}

/** Either what is alive, or why nothing is; both while a renewal fails and the former is still alive. */
export interface Kept<Grant> {
  readonly grant: Grant | undefined;
  readonly error: AmityAuthError | undefined;
}

export interface KeeperOptions<Grant> extends Pick<Platform, "now" | "elapsed"> {
  /** Rejects with AmityAuthError only. */
  readonly ask: (isRenewal: boolean) => Promise<Grant>;
  readonly tell: (kept: Kept<Grant>) => void;
}

export interface Keeper {
  /** Asks now, rather than when it is time. */
  refresh(): void;
  /** After it nothing is told and nothing is asked. */
  end(): void;
}

/** How late a device that slept may notice that it did. */
const longestPauseMs = 60_000;

/**
 * Asks, and asks again when that is due. After a failure that another try may mend it tries again, a little later each
 * time; after any other it waits for `refresh`. Nothing is asked by one that ends as soon as it was started: React's
 * StrictMode does that to each.
 */
export function startKeeper<Grant extends Times>({ ask, tell, ...clocks }: KeeperOptions<Grant>): Keeper {
  const ages = createAges(clocks);
  let isOver = false;
  let isWoken = false;
  let wake = () => {};

  /** Without a time, until it is woken. */
  function pause(ms?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function rest(ms: number): Promise<void> {
    const since = ages.moment();
    while (!isWoken && !isOver && !ages.hasPassed(ms, since)) await pause(Math.min(ms, longestPauseMs));
  }

  async function keep(): Promise<void> {
    let former: { readonly grant: Grant; readonly sentAt: ReturnType<typeof ages.moment> } | undefined;
    for (let failures = 0; !isOver; ) {
      const sentAt = ages.moment();
      try {
        const grant = await ask(former !== undefined);
        if (isOver) return;
        isWoken = false;
        failures = 0;
        former = { grant, sentAt };
        tell({ grant, error: undefined });
        await rest(reuseMs(sentAt.now, grant));
      } catch (thrown) {
        if (isOver) return;
        isWoken = false;
        const error = thrown as AmityAuthError;
        const isAlive = former !== undefined && !ages.hasPassed(lifeMs(former.sentAt.now, former.grant), former.sentAt);
        if (!error.retryable || !isAlive) former = undefined;
        tell({ grant: former?.grant, error });
        await (error.retryable ? rest(usualDelayMs(error, failures++)) : pause());
      }
    }
  }

  void Promise.resolve().then(keep);
  return {
    refresh() {
      isWoken = true;
      wake();
    },
    end() {
      isOver = true;
      wake();
    },
  };
}

function lifeMs(sentAt: number, times: Times): number {
  return reuseMs(sentAt, { ...times, refreshAfter: times.expiresAt });
}
