import { AppError } from "../errors/app-error.js";
import { type NewAdminToken, parseNewAdminToken } from "./admin-token.js";
import { isUnknownUser } from "./failures.js";
import { limits } from "./input-rules.js";
import type { Region } from "./region.js";
import type { Call, CallLimits } from "./region-guard.js";
import type { RegionCode } from "./regions.js";
import {
  type AdminAuth,
  adminTokenRequest,
  type UserUpdate,
  userListRequest,
  userRevocationRequest,
  userUpdateRequest,
} from "./requests.js";
import { type AmityUser, parseUser, parseUsers } from "./user-wire.js";
import { parseSuccess } from "./wire.js";

/** What goes with a region's admin token. Every method throws AppError only; ADMIN_NOT_CONFIGURED without one. */
export interface AdminClient {
  /** Ends all access tokens of a user. Does Amity know the user? */
  revokeUserSessions(region: RegionCode, userId: string, limits: CallLimits): Promise<boolean>;
  /** Has another admin token made in the place of the region's, which dies soon then. */
  rotateAdminToken(region: RegionCode, limits: CallLimits & Pick<Call, "onAttempt">): Promise<NewAdminToken>;
  /** Those among one list of `userLists` whom Amity knows, deleted users too, in any order. */
  listUsers(region: RegionCode, userIds: readonly string[], limits: CallLimits): Promise<AmityUser[]>;
  /** Changes what is given of a user, who is created if need be; gives the user as it is then. */
  updateUser(region: RegionCode, update: UserUpdate, limits: CallLimits): Promise<AmityUser>;
}

/**
 * As many users as fit into an answer, whatever Amity's limits let them have: metadata, a description, an avatar and
 * roles with all their permissions are at most some twenty kilobytes for each.
 */
const usersThatFit = limits.lookedUpUsers / 10;

export function createAdminClient(regions: Readonly<Record<RegionCode, Region>>, auth: AdminAuth): AdminClient {
  const listUsers: AdminClient["listUsers"] = async (code, userIds, callLimits) => {
    const region = regions[code];
    const request = userListRequest({ auth, token: await region.adminToken() }, userIds);
    try {
      return await region.send({ operation: "listUsers", ...callLimits }, request, (text) =>
        parseUsers(text, region.onUnusableField(callLimits)),
      );
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // No document says what is answered when all of them are unknown.
      if (isUnknownUser(error)) return [];
      if (error.reason !== "too large" || userIds.length <= usersThatFit) throw error;
    }
    const found: AmityUser[] = [];
    for (let start = 0; start < userIds.length; start += usersThatFit) {
      found.push(...(await listUsers(code, userIds.slice(start, start + usersThatFit), callLimits)));
    }
    return found;
  };

  return {
    listUsers,

    async revokeUserSessions(code, userId, callLimits) {
      const region = regions[code];
      const request = userRevocationRequest({ auth, token: await region.adminToken() }, userId);
      try {
        await region.send({ operation: "revokeUserSessions", ...callLimits }, request, parseSuccess);
        return true;
      } catch (error) {
        if (error instanceof AppError && isUnknownUser(error)) return false;
        throw error;
      }
    },

    async rotateAdminToken(code, callLimits) {
      const region = regions[code];
      const request = adminTokenRequest({ auth, token: await region.adminToken() });
      return region.send({ operation: "rotateAdminToken", ...callLimits }, request, parseNewAdminToken);
    },

    async updateUser(code, update, callLimits) {
      const region = regions[code];
      const request = userUpdateRequest({ auth, token: await region.adminToken() }, update);
      return region.send({ operation: "updateUser", ...callLimits }, request, (text) =>
        parseUser(text, update.userId, region.onUnusableField(callLimits)),
      );
    },
  };
}
