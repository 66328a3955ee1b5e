import { limits, textProblem } from "./input-rules.js";
import { isObject, parseJson } from "./wire.js";

/** What Amity says of an access token: it is alive, it is none or dead, its user is banned. */
export enum SessionState {
  ACTIVE = "ACTIVE",
  INVALID = "INVALID",
  BANNED = "BANNED",
}

/**
 * The user whom an access token names: the claims are those that ts-sdk-react-native 7.20 reads. Nobody verified them,
 * so they tell something only of a token that Amity takes. Undefined for a token without a usable id.
 */
export function userIdIn(accessToken: string): string | undefined {
  const payload = Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString("utf8");
  const user = at(parseJson(payload), "user");
  const userId = at(user, "publicUserId") ?? at(user, "userId");
  if (typeof userId !== "string") return undefined;
  return textProblem(userId, limits.tokenUserId) === undefined ? userId : undefined;
}

function at(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}
