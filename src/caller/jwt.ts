import type { KeyObject } from "node:crypto";
import { errors, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from "jose";
import { limits, textProblem } from "../amity/input-rules.js";
import { AppError } from "../errors/app-error.js";
import type { WallClock } from "../system/clock.js";
import type { Caller } from "./caller.js";
import { InvalidCredential } from "./invalid-credential.js";

/** A longer token is refused before any cryptography. */
const maxTokenLength = 8_192;

/** What a token must be. */
export interface JwtRules {
  readonly issuer: string;
  readonly audience: readonly string[];
  /** Allow-list. Never mixes HS256 with public keys: a public key must not be taken for a shared secret. */
  readonly algorithms: readonly string[];
  /** The claim that holds the user's id. */
  readonly userClaim: string;
  readonly clockSkewSeconds: number;
  /** Greatest age since `iat`; 0: any. */
  readonly maxAgeSeconds: number;
  /** The `typ` header, such as at+jwt (RFC 9068); undefined: any. */
  readonly typ: string | undefined;
  /** The scope or role that lets the holder act for any user; undefined: none does. */
  readonly delegateScope: string | undefined;
  /** The claim that holds the user's display name; undefined: callers choose their own. */
  readonly displayNameClaim: string | undefined;
}

/** Verifies an app's own bearer token. Throws InvalidCredential, or AppError AUTH_UNAVAILABLE. */
export type JwtVerifier = (token: string) => Promise<Caller>;

/** `key`: the one key source, static or published. */
export function createJwtVerifier(
  rules: JwtRules,
  key: KeyObject | Uint8Array | JWTVerifyGetKey,
  now: WallClock,
): JwtVerifier {
  const options: JWTVerifyOptions = {
    issuer: rules.issuer,
    audience: [...rules.audience],
    algorithms: [...rules.algorithms],
    clockTolerance: rules.clockSkewSeconds,
    requiredClaims: ["exp", rules.userClaim],
    ...(rules.typ !== undefined && { typ: rules.typ }),
    ...(rules.maxAgeSeconds > 0 && { maxTokenAge: rules.maxAgeSeconds }),
  };
  const getKey: JWTVerifyGetKey = typeof key === "function" ? key : () => key;
  return async (token) => {
    if (token.length > maxTokenLength) throw new InvalidCredential("token too long");
    const currentDate = new Date(now());
    const { payload } = await jwtVerify(token, getKey, { ...options, currentDate }).catch(refuse);
    checkIssuedAt(payload, currentDate, rules.clockSkewSeconds);
    // RFC 8705 binds such a token to a client certificate, which we do not see.
    if (payload["cnf"] !== undefined) throw new InvalidCredential("sender-constrained token");
    return callerOf(payload, rules);
  };
}

/** A fault of the key source stays one; all else is the token's. jose's codes are fixed words. */
function refuse(error: unknown): never {
  if (error instanceof AppError) throw error;
  throw new InvalidCredential(error instanceof errors.JOSEError ? error.code : "unusable token");
}

/** jose looks at a future `iat` only when a greatest age is set. */
function checkIssuedAt({ iat }: JWTPayload, currentDate: Date, skewSeconds: number): void {
  if (iat === undefined) return;
  if (typeof iat !== "number" || iat > currentDate.getTime() / 1000 + skewSeconds) {
    throw new InvalidCredential("issued in the future");
  }
}

function callerOf(payload: JWTPayload, rules: JwtRules): Caller {
  const userId = textOf(payload[rules.userClaim], limits.tokenUserId);
  // jose requires the claim, and takes any type for it.
  if (userId === undefined) throw new InvalidCredential("no usable user claim");
  const { delegateScope, displayNameClaim } = rules;
  const isDelegate = delegateScope !== undefined && scopesOf(payload).includes(delegateScope);
  return {
    kind: "user",
    subject: `user:${userId}`,
    userId,
    ...(displayNameClaim !== undefined && {
      displayName: { value: textOf(payload[displayNameClaim], limits.displayName) },
    }),
    mayActFor: () => isDelegate,
  };
}

/** A claim that is a usable string, else undefined. */
function textOf(claim: unknown, most: number): string | undefined {
  return typeof claim === "string" && textProblem(claim, most) === undefined ? claim : undefined;
}

/** OAuth's `scope` (RFC 8693, words in one string), and `scp` and `roles` as identity providers write them. */
function scopesOf({ scope, scp, roles }: JWTPayload): string[] {
  return [scope, scp, roles].flatMap((claim) => {
    if (typeof claim === "string") return claim.split(" ");
    return Array.isArray(claim) ? claim.filter((entry) => typeof entry === "string") : [];
  });
}
