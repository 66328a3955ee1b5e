import { count, dateTime, entries, flag, int, json, jsonObject, object, text, texts } from "./fields.js";
import { badResponse, isObject, parseJson } from "./wire.js";

export const users = entries("users", "userId", {
  _id: text,
  path: text,
  displayName: text,
  profileHandle: text,
  description: text,
  avatarFileId: text,
  avatarCustomUrl: text,
  metadata: jsonObject,
  roles: texts("users.roles"),
  permissions: texts("users.permissions"),
  flagCount: count,
  // `hash` is documented as string[] (OpenAPI), integer[] (older OpenAPI, Flutter SDK) and string (TypeScript SDK).
  hashFlag: object("users.hashFlag", { bits: int, hashes: int, hash: json }),
  isGlobalBan: flag,
  isBrand: flag,
  isDeleted: flag,
  createdAt: dateTime,
  updatedAt: dateTime,
  deletedAt: dateTime,
});

export type AmityUser = (typeof users)["absent"][number];

/**
 * Reads the users of an answer of the users routes. An entry without an id is left out, and whatever else is odd is
 * left empty; `onUnusable` hears the names of such fields, each once. Throws UPSTREAM_BAD_RESPONSE when there is no
 * list of users at all: an answer of another kind must not mean that nobody is there.
 */
export function parseUsers(body: string, onUnusable: (field: string) => void): AmityUser[] {
  const answer = parseJson(body);
  const unusable = new Set<string>();
  const found = isObject(answer) ? users.read(answer["users"], (field) => unusable.add(field)) : undefined;
  if (!found) throw badResponse(body, "no users");
  for (const field of unusable) onUnusable(field);
  return found;
}

/** The same for the one user of this id. Throws UPSTREAM_BAD_RESPONSE when that is not there. */
export function parseUser(body: string, userId: string, onUnusable: (field: string) => void): AmityUser {
  const user = parseUsers(body, onUnusable).find((candidate) => candidate.userId === userId);
  if (!user) throw badResponse(body, "another user");
  return user;
}
