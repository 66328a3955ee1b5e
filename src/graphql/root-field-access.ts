import { checkActsFor, displayNameFor } from "../caller/access.js";
import type { Caller } from "../caller/caller.js";
import { AppError } from "../errors/app-error.js";

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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
