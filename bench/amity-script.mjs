/** What the scripted Amity answers for a user, so that whoever asks can tell whether it is the right user's answer. */

export const apiKey = "bench-api-key";
export const serverKey = "bench-server-key";

const day = 86_400_000;

export function authTokenOf(userId) {
  return `auth-token-of-${userId}.`.padEnd(64, "x");
}

/** As long as Amity's, which are JWTs. */
export function accessTokenOf(userId) {
  return `access-token-of-${userId}.`.padEnd(220, "x");
}

/** The body of an answer to POST /api/v3/sessions. */
export function sessionOf(userId, displayName = userId) {
  const issuedAt = new Date();
  const timestamps = { createdAt: "2026-01-01T00:00:00.000Z", updatedAt: "2026-01-01T00:00:00.000Z" };
  return {
    accessToken: accessTokenOf(userId),
    issuedAt: issuedAt.toISOString(),
    expiresAt: new Date(issuedAt.getTime() + 30 * day).toISOString(),
    refreshToken: `refresh-token-of-${userId}`,
    users: [
      {
        _id: "64b7c0ffee64b7c0ffee64b7",
        path: "64b7c0ffee/user/64b7c0ffee64b7c0ffee64b7",
        userId,
        displayName,
        avatarFileId: null,
        metadata: {},
        roles: ["member"],
        permissions: ["VIEW_COMMUNITY"],
        flagCount: 0,
        hashFlag: null,
        isGlobalBan: false,
        isDeleted: false,
        ...timestamps,
      },
    ],
    files: [],
    roles: [{ roleId: "member", displayName: "Member", permissions: ["VIEW_COMMUNITY"], ...timestamps }],
    lastCachePurge: "2026-01-01T00:00:00.000Z",
  };
}
