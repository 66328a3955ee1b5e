import { z } from "zod";
import { AmityError, type AmityErrorName } from "./errors.js";

/** The versions of the session route. */
export type SessionVersion = "v3" | "v4" | "v5";

/** The longest device model, in characters (OpenAPI v3, v4 and v5). */
const modelLimits: Record<SessionVersion, number> = { v3: 100, v4: 100, v5: 300 };

/** What takes several users takes at most so many (OpenAPI v3, users/list and ban channel users). */
const maxUsers = 100;

/** A user's metadata as JSON, in bytes (OpenAPI v3, update a user). */
const maxMetadataBytes = 5_000;

const userId = text(1, 50);

/** A flag in JSON or in a query. */
const flag = z.literal([true, false, "true", "false"], { error: "must be a boolean." });

/** Query of the v3 token route: userId of 1-100 characters. A session takes only 50, a disagreement of Amity's own. */
export const tokenQueryV3 = fields({ userId: text(1, 100) });

/** One user of 1-50 characters: the v4 token route, ban and unban, deletion. */
export const namedUser = fields({ userId });

/** What the revocation routes are told (OpenAPI v4); `isPublic` false: userId is the internal id. */
export const revocation = fields({
  userId: userId.optional(),
  isPublic: flag.default(true).transform((value) => String(value) === "true"),
});

/** Path and query that ask for one user; `type` internal: userId is the internal id (OpenAPI v3, get a user). */
export const oneUser = fields({ userId: text(1, 900), type: choice("public", "internal").default("public") });

/** Body that bans users from a channel, or no longer (OpenAPI v3). */
export const channelMembers = fields({ userIds: several(userId) });

/** The userIds of a look-up: 1-100 of at most 900 characters each (OpenAPI v3, users/list). */
export const userList = fields({ userIds: several(text(0, 900)) });

/**
 * What is to change of a user (OpenAPI v3, update a user). `createNewUserWhenNotFound` is what Amity's SDKs send as
 * false; that a user is created without it is our reading of its name.
 */
export const userUpdate = fields({
  userId,
  displayName: text(0, 100).optional(),
  roles: z.array(text(0, 100), "must be an array.").max(10, tooMany(10)).optional(),
  metadata: z
    .record(z.string(), z.unknown(), "must be an Object.")
    .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= maxMetadataBytes, {
      error: `size must be less than or equal to ${maxMetadataBytes} bytes.`,
    })
    .optional(),
  avatarFileId: text(0, 50).nullable().optional(),
  avatarCustomUrl: text(0, 1_000).optional(),
  description: text(0, 500).optional(),
  createNewUserWhenNotFound: flag.default(true).transform((value) => String(value) === "true"),
});

/** What is to change of the network's settings (OpenAPI v3, update network setting configuration). */
export const settingsUpdate = fields({
  tierHandler: text(0, 200).optional(),
  socialEnabled: z.boolean("must be a boolean.").optional(),
  videoStreamingEnabled: z.boolean("must be a boolean.").optional(),
  chatEnabled: z.boolean("must be a boolean.").optional(),
  isWhitelistEnabled: z.boolean("must be a boolean.").optional(),
});

/** Query that searches for users (OpenAPI v3, query users). */
export const userQuery = fields({
  keyword: text(0, 100).optional(),
  exactMatchKeyword: flag.default(false).transform((value) => String(value) === "true"),
  searchBy: z.array(choice("displayName", "profileHandle", "userId"), "must be an array.").max(3, tooMany(3)),
  filter: choice("all", "flagged").default("all"),
  sortBy: choice("firstCreated", "lastCreated", "displayName", "profileHandle").optional(),
  isDeleted: flag.default(false).transform((value) => String(value) === "true"),
});

/** Query that lists roles (OpenAPI v3, get roles). The keyword is called required there; Amity's SDKs leave it out. */
export const roleQuery = fields({
  keyword: text(0, 100).default(""),
  sortBy: choice("lastCreated", "firstCreated", "displayName").default("lastCreated"),
});

