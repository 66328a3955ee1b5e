import type { WallClock } from "../system/clock.js";
import { AmityError } from "./errors.js";
import { ExpiringMap } from "./expiring-map.js";
import type { AccessTokenClaims, DeviceInfo, Ids } from "./ids.js";
import { type Role, rolesFrom } from "./roles.js";
import { type User, Users, type UserType } from "./users.js";
import { checkVisitorSignature, type SignedVisit } from "./visitor-signature.js";

/** How one network behaves; all lifetimes in milliseconds. */
export interface NetworkRules {
  readonly secureMode: boolean;
  readonly singleUseAuthTokens: boolean;
  readonly authTokenLifetimeMs: number;
  readonly accessTokenLifetimeMs: number;
  /** What a new session does to those that its user has on the same device already. */
  readonly sameDevice: "keep" | "revoke";
  /** Whether a deleted user gets sessions, which say so, or is unknown. */
  readonly deletedUserSession: "200" | "404";
  /** Whether visitors need a signature, made with the secret. */
  readonly secureVisitorMode: boolean;
  readonly visitorSecret: string;
}

/** What a network needs from outside. */
export interface NetworkTools {
  readonly now: WallClock;
  readonly ids: Ids;
  readonly signAccessToken: (claims: AccessTokenClaims) => string;
}

interface Device {
  readonly deviceId: string;
  readonly deviceInfo?: DeviceInfo | undefined;
}

/** A request for a session. */
export interface SessionRequest extends Device {
  readonly userId: string;
  readonly displayName?: string | undefined;
  readonly profileHandle?: string | undefined;
  readonly authToken?: string | undefined;
}

/** What an access token stands for. */
export interface AccessGrant {
  readonly accessToken: string;
  readonly userId: string;
  readonly userType: UserType;
  readonly deviceId: string;
}

/** A session just opened; times in milliseconds since the epoch. */
export interface OpenedSession {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly user: User;
  readonly userType: UserType;
}

/** One Amity network in memory: who exists, which tokens live, and what ends them. */
export class Network {
  readonly users: Users;
  readonly roles: readonly Role[];
  /** When the network began, in milliseconds since the epoch: its only cache purge. */
  readonly lastCachePurge: number;
  readonly #rules: NetworkRules;
  readonly #tools: NetworkTools;
  readonly #authTokens: ExpiringMap<{ readonly userId: string }>;
  readonly #accessTokens: ExpiringMap<AccessGrant>;
  /** The last user of each device, for as long as that user's last session there can live. */
  readonly #deviceUsers: ExpiringMap<string>;

  constructor(rules: NetworkRules, tools: NetworkTools) {
    this.#rules = rules;
    this.#tools = tools;
    this.users = new Users(tools.now, tools.ids);
    this.lastCachePurge = tools.now();
    this.roles = rolesFrom(new Date(this.lastCachePurge).toISOString());
    this.#authTokens = new ExpiringMap(tools.now);
    this.#accessTokens = new ExpiringMap(tools.now);
    this.#deviceUsers = new ExpiringMap(tools.now);
  }

  /**
   * Makes an auth token for a userId, who need not exist and may be banned: a ban does not touch auth tokens
   * (docs.social.plus Security page).
   */
  mintAuthToken(userId: string): string {
    const token = this.#tools.ids.opaqueToken();
    this.#authTokens.set(token, { userId }, this.#tools.now() + this.#rules.authTokenLifetimeMs);
    return token;
  }

  /**
   * Opens a session and creates the user if need be. Refuses with unauthorized when secure mode is on and the auth
   * token is missing, unknown, dead or another user's, and with systemBan or globalBan when the user is banned.
   */
  openSession(request: SessionRequest): OpenedSession {
    const { userId, displayName, profileHandle, authToken } = request;
    if (this.#rules.secureMode) this.#checkAuthToken(request);
    this.users.refuseBanned(userId);
    const isKnown = !this.users.find(userId)?.isDeleted || this.#rules.deletedUserSession === "200";
    if (!isKnown) throw new AmityError("userNotFound");
    // Spent only by a session that opens: a refused one may be tried again.
    if (this.#rules.singleUseAuthTokens && authToken) this.#authTokens.delete(authToken);
    return this.#issue(request, this.users.save(userId, { displayName, profileHandle }), "signed-in");
  }

  /**
   * Opens the session of a device's visitor or bot. Refuses with invalidParameters or invalidSignature when secure
   * visitor mode is on and a visitor's signature does not hold, and with systemBan or globalBan.
   */
  openAnonymousSession(request: Device & SignedVisit, userType: Exclude<UserType, "signed-in">): OpenedSession {
    const { secureVisitorMode, visitorSecret } = this.#rules;
    if (userType === "visitor" && secureVisitorMode) checkVisitorSignature(request, visitorSecret, this.#tools.now());
    const user = this.users.ofDevice(userType, request.deviceId);
    this.users.refuseBanned(user.userId);
    return this.#issue(request, user, userType);
  }

  /** What a live access token stands for, or undefined. */
  findAccess(accessToken: string): AccessGrant | undefined {
    return this.#accessTokens.get(accessToken);
  }

  /** Ends one access token. */
  revoke(accessToken: string): void {
    this.#accessTokens.delete(accessToken);
  }

  /** Ends all access tokens of a user who must exist, or userNotFound is thrown. `isPublic` false: `id` is internal. */
  revokeUser(id: string, isPublic: boolean): void {
    this.#endSessions(this.users.mustFind(id, { isPublic }).userId);
  }

  /** Deletes a user for good and ends all access tokens. Refuses with noSuchUser or alreadyDeleted. */
  deleteUser(userId: string): void {
    this.users.delete(userId);
    this.#endSessions(userId);
  }

  #endSessions(userId: string): void {
    this.#accessTokens.deleteWhere((grant) => grant.userId === userId);
  }

  #checkAuthToken({ userId, authToken }: SessionRequest): void {
    const known = authToken === undefined ? undefined : this.#authTokens.get(authToken);
    if (known?.userId !== userId) throw new AmityError("unauthorized");
  }

  #issue({ deviceId, deviceInfo = {} }: Device, user: User, userType: UserType): OpenedSession {
    const { now, ids, signAccessToken } = this.#tools;
    const { _id, userId } = user;
    const issuedAt = now();
    const expiresAt = issuedAt + this.#rules.accessTokenLifetimeMs;
    const [iat, exp] = [Math.floor(issuedAt / 1000), Math.floor(expiresAt / 1000)];
    const refreshToken = ids.opaqueToken();
    const { networkId } = this.users;
    const claims = { userId: _id, publicUserId: userId, deviceInfo, networkId, refreshToken };
    const accessToken = signAccessToken({ user: claims, iat, exp });
    this.#rebind(deviceId, userId, expiresAt);
    this.#accessTokens.set(accessToken, { accessToken, userId, userType, deviceId }, expiresAt);
    return { accessToken, refreshToken, issuedAt, expiresAt, user, userType };
  }

  /**
   * A device that changes hands ends its former user's tokens there (docs.social.plus Security page). The technical FAQ
   * (access token invalidated early) does not say that it must be another user's session: hence `sameDevice`.
   */
  #rebind(deviceId: string, userId: string, expiresAt: number): void {
    const former = this.#deviceUsers.get(deviceId);
    if (former !== undefined && (former !== userId || this.#rules.sameDevice === "revoke")) {
      this.#accessTokens.deleteWhere((grant) => grant.userId === former && grant.deviceId === deviceId);
    }
    this.#deviceUsers.set(deviceId, userId, expiresAt);
  }
}
