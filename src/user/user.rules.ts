import { checkMetadata, checkProse, checkText, checkTexts, limits } from "../amity/input-rules.js";
import type { RegionCode } from "../amity/regions.js";
import type { UserUpdate } from "../amity/requests.js";
import type { ChangeableUserId } from "../caller/access.js";
import type { UpsertUserInput } from "./user.input.js";

/** A user to create or to change: the input, with an id that was checked for the caller. */
export interface UserOrder extends Omit<UpsertUserInput, "region" | "userId"> {
  readonly region: RegionCode;
  readonly userId: ChangeableUserId;
}

/** Checks an order against Amity's documented limits, and gives what to send, unchanged. Throws BAD_USER_INPUT. */
export function checkUser(order: UserOrder): UserUpdate {
  const { displayName, roles, metadata, avatarFileId, avatarCustomUrl, description } = order;
  return {
    userId: checkText("input.userId", order.userId, limits.sessionUserId),
    displayName: checkText("input.displayName", displayName, limits.displayName),
    roles: checkTexts("input.roles", roles, limits.roles, limits.role),
    metadata: checkMetadata("input.metadata", metadata),
    avatarFileId: checkText("input.avatarFileId", avatarFileId, limits.avatarFileId),
    avatarCustomUrl: checkText("input.avatarCustomUrl", avatarCustomUrl, limits.avatarCustomUrl),
    description: checkProse("input.description", description, limits.description),
  };
}