/** The part of a list that a query asks for: how many of it, or a token that an answer named (OpenAPI v3). */
export const pageQuery = fields({
  limit: z.coerce
    .number("must be a number.")
    .pipe(z.int("must be an integer.").min(1, "must be greater than or equal to 1.").max(100, tooLarge(100)))
    .default(10),
  token: text(0, 1_000).optional(),
});

/** Path of one client certificate: its name of 1-30 characters (docs.social.plus Security page). */
export const certificateName = fields({ name: text(1, 30) });

/** What Amity's console asks for to issue a client certificate; the request is PEM, a few kilobytes at most. */
export const certificateRequest = certificateName.extend({ csr: text(1, 20_000) });

/** v3 sessions do not know profileHandle (OpenAPI v3). */
const ignored = z
  .unknown()
  .transform((): undefined => undefined)
  .optional();

/** Body of the session routes; keys that a version does not know are ignored. */
export function sessionBody(version: SessionVersion) {
  return fields({
    userId: version === "v5" ? userId.refine(isUnreserved, "must not start with 'ADMIN_' or 'DELETED_'.") : userId,
    deviceId: text(1, 150),
    deviceInfo: deviceInfo(version),
    displayName: text(0, 100).optional(),
    profileHandle: version === "v3" ? ignored : text(0, 100).optional(),
    authToken: text(1, 100).optional(),
  });
}

/** Body of the route for visitors (OpenAPI v5). */
export const visitorBody = fields({
  deviceId: text(1, 150),
  deviceInfo: deviceInfo("v5"),
  authSignature: text(64, 64).optional(),
  authSignatureExpiresAt: z.iso.datetime({ offset: true, error: "must be an ISO 8601 date." }).optional(),
});

/** Body of the route for bots (OpenAPI v5). */
export const botBody = fields({ deviceId: text(1, 150), deviceInfo: deviceInfo("v5") });

function deviceInfo(version: SessionVersion) {
  return fields({
    kind: choice("ios", "android", "web", "node").optional(),
    model: text(0, modelLimits[version]).optional(),
    sdkVersion: text(0, 30).optional(),
  }).optional();
}

/**
 * Reads untrusted input. `refusal`: which of Amity's errors a failure is thrown as; it carries one sentence for each
 * bad field, never its value.
 */
export function parse<Output>(schema: z.ZodType<Output>, input: unknown, refusal: AmityErrorName): Output {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  // Worded as the one example in OpenAPI v4: "The 'data.text' field length must be less than or equal to ...".
  const detail = result.error.issues.map(({ path, message }) => `The '${path.join(".") || "body"}' field ${message}`);
  throw new AmityError(refusal, detail);
}

function fields<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.object(shape, { error: "must be an Object." });
}

function choice<const Names extends readonly string[]>(...names: Names) {
  return z.enum(names, { error: "does not match any of the allowed values." });
}

function several<Item extends z.ZodType>(item: Item) {
  return z.array(item, "must be an array.").min(1, "is required.").max(maxUsers, tooMany(maxUsers));
}

function tooMany(max: number): string {
  return `must contain less than or equal to ${max} items.`;
}

function tooLarge(max: number): string {
  return `must be less than or equal to ${max}.`;
}

/** A string whose length is counted in code points, as a reader counts characters: an emoji is one. */
function text(min: number, max: number) {
  return z
    .string({ error: ({ input }) => (input === undefined ? "is required." : "must be a string.") })
    .refine((value) => codePoints(value) >= min, `length must be greater than or equal to ${min} characters long.`)
    .refine((value) => codePoints(value) <= max, `length must be less than or equal to ${max} characters long.`);
}

function codePoints(value: string): number {
  return [...value].length;
}

function isUnreserved(value: string): boolean {
  return !value.startsWith("ADMIN_") && !value.startsWith("DELETED_");
}
