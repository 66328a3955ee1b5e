import { RegionCode } from "../amity/regions.js";
import { displayNameFor, targetUserId } from "../caller/access.js";
import type { Caller } from "../caller/caller.js";
import { AppError } from "../errors/app-error.js";

/** Root fields that need no caller. Every other one does, so a new field is closed until it is listed here. */
const publicFields: ReadonlySet<string> = new Set(["regions", "region", "__typename"]);
/** For people whom nobody knows: open too, but limited by address and device, and audited. */
const visitorFields: ReadonlySet<string> = new Set(["visitorSignature", "createVisitorSession"]);
const introspectionFields: ReadonlySet<string> = new Set(["__schema", "__type"]);

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
  readonly displayName: string | undefined;
  readonly deviceId: string | undefined;
  readonly region: RegionCode | undefined;
}

/** May everybody have this root field? */
export function isPublic(name: string): boolean {
  return publicFields.has(name) || visitorFields.has(name);
}

/** Does the field serve visitors? Whoever asks is then limited by address and device. */
export function isForVisitors({ name }: Pick<RootField, "name">): boolean {
  return visitorFields.has(name);
}

/** Does a request for the field take a point of the rate limit? All do but the one that tells nothing. */
export function isCounted({ name }: RootField): boolean {
  return name !== "__typename";
}

/** Does the field hand out something that acts for somebody? Whoever asks is then audited. */
export function isIssuing({ name }: Pick<RootField, "name">): boolean {
  return visitorFields.has(name) || !(publicFields.has(name) || introspectionFields.has(name));
}

/**
 * By convention a field that issues takes the id of the user as `userId`, the name that it sets as `displayName`, the
 * device as `deviceId` and the network as `region`, each as an argument or in `input`.
 */
export function askedOf(args: Readonly<Record<string, unknown>>): Asked {
  const input = isRecord(args["input"]) ? args["input"] : args;
  return {
    userId: optionalText(input["userId"]),
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
  if (isForVisitors(field) && !field.args) throw new AppError("BAD_USER_INPUT");
  if (isPublic(field.name)) return;
  if (introspectionFields.has(field.name)) {
    if (caller || policy.openIntrospection) return;
    throw new AppError("UNAUTHENTICATED");
  }
  if (!caller) throw new AppError("UNAUTHENTICATED");
  if (!field.args) throw new AppError("BAD_USER_INPUT");
  const { userId, displayName } = askedOf(field.args);
  displayNameFor(caller, targetUserId(caller, "userId", userId), displayName);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
