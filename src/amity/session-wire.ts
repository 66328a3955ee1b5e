import { merged } from "../system/merged.js";
import { dateTime, entries, flag, jsonObject, object, text, texts } from "./fields.js";
import { type AmityUser, users } from "./user-wire.js";
import { badResponse, parseJson } from "./wire.js";

const files = entries("files", "fileId", {
  fileUrl: text,
  type: text,
  accessType: text,
  altText: text,
  createdAt: dateTime,
  updatedAt: dateTime,
  // Kept whole: `size` is a number in OpenAPI and a string in the TypeScript SDK.
  attributes: jsonObject,
});

const roles = entries("roles", "roleId", {
  displayName: text,
  permissions: texts("roles.permissions"),
  isDeleted: flag,
  createdAt: dateTime,
  updatedAt: dateTime,
});

const session = object("session", {
  accessToken: text,
  refreshToken: text,
  issuedAt: dateTime,
  expiresAt: dateTime,
  // Some OpenAPI revisions of the v4 route spell it so.
  expiredAt: dateTime,
  userType: text,
  users,
  files,
  roles,
  lastCachePurge: dateTime,
});

/** Every name that `onUnusable` of parseSession can hear. */
export const unusableFields: readonly string[] = [...new Set(session.places)];

/** A session as Amity answered it. `user` is the entry of `users` that was signed in. */
export interface AmitySession {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly issuedAt: Date | undefined;
  readonly expiresAt: Date | undefined;
  readonly userType: string | undefined;
  readonly user: AmityUser;
  readonly users: AmityUser[];
  readonly files: (typeof files)["absent"];
  readonly roles: (typeof roles)["absent"];
  readonly lastCachePurge: Date | undefined;
}

/**
 * Reads a session. It needs an access token and the user of this id; of a visitor, whose id Amity makes, the first is
 * taken, as Amity's SDK 7 does. Whatever else is odd is left empty, so that a
 * change at Amity keeps nobody out. `onUnusable` hears the names of such fields, each once. Fields that Amity adds are
 * ignored; roles, permissions and file types that it adds are kept as they are.
 * Throws UPSTREAM_BAD_RESPONSE when what it needs is missing.
 */
export function parseSession(
  body: string,
  userId: string | undefined,
  onUnusable: (field: string) => void,
): AmitySession {
  const unusable = new Set<string>();
  const answer = session.read(parseJson(body), (field) => unusable.add(field));
  if (!answer) throw badResponse(body, "not a session");
  const { accessToken, expiredAt, expiresAt = expiredAt, ...others } = answer;
  const user = answer.users.find((candidate) => userId === undefined || candidate.userId === userId);
  if (!accessToken) throw badResponse(body, "not a session", "accessToken");
  if (!user) throw badResponse(body, "another user");
  // One of the two is wrong, and clients go by the end.
  const isContrary = others.issuedAt && expiresAt && others.issuedAt >= expiresAt;
  if (isContrary) unusable.add("session.issuedAt");
  for (const field of unusable) onUnusable(field);
  return merged(others, { accessToken, expiresAt, user, issuedAt: isContrary ? undefined : others.issuedAt });
}
