import type { AmityClient } from "../amity/client.js";
import { type Clock, refreshTime } from "../system/clock.js";
import type { TokenKey } from "./token.loader.js";
import type { AuthToken } from "./token.type.js";

/** Amity's Security page: an auth token lives ten minutes. */
const authTokenLifeMs = 10 * 60 * 1000;

export interface TokenServiceOptions {
  readonly amity: AmityClient;
  readonly now: Clock;
  /** Time for one root field. Milliseconds. */
  readonly timeoutMs: number;
}

/** Issues auth tokens. */
export class TokenService {
  constructor(private readonly options: TokenServiceOptions) {}

  /** Mints a token. Its life is counted from before the call, so it never seems to live longer than it does. */
  async mint({ region, userId }: TokenKey): Promise<AuthToken> {
    const { amity, now, timeoutMs } = this.options;
    const issuedAt = new Date(now());
    const token = await amity.mintAuthToken(region, userId, issuedAt.getTime() + timeoutMs);
    const expiresAt = new Date(issuedAt.getTime() + authTokenLifeMs);
    return { token, userId, region, issuedAt, expiresAt, refreshAfter: refreshTime(issuedAt, expiresAt) };
  }
}
