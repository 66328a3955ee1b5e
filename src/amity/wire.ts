import { z } from "zod";
import { AppError } from "../errors/app-error.js";
import { limits } from "./input-rules.js";

/**
 * Amity's answers, parsed into typed values. Fields that Amity adds are ignored; roles, permissions and file types that
 * it adds are kept as they are. Amity's OpenAPI marks nothing nullable, yet its samples hold nulls: an absent optional
 * field and a null one are the same.
 */

const optional = <T extends z.ZodType>(type: T) => type.nullish().transform((value) => value ?? undefined);
const listOf = <T extends z.ZodType>(type: T) =>
  z
    .array(type)
    .nullish()
    .transform((value) => value ?? []);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const dateTime = z.iso.datetime({ offset: true }).transform((value) => new Date(value));
/** Amity's own free data. Deeper than this it could not be written out again, and nobody means it. */
const maxJsonDepth = 64;
const json = z.unknown().refine((value) => depthOf(value) <= maxJsonDepth, "nested too deeply");
const jsonObject = z.record(z.string(), json);

const userSchema = z.object({
  _id: optional(z.string()),
  userId: z.string(),
  path: optional(z.string()),
  displayName: optional(z.string()),
  profileHandle: optional(z.string()),
  description: optional(z.string()),
  avatarFileId: optional(z.string()),
  avatarCustomUrl: optional(z.string()),
  metadata: optional(jsonObject),
  roles: listOf(z.string()),
  permissions: listOf(z.string()),
  flagCount: z
    .int32()
    .nullish()
    .transform((value) => value ?? 0),
  // `hash` is documented as string[] (OpenAPI), integer[] (older OpenAPI, Flutter SDK) and string (TypeScript SDK).
  hashFlag: optional(z.object({ bits: optional(z.int32()), hashes: optional(z.int32()), hash: json.optional() })),
  isGlobalBan: flag,
  isBrand: flag,
  isDeleted: flag,
  createdAt: optional(dateTime),
  updatedAt: optional(dateTime),
  deletedAt: optional(dateTime),
});

const fileSchema = z.object({
  fileId: z.string(),
  fileUrl: optional(z.string()),
  type: optional(z.string()),
  accessType: optional(z.string()),
  altText: optional(z.string()),
  createdAt: optional(dateTime),
  updatedAt: optional(dateTime),
  // Kept whole: `size` is a number in OpenAPI and a string in the TypeScript SDK.
  attributes: optional(jsonObject),
});

const roleSchema = z.object({
  roleId: z.string(),
  displayName: optional(z.string()),
  permissions: listOf(z.string()),
  isDeleted: flag,
  createdAt: optional(dateTime),
  updatedAt: optional(dateTime),
});

const sessionSchema = z.object({
  accessToken: z.string().min(1),
  refreshToken: optional(z.string()),
  issuedAt: optional(dateTime),
  expiresAt: optional(dateTime),
  // Some OpenAPI revisions of the v4 route spell it so.
  expiredAt: optional(dateTime),
  userType: optional(z.string()),
  users: z.array(userSchema),
  files: listOf(fileSchema),
  roles: listOf(roleSchema),
  lastCachePurge: optional(dateTime),
});

export type AmityUser = z.infer<typeof userSchema>;

/** A session as Amity answered it. `user` is the entry of `users` that was signed in. */
export type AmitySession = Omit<z.infer<typeof sessionSchema>, "expiredAt"> & { user: AmityUser };

/**
 * Reads an auth token: v3 answers a JSON string, v4 text/plain with quotes around the token, and a bare token is
 * taken as it is. Throws UPSTREAM_BAD_RESPONSE for anything else, such as an HTML page or a JSON object.
 */
export function parseAuthToken(text: string): string {
  const trimmed = text.trim();
  const token = trimmed.startsWith('"') ? parseJson(trimmed) : bareToken(trimmed);
  if (typeof token !== "string" || token.length === 0 || token.length > limits.authToken || /\p{Cc}/u.test(token)) {
    throw badResponse("not an auth token");
  }
  return token;
}

function bareToken(text: string): string | undefined {
  const isWord = /^[^\s"'<>{}[\]]+$/.test(text);
  return isWord && !["null", "true", "false"].includes(text) ? text : undefined;
}

/** Reads a session. Throws UPSTREAM_BAD_RESPONSE when the body does not fit, or holds no user of this id. */
export function parseSession(text: string, userId: string): AmitySession {
  const parsed = sessionSchema.safeParse(parseJson(text));
  if (!parsed.success) throw badResponse(parsed.error.issues.map(({ path }) => path.join(".") || "body").join(", "));
  const user = parsed.data.users.find((candidate) => candidate.userId === userId);
  if (!user) throw badResponse("users: the asked one is missing");
  const { expiredAt, ...session } = parsed.data;
  return { ...session, expiresAt: session.expiresAt ?? expiredAt, user };
}

/** `problem`: names of fields, for the log. */
function badResponse(problem: string): AppError {
  return new AppError("UPSTREAM_BAD_RESPONSE", { log: { problem } });
}

function depthOf(value: unknown): number {
  let depth = 0;
  for (let level: unknown[] = [value]; level.length > 0 && depth <= maxJsonDepth; depth++) {
    level = level.flatMap((entry) => (typeof entry === "object" && entry !== null ? Object.values(entry) : []));
  }
  return depth;
}

const failureSchema = z.object({
  // One OpenAPI revision types it as a string.
  code: z
    .union([
      z.int(),
      z
        .string()
        .regex(/^\d{1,9}$/)
        .transform(Number),
    ])
    .optional()
    .catch(undefined),
  message: z.string().optional().catch(undefined),
  data: z.object({ detail: z.unknown() }).optional().catch(undefined),
});

/** The parts of Amity's error body that decide what an error means. */
export interface FailureBody {
  readonly code?: number | undefined;
  readonly message?: string | undefined;
  /** Amity named parameters: the request was at fault, whatever the status says. */
  readonly hasDetail: boolean;
}

/** Reads an error body of any kind; not every one is JSON (the v4 token route's 401 is text/plain). */
export function parseFailure(text: string): FailureBody {
  const parsed = failureSchema.safeParse(parseJson(text));
  if (!parsed.success) return { hasDetail: false };
  const { code, message, data } = parsed.data;
  return { code, message, hasDetail: data?.detail !== undefined && data.detail !== null };
}

const notJson = Symbol("not JSON");

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return notJson;
  }
}
