/** A role as Amity's bodies show it (OpenAPI, RoleV3); times are ISO 8601. */
export interface Role {
  readonly roleId: string;
  readonly displayName: string;
  readonly permissions: readonly string[];
  readonly isDeleted: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What the table on docs.social.plus (roles and permissions) gives to moderators, in OpenAPI's words. */
const channelPermissions = [
  "MUTE_CHANNEL",
  "CLOSE_CHANNEL",
  "EDIT_CHANNEL",
  "EDIT_MESSAGE",
  "DELETE_MESSAGE",
  "BAN_USER_FROM_CHANNEL",
  "MUTE_USER_INSIDE_CHANNEL",
  "ADD_CHANNEL_USER",
  "REMOVE_CHANNEL_USER",
  "EDIT_CHANNEL_USER",
  "ASSIGN_CHANNEL_USER_ROLE",
];

const communityPermissions = [
  "ADD_COMMUNITY_USER",
  "REMOVE_COMMUNITY_USER",
  "EDIT_COMMUNITY_USER",
  "BAN_COMMUNITY_USER",
  "MUTE_COMMUNITY_USER",
  "EDIT_COMMUNITY",
  "DELETE_COMMUNITY",
  "EDIT_COMMUNITY_POST",
  "DELETE_COMMUNITY_POST",
  "PIN_COMMUNITY_POST",
  "EDIT_COMMUNITY_COMMENT",
  "DELETE_COMMUNITY_COMMENT",
  "ASSIGN_COMMUNITY_USER_ROLE",
];

const adminPermissions = ["EDIT_CHANNEL_RATELIMIT", "BAN_USER", "EDIT_USER", "ASSIGN_USER_ROLE"];

/**
 * The roles that a network has from its start (docs.social.plus, roles and permissions). The page names no ids: that of
 * the admin is the UI kit's (4.23.0), community-moderator is in the page's sample, and the others are like them.
 */
const defaultRoles: readonly (readonly [roleId: string, displayName: string, permissions: readonly string[]])[] = [
  ["global-admin", "Global Admin", [...adminPermissions, ...channelPermissions, ...communityPermissions]],
  ["super-moderator", "Super Moderator", [...channelPermissions, ...communityPermissions]],
  ["community-moderator", "Community Moderator", communityPermissions],
  ["channel-moderator", "Channel Moderator", channelPermissions],
];

/** The roles of a network that begins at a time, in ISO 8601; the first created first. */
export function rolesFrom(createdAt: string): Role[] {
  return defaultRoles.map(([roleId, displayName, permissions]) => ({
    roleId,
    displayName,
    permissions,
    isDeleted: false,
    createdAt,
    updatedAt: createdAt,
  }));
}

/** Those roles of the network that users have, each once. */
export function rolesOf(users: readonly { readonly roles: readonly string[] }[], roles: readonly Role[]): Role[] {
  return roles.filter(({ roleId }) => users.some((user) => user.roles.includes(roleId)));
}
