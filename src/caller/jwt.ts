import type { JWTHeaderParameters, JWTPayload, JWTVerifyOptions } from "jose";
import * as errors from "jose/errors";
import { jwtVerify } from "jose/jwt/verify";
import { limits, textProblem } from "../amity/input-rules.js";
import { AppError } from "../errors/app-error.js";
import type { CredentialReason } from "../errors/reasons.js";
import type { WallClock } from "../system/clock.js";
import { merged } from "../system/merged.js";
import { type Caller, changeScopes } from "./caller.js";
import { InvalidCredential } from "./invalid-credential.js";
import type { GetKey } from "./jwt-key.js";
import { hasRepeatedNames } from "./repeated-names.js";

/** A longer token is refused before any cryptography. */
const maxTokenLength = 8_192;

/** The end of ECMAScript's time. Seconds. */
const latestTime = 8_640_000_000_000;

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

/** A token that was good, and what it will have to be asked again. */
export interface VerifiedToken {
  readonly caller: Caller;
  readonly header: JWTHeaderParameters;
  /** What it was verified with. */
  readonly key: unknown;
  readonly times: Readonly<Record<"exp" | "nbf" | "iat", number | undefined>>;
}

/** Verifies an app's own bearer token. Throws InvalidCredential, or AppError AUTH_UNAVAILABLE. */
export type JwtVerifier = (token: string) => Promise<VerifiedToken>;

/** `getKey`: the one key source, static or published. */
export function createJwtVerifier(rules: JwtRules, getKey: GetKey, now: WallClock): JwtVerifier {
  const options: JWTVerifyOptions = {
    issuer: rules.issuer,
    audience: [...rules.audience],
    algorithms: [...rules.algorithms],
    clockTolerance: rules.clockSkewSeconds,
    requiredClaims: ["exp", rules.userClaim],
    ...(rules.typ !== undefined && { typ: rules.typ }),
    ...(rules.maxAgeSeconds > 0 && { maxTokenAge: rules.maxAgeSeconds }),
  };
  return async (token) => {
    if (token.length > maxTokenLength) throw new InvalidCredential("token too long");
    const currentDate = new Date(now());
    let key: unknown;
    // jose tells only of a key of its own that it has made of this one.
    const noteKey: GetKey = async (header) => {
      const found = await getKey(header);
      key = found;
      return found;
    };
    const verified = await jwtVerify(token, noteKey, merged(options, { currentDate })).catch(refuse);
    const { payload, protectedHeader: header } = verified;
    checkNames(token);
    checkTimes(payload, currentDate, rules.clockSkewSeconds);
    // RFC 8705 binds such a token to a client certificate, which we do not see.
    if (payload["cnf"] !== undefined) throw new InvalidCredential("sender-constrained token");
    const { exp, nbf, iat } = payload;
    return { caller: callerOf(payload, rules), header, key, times: { exp, nbf, iat } };
  };
}

/** Is a token that was good once still within its times? `now`: milliseconds since the epoch. */
export function isTimely(times: VerifiedToken["times"], rules: JwtRules, now: number): boolean {
  const { exp = 0, nbf = 0, iat = 0 } = times;
  const { clockSkewSeconds: skew, maxAgeSeconds } = rules;
  const seconds = Math.floor(now / 1_000);
  return (
    exp > seconds - skew &&
    nbf <= seconds + skew &&
    iat <= seconds + skew &&
    (maxAgeSeconds === 0 || seconds - iat <= maxAgeSeconds + skew)
  );
}

/** A fault of the key source stays one; all else is the token's. */
function refuse(error: unknown): never {
  if (error instanceof AppError) throw error;
  if (error instanceof errors.JWTExpired) throw new InvalidCredential("ERR_JWT_EXPIRED", error.claim);
  if (error instanceof errors.JWTClaimValidationFailed) {
    throw new InvalidCredential(claimReasons[error.reason] ?? "claim invalid", error.claim);
  }
  const code = error instanceof errors.JOSEError ? error.code : undefined;
  throw new InvalidCredential(joseCodes.find((known) => known === code) ?? "unusable token");
}

