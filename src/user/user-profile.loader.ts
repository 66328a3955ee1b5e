import DataLoader from "dataloader";
import type { RegionCode } from "../amity/regions.js";
import { userKey } from "../amity/user-key.js";
import type { UserProfile } from "./user-profile.type.js";

export interface UserKey {
  readonly region: RegionCode;
  readonly userId: string;
}

/** Null: Amity knows nobody of this id. */
export type UserProfileLoader = DataLoader<UserKey, UserProfile | null, string>;

/** Gathers the users that one request looks up, each once. One loader for each request: the next one asks again. */
export function createUserProfileLoader(
  load: (keys: readonly UserKey[]) => Promise<(UserProfile | null | Error)[]>,
): UserProfileLoader {
  return new DataLoader<UserKey, UserProfile | null, string>(load, { cacheKeyFn: userKey });
}
