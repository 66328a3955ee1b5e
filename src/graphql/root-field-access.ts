import { RegionCode } from "../amity/regions.js";
import { changedUserId, displayNameFor, targetUserId } from "../caller/access.js";
import type { Caller } from "../caller/caller.js";
import { AppError } from "../errors/app-error.js";

/**
 * Whose a root field is: everybody's, or that of whoever may read the schema; a caller's, for the own user or one whom
 * the caller may act for; that of any caller who holds the secret that it names, whoever its user is; any caller's who
 * looks users up, which is no acting; that of whoever may change the user; or a visitor's, whom nobody knows: open too,
 * but limited by address and device, and audited.
 */
export type Access = "public" | "introspection" | "acting" | "holding" | "reading" | "changing" | "visiting";

/** Each root field of the schema. One that is not listed is `acting`: closed as far as can be. */
export const rootFieldAccess: ReadonlyMap<string, Access> = new Map<string, Access>([
  ["__typename", "public"],
  ["regions", "public"],
  ["region", "public"],
  ["__schema", "introspection"],
  ["__type", "introspection"],
  ["authToken", "acting"],
  ["createSession", "acting"],
  ["revokeUserSessions", "acting"],
  ["revokeSession", "holding"],
  ["sessionStatus", "holding"],
  ["user", "reading"],
  ["users", "reading"],
  ["upsertUser", "changing"],
  ["visitorSignature", "visiting"],
  ["createVisitorSession", "visiting"],
]);

function accessOf(name: string): Access {
  return rootFieldAccess.get(name) ?? "acting";
}

/** One root field of an operation. */
export interface RootField {
  /** Its name in the answer. */
  readonly key: string;
  readonly name: string;
  /** Coerced; undefined when they cannot be: the answer is BAD_USER_INPUT, and the field does not run. */
  readonly args: Readonly<Record<string, unknown>> | undefined;
}

export interface AccessPolicy {
  /** May callers who are not signed in read the schema by introspection? */
  readonly openIntrospection: boolean;
}

/** What a root field is asked to do, for whom and where. */
export interface Asked {
  readonly userId: string | undefined;
  readonly userIds: readonly string[] | undefined;
  /** Is the user to have other roles? */
  readonly roles: boolean;
  readonly displayName: string | undefined;
  readonly deviceId: string | undefined;
  readonly region: RegionCode | undefined;
}

/** May everybody have this root field? */
export function isPublic(name: string): boolean {
  return accessOf(name) === "public" || isForVisitors({ name });
}

/** Does a request for the field take a point of the rate limit? All do but the one that tells nothing. */
export function isCounted({ name }: RootField): boolean {
  return name !== "__typename";
}

/** Does the field serve visitors? Whoever asks is then limited by address and device. */
export function isForVisitors({ name }: Pick<RootField, "name">): boolean {
  return accessOf(name) === "visiting";
}

/** Does the field act for a user, the caller's own by default? */
export function actsForUser({ name }: Pick<RootField, "name">): boolean {
  return accessOf(name) === "acting";
}

/** Is it audited? All are that do something at Amity, or let somebody do it. */
export function isAudited({ name }: Pick<RootField, "name">): boolean {
  return !["public", "introspection"].includes(accessOf(name));
}

/**
 * By convention a field takes the id of its user as `userId`, those of several as `userIds`, a visitor's device as
 * `deviceId`, the name and the roles that it sets as `displayName` and `roles` and the network as `region`, each as an
 * argument or in `input`.
 */
export function askedOf(args: Readonly<Record<string, unknown>>): Asked {
  const input = isRecord(args["input"]) ? args["input"] : args;
  return {
    userId: optionalText(input["userId"]),
    userIds: Array.isArray(input["userIds"]) ? input["userIds"] : undefined,
    roles: Array.isArray(input["roles"]),
    displayName: optionalText(input["displayName"]),
    deviceId: optionalText(input["deviceId"]),
    region: Object.values(RegionCode).find((code) => code === input["region"]),
  };
}

/**
 * Decides whether the caller may have this root field. Throws UNAUTHENTICATED or FORBIDDEN; or BAD_USER_INPUT, by the
 * rule that the field's own resolver will find broken again.
 */
export function checkRootField(caller: Caller | undefined, field: Omit<RootField, "key">, policy: AccessPolicy): void {
  const access = accessOf(field.name);
  if (access === "public" || (access === "introspection" && policy.openIntrospection)) return;
  if (!caller && access !== "visiting") throw new AppError("UNAUTHENTICATED");
  if (access === "introspection") return;
  if (!field.args) throw new AppError("BAD_USER_INPUT");
  if (!caller || access === "holding" || access === "reading" || access === "visiting") return;
  const { userId, roles, displayName } = askedOf(field.args);
  if (access === "changing") changedUserId(caller, "input.userId", userId ?? "", { roles });
  else displayNameFor(caller, targetUserId(caller, "userId", userId), displayName);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
