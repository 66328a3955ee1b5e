import { checkText } from "../amity/input-rules.js";
import { AppError, badUserInput } from "../errors/app-error.js";
import type { Caller } from "./caller.js";

/**
 * The user that an operation is for: the given one, else the caller's own; 1 to `most` characters.
 * `place` names the argument. Throws UNAUTHENTICATED, BAD_USER_INPUT or FORBIDDEN.
 */
export function targetUserId(
  caller: Caller | undefined,
  place: string,
  given: string | null | undefined,
  most: number,
): string {
  if (!caller) throw new AppError("UNAUTHENTICATED");
  const userId = checkText(place, given ?? caller.userId, most);
  if (userId === undefined) throw badUserInput(`${place} must be given: the caller has no user of its own`);
  checkActsFor(caller, userId);
  return userId;
}

/**
 * The display name to register for the user: the given one, unless the caller's credential tells it.
 * Throws FORBIDDEN when a caller asks for another name than the credential's: nobody calls himself "Admin".
 */
export function displayNameFor(
  caller: Caller | undefined,
  userId: string,
  given: string | null | undefined,
): string | undefined {
  if (!caller?.displayName || userId !== caller.userId) return given ?? undefined;
  const { value } = caller.displayName;
  if (given !== null && given !== undefined && given !== value) throw new AppError("FORBIDDEN");
  return value;
}

/**
 * Throws FORBIDDEN unless the user is the caller or one whom the caller may act for.
 * Ids are compared as they are: no case folding and no Unicode normalisation, or two users would become
 * one.
 */
export function checkActsFor(caller: Caller, userId: string): void {
  if (userId !== caller.userId && !caller.mayActFor(userId)) throw new AppError("FORBIDDEN");
}
