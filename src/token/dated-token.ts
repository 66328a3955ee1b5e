import { authTokenLifeMs } from "../amity/auth-token-life.js";
import { refreshTime } from "../system/clock.js";
import { merged } from "../system/merged.js";
import type { AuthToken } from "./token.type.js";

/** The token with its times. `askedAt`: just before Amity was asked for it, in milliseconds since the epoch. */
export function datedToken(token: Pick<AuthToken, "token" | "userId" | "region">, askedAt: number): AuthToken {
  const issuedAt = new Date(askedAt);
  const expiresAt = new Date(askedAt + authTokenLifeMs);
  return merged(token, { issuedAt, expiresAt, refreshAfter: refreshTime(issuedAt, expiresAt) });
}