/** jose's reasons, in the words of our table. */
const claimReasons: Readonly<Record<string, CredentialReason>> = {
  missing: "claim missing",
  invalid: "claim invalid",
  check_failed: "claim check failed",
};

const joseCodes = [
  "ERR_JWS_INVALID",
  "ERR_JWT_INVALID",
  "ERR_JOSE_ALG_NOT_ALLOWED",
  "ERR_JOSE_NOT_SUPPORTED",
  "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
  "ERR_JWKS_NO_MATCHING_KEY",
] as const satisfies readonly CredentialReason[];

/** RFC 7519, 4: a claim named twice may be refused; JSON.parse would keep the last in silence. So may a header's. */
function checkNames(token: string): void {
  const parts = token.split(".", 2).map((part) => Buffer.from(part, "base64url").toString("utf8"));
  if (parts.some(hasRepeatedNames)) throw new InvalidCredential("a name twice");
}

/**
 * Times are from 1970 to the last moment that a date can name. jose takes any number for one, and looks at a future
 * `iat` only when a greatest age is set.
 */
function checkTimes(payload: JWTPayload, currentDate: Date, skewSeconds: number): void {
  const { exp = 0, nbf = 0, iat = 0 } = payload;
  const odd = Object.entries({ exp, nbf, iat }).find(([, seconds]) => seconds < 0 || seconds > latestTime);
  if (odd) throw new InvalidCredential("claim invalid", odd[0]);
  if (iat > currentDate.getTime() / 1000 + skewSeconds) throw new InvalidCredential("claim check failed", "iat");
}

function callerOf(payload: JWTPayload, rules: JwtRules): Caller {
  const userId = textOf(idText(payload[rules.userClaim]), limits.tokenUserId);
  // jose requires the claim, and takes any type for it.
  if (userId === undefined) throw new InvalidCredential("claim invalid", rules.userClaim);
  const { delegateScope, displayNameClaim } = rules;
  const scopes = scopesOf(payload);
  const isDelegate = delegateScope !== undefined && scopes.includes(delegateScope);
  // A caller may be remembered: what is asked of the payload is asked now, so that nothing holds it.
  const changes = { user: scopes.includes(changeScopes.user), roles: scopes.includes(changeScopes.roles) };
  return {
    kind: "user",
    subject: `user:${userId}`,
    userId,
    ...(displayNameClaim !== undefined && {
      displayName: { value: textOf(payload[displayNameClaim], limits.displayName) },
    }),
    mayActFor: () => isDelegate,
    mayChange: (_userId, change) => changes[change],
  };
}

/** Many databases number their users, and GraphQL takes such numbers for an ID as well. Beyond 2^53 digits are lost. */
function idText(claim: unknown): unknown {
  return Number.isSafeInteger(claim) ? String(claim) : claim;
}

/** A claim that is a usable string with something to see in it, else undefined. */
function textOf(claim: unknown, most: number): string | undefined {
  if (typeof claim !== "string" || isBlank(claim)) return undefined;
  return textProblem(claim, most) === undefined ? claim : undefined;
}

/** U+2800 is Braille's empty cell. */
function isBlank(text: string): boolean {
  return /^[\s\p{Default_Ignorable_Code_Point}\u2800]*$/u.test(text);
}

/** OAuth's `scope` (RFC 8693, words in one string), and `scp` and `roles` as identity providers write them. */
function scopesOf({ scope, scp, roles }: JWTPayload): string[] {
  return [scope, scp, roles].flatMap((claim) => {
    if (typeof claim === "string") return claim.split(" ");
    return Array.isArray(claim) ? claim.filter((entry) => typeof entry === "string") : [];
  });
}
