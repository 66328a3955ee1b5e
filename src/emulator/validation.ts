import { z } from "zod";
import { AmityError, type AmityErrorName } from "./errors.js";

/** The versions of the session route. */
export type SessionVersion = "v3" | "v4" | "v5";

/** The longest device model, in characters (OpenAPI v3, v4 and v5). */
const modelLimits: Record<SessionVersion, number> = { v3: 100, v4: 100, v5: 300 };

/** At most so many users in one look-up (OpenAPI v3, users/list). */
const maxListedUsers = 100;

const userId = text(1, 50);

/** Query of the v3 token route: userId of 1-100 characters. A session takes only 50, a disagreement of Amity's own. */
export const tokenQueryV3 = fields({ userId: text(1, 100) });

/** Body that names one user of 1-50 characters: the v4 token route, ban and unban. */
export const namedUser = fields({ userId });

/** What the revocation routes are told (OpenAPI v4); `isPublic` false: userId is the internal id. */
export const revocation = fields({
  userId: userId.optional(),
  isPublic: z
    .literal([true, false, "true", "false"], { error: "must be a boolean." })
    .default(true)
    .transform((value) => String(value) === "true"),
});

/** The userIds of a look-up: 1-100 of at most 900 characters each (OpenAPI v3, users/list). */
export const userList = fields({
  userIds: z
    .array(text(0, 900))
    .min(1, "is required.")
    .max(maxListedUsers, `must contain less than or equal to ${maxListedUsers} items.`),
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
    deviceInfo: fields({
      kind: z
        .enum(["ios", "android", "web", "node"], { error: "does not match any of the allowed values." })
        .optional(),
      model: text(0, modelLimits[version]).optional(),
      sdkVersion: text(0, 30).optional(),
    }).optional(),
    displayName: text(0, 100).optional(),
    profileHandle: version === "v3" ? ignored : text(0, 100).optional(),
    authToken: text(1, 100).optional(),
  });
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
