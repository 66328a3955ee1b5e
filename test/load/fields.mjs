import { createHmac } from "node:crypto";

/**
 * The root fields that callers ask for at once, and what a right answer is: everything that the upstream answers names
 * the region and the user, device or token that it is for.
 */

export const regions = ["EU", "SG", "US"];

export function visitorSecretOf(region) {
  return `visitor-secret-of-${region}`;
}

/** A text that says for which region and whom it is. */
export function textFor(region, whom, number = 0) {
  return Buffer.from(JSON.stringify([region, whom, number])).toString("base64url");
}

export function readText(text = "") {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    return [];
  }
}

/** An access token with claims as Amity's SDK reads them; its last part says where it is alive. */
export function accessTokenFor(region, userId) {
  const claims = Buffer.from(JSON.stringify({ user: { userId } })).toString("base64url");
  return `e30.${claims}.${textFor(region, userId)}`;
}

const isFor = (text, region, whom) => {
  const [itsRegion, its] = readText(text);
  return itsRegion === region && its === whom;
};

/** Somebody else's region now and then: then the token is dead there. */
const heldToken = ({ region, other, random }) =>
  accessTokenFor(random() < 0.7 ? region : regions[Math.floor(random() * regions.length)], other.userId);

const isAliveIn = (accessToken, region) => readText(accessToken.split(".")[2])[0] === region;

/**
 * `args`: what is asked, from a plan of caller, other caller, region and chance. `acts`: does it act for the caller, so
 * that for somebody else it is forbidden? `isRight`: judges what came, by the plan and what was asked.
 */
export const fields = {
  authToken: {
    operation: "query",
    types: { userId: "ID", region: "RegionCode" },
    select: "token userId region",
    acts: true,
    args: ({ region, userId }) => ({ userId, region }),
    isRight: (given, { caller, region }) =>
      isFor(given.token, region, caller.userId) && given.userId === caller.userId && given.region === region,
  },
  users: {
    operation: "query",
    types: { userIds: "[ID!]!", region: "RegionCode" },
    select: "userId displayName region",
    args: ({ region, caller, other }) => ({ userIds: [other.userId, caller.userId, other.userId], region }),
    isRight: (given, { region }, { userIds }) =>
      given.length === userIds.length &&
      given.every(
        (user, index) =>
          user.userId === userIds[index] && user.region === region && isFor(user.displayName, region, user.userId),
      ),
  },
  user: {
    operation: "query",
    types: { userId: "ID!", region: "RegionCode" },
    select: "userId displayName region",
    args: ({ region, other }) => ({ userId: other.userId, region }),
    isRight: (given, { region }, { userId }) =>
      given.userId === userId && given.region === region && isFor(given.displayName, region, userId),
  },
  sessionStatus: {
    operation: "query",
    types: { accessToken: "String!", region: "RegionCode" },
    select: "state userId",
    args: (plan) => ({ accessToken: heldToken(plan), region: plan.region }),
    isRight: (given, { region, other }, { accessToken }) => {
      const [state, userId] = isAliveIn(accessToken, region) ? ["ACTIVE", other.userId] : ["INVALID", null];
      return given.state === state && given.userId === userId;
    },
  },
  visitorSignature: {
    operation: "query",
    types: { deviceId: "String!", region: "RegionCode" },
    select: "deviceId authSignature authSignatureExpiresAt region",
    args: ({ region, other }) => ({ deviceId: other.userId, region }),
    isRight: ({ authSignature, authSignatureExpiresAt, ...given }, { region }, { deviceId }) => {
      const signed = `deviceId=${deviceId}&authSignatureExpiresAt=${authSignatureExpiresAt}`;
      const right = createHmac("sha256", visitorSecretOf(region)).update(signed).digest("hex");
      return authSignature === right && given.deviceId === deviceId && given.region === region;
    },
  },
  createSession: {
    operation: "mutation",
    types: { input: "CreateSessionInput!" },
    select: "accessToken userId region",
    acts: true,
    args: ({ region, userId }) => ({ input: { userId, region, deviceId: "device" } }),
    isRight: (given, { caller, region }) =>
      isFor(given.accessToken, region, caller.userId) && given.userId === caller.userId && given.region === region,
  },
  createVisitorSession: {
    operation: "mutation",
    types: { input: "CreateVisitorSessionInput!" },
    select: "accessToken userId region",
    args: ({ region, other }) => ({ input: { deviceId: other.userId, region } }),
    isRight: (given, { region }, { input }) =>
      isFor(given.accessToken, region, input.deviceId) && isFor(given.userId, region, input.deviceId),
  },
  revokeSession: {
    operation: "mutation",
    types: { input: "RevokeSessionInput!" },
    select: "revoked",
    args: (plan) => ({ input: { accessToken: heldToken(plan), region: plan.region } }),
    isRight: (given, { region }, { input }) => given.revoked === isAliveIn(input.accessToken, region),
  },
  revokeUserSessions: {
    operation: "mutation",
    types: { input: "RevokeUserSessionsInput!" },
    select: "revoked",
    acts: true,
    args: ({ region, userId }) => ({ input: { userId, region } }),
    isRight: (given) => given.revoked === true,
  },
  upsertUser: {
    operation: "mutation",
    types: { input: "UpsertUserInput!" },
    select: "userId",
    isForbidden: true,
    args: ({ region, other }) => ({ input: { userId: other.userId, displayName: "Eve", region } }),
  },
};

/** What callers may ask for, by the kind of operation; a token most often. */
export const asked = {
  query: ["authToken", "authToken", "authToken", "authToken", "users", "user", "sessionStatus", "visitorSignature"],
  mutation: ["createSession", "createSession", "createVisitorSession", "revokeSession", "revokeUserSessions"],
};
