import { authTokenLifeMs } from "../amity/auth-token-life.js";
import { userKey } from "../amity/user-key.js";
import type { Clock } from "../system/clock.js";
import type { Logger } from "../telemetry/logger.js";
import type { SharedUser } from "../token/shared-tokens.js";

export interface Revocation {
  readonly user: SharedUser;
  readonly at: number;
  isSent: boolean;
}

/** Beyond that the oldest are given up, and those first that were sent. */
const mostRemembered = 10_000;

/** Whom this process has revoked within a token's life, and whether others were told. */
export class Revocations {
  readonly #byUser = new Map<string, Revocation>();
  #givenUp = 0;

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Is one of the user's not sent yet? */
  isPending(user: SharedUser): boolean {
    return this.#byUser.get(userKey(user))?.isSent === false;
  }

  add(user: SharedUser): void {
    const key = userKey(user);
    this.#byUser.delete(key);
    this.#byUser.set(key, { user, at: this.clock.elapsed(), isSent: false });
    if (this.#byUser.size > mostRemembered) this.#giveOneUp();
  }

  /** Those of a token's life. */
  all(): Iterable<Revocation> {
    for (const [key, { at }] of this.#byUser) if (this.clock.elapsed() - at > authTokenLifeMs) this.#byUser.delete(key);
    return this.#byUser.values();
  }

  /** What others have not heard by now they never will. */
  tellLost(): void {
    const untold = this.#givenUp + [...this.#byUser.values()].filter(({ isSent }) => !isSent).length;
    if (untold === 0) return;
    this.logger.warn(
      {},
      `${untold} revocations were not told to other gateways, which may reuse those users' tokens for TOKEN_REUSE_SECONDS`,
    );
  }

  #giveOneUp(): void {
    const [oldest] = this.#byUser.keys();
    for (const [key, { isSent }] of this.#byUser) if (isSent) return void this.#byUser.delete(key);
    this.#byUser.delete(oldest ?? "");
    if (this.#givenUp === 0) {
      this.logger.warn({}, `More than ${mostRemembered} revocations wait for Redis: the oldest are given up`);
    }
    this.#givenUp++;
  }
}
