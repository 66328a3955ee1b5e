import DataLoader from "dataloader";
import type { RegionCode } from "../amity/regions.js";
import { userKey } from "../amity/user-key.js";
import type { PermittedUserId } from "../caller/access.js";
import type { AuthToken } from "./token.type.js";

export interface TokenKey {
  readonly region: RegionCode;
  readonly userId: PermittedUserId;
}

export type TokenLoader = DataLoader<TokenKey, AuthToken, string>;

/**
 * Coalesces equal mints of one request: one upstream call for each (region, userId), however many aliases ask.
 * One loader for each request, never shared: a caller's tokens must not outlive what the caller was checked for.
 */
export function createTokenLoader(mint: (key: TokenKey) => Promise<AuthToken>): TokenLoader {
  return new DataLoader<TokenKey, AuthToken, string>(
    // Amity mints one token a call, so a batch is as many calls; each key fails or succeeds alone.
    (keys) => Promise.all(keys.map((key) => mint(key).catch((error: Error) => error))),
    { cacheKeyFn: userKey },
  );
}
