import { checkText, limits } from "../amity/input-rules.js";
import { AppError, badUserInput } from "../errors/app-error.js";
import type { Caller } from "./caller.js";

declare const permitted: unique symbol;

/**
 * The id of a user for whom the caller may act, fit to be sent to Amity. targetUserId alone makes one, and what issues
 * a token or a session takes nothing else.
 */
export type PermittedUserId = string & { readonly [permitted]: true };

/**
 * The user that an operation is for: the given one, else the caller's own. `place` names the argument.
 * Ids are compared as they are: no case folding and no Unicode normalisation, or two users would become one.
 * Throws UNAUTHENTICATED; FORBIDDEN unless the user is the caller or one whom the caller may act for; BAD_USER_INPUT
 * when there is no user, or the id cannot be one.
 */
export function targetUserId(
  caller: Caller | undefined,
  place: string,
  given: string | null | undefined,
): PermittedUserId {
  if (!caller) throw new AppError("UNAUTHENTICATED");
  const userId = given ?? caller.userId;
  if (userId === undefined) throw badUserInput(`${place} must be given: the caller has no user of its own`);
  if (userId !== caller.userId && !caller.mayActFor(userId)) {
    throw new AppError("FORBIDDEN", { reason: "acts for another" });
  }
  return checkText(place, userId, limits.tokenUserId) as PermittedUserId;
}

declare const changeable: unique symbol;

/** The id of a user whom the caller may change, fit to be sent to Amity. changedUserId alone makes one. */
export type ChangeableUserId = string & { readonly [changeable]: true };

/**
 * The user whom a caller may change: others than the own one, whatever the caller's scopes. `roles`: the user's roles
 * too. Throws UNAUTHENTICATED; FORBIDDEN without the right to; BAD_USER_INPUT when the id cannot be one.
 */
export function changedUserId(
  caller: Caller | undefined,
  place: string,
  userId: string,
  { roles }: { readonly roles: boolean },
): ChangeableUserId {
  if (!caller) throw new AppError("UNAUTHENTICATED");
  const mayChange = caller.mayChange(userId, "user") && (!roles || caller.mayChange(userId, "roles"));
  if (userId === caller.userId || !mayChange) throw new AppError("FORBIDDEN", { reason: "changes users" });
  return checkText(place, userId, limits.sessionUserId) as ChangeableUserId;
}

/**
 * The display name to register for the user: the given one, unless the caller's credential tells it.
 * Throws FORBIDDEN when a caller asks for another name than the credential's: nobody calls himself "Admin".
 */
export function displayNameFor(
  caller: Caller | undefined,
  userId: PermittedUserId,
  given: string | null | undefined,
): string | undefined {
  if (!caller?.displayName || userId !== caller.userId) return given ?? undefined;
  const { value } = caller.displayName;
  if (given !== null && given !== undefined && given !== value) {
    throw new AppError("FORBIDDEN", { reason: "another display name" });
  }
  return value;
}
