import { AppError, badUserInput } from "../errors/app-error.js";
import { checkText } from "../graphql/input-rules.js";
import type { Caller } from "./caller.js";

/** Root fields that need no caller. Every other one does, so a new field is closed until it is listed here. */
const publicFields: ReadonlySet<string> = new Set(["regions", "region", "__typename"]);

/** One root field of an operation, its arguments coerced. */
export interface RootField {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface AccessPolicy {
  /** May callers who are not signed in read the schema by introspection? */
  readonly openIntrospection: boolean;
}

/**
 * Decides whether the caller may have this root field. By convention a field that acts for a user takes the id as
 * `userId`, and the name that it sets as `displayName`, each as an argument or in `input`.
 * Throws UNAUTHENTICATED or FORBIDDEN; a missing or unusable id is left to the field itself.
 */
export function checkRootField(caller: Caller | undefined, { name, args }: RootField, policy: AccessPolicy): void {
  const isIntrospection = name === "__schema" || name === "__type";
  if (publicFields.has(name) || (isIntrospection && policy.openIntrospection)) return;
  if (!caller) throw new AppError("UNAUTHENTICATED");
  const input = isRecord(args["input"]) ? args["input"] : args;
  const userId = optionalText(input["userId"]) ?? caller.userId;
  if (userId === undefined) return;
  checkActsFor(caller, userId);
  displayNameFor(caller, userId, optionalText(input["displayName"]));
}

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

/** Ids are compared as they are: no case folding and no Unicode normalisation, or two users would become one. */
function checkActsFor(caller: Caller, userId: string): void {
  if (userId !== caller.userId && !caller.mayActFor(userId)) throw new AppError("FORBIDDEN");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
