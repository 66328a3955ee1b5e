import type { WallClock } from "../system/clock.js";
import { AmityError } from "./errors.js";
import { ExpiringMap } from "./expiring-map.js";
import type { AccessTokenClaims, Ids } from "./ids.js";
import { type Profile, type User, Users } from "./users.js";

/** How one network behaves; all lifetimes in milliseconds. */
export interface NetworkRules {
  readonly secureMode: boolean;
  readonly singleUseAuthTokens: boolean;
  readonly authTokenLifetimeMs: number;
  readonly accessTokenLifetimeMs: number;
}

/** What a network needs from outside. */
export interface NetworkTools {
  readonly now: WallClock;
  readonly ids: Ids;
  readonly signAccessToken: (claims: AccessTokenClaims) => string;
}

/** A request for a session. */
export interface SessionRequest extends Profile {
  readonly deviceId: string;
  readonly authToken?: string | undefined;
}

/** What an access token stands for. */
export interface AccessGrant {
  readonly accessToken: string;
  readonly userId: string;
  readonly deviceId: string;
}

/** A session just opened; times in milliseconds since the epoch. */
export interface OpenedSession {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly user: User;
}

/** One Amity network in memory: who exists, which tokens live, and what ends them. */
export class Network {
  readonly users: Users;
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
   * token is missing, unknown, dead or another user's, and with globalBan when the user is banned.
   */
  openSession(request: SessionRequest): OpenedSession {
    if (this.#rules.secureMode) this.#checkAuthToken(request);
    if (this.users.find(request.userId)?.isGlobalBan) throw new AmityError("globalBan");
    // Spent only by a session that opens: a refused one may be tried again.
    if (this.#rules.singleUseAuthTokens && request.authToken) this.#authTokens.delete(request.authToken);
    return this.#issue(request, this.users.save(request));
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
    const { userId } = this.users.mustFind(id, isPublic);
    this.#accessTokens.deleteWhere((grant) => grant.userId === userId);
  }

  #checkAuthToken({ userId, authToken }: SessionRequest): void {
    const known = authToken === undefined ? undefined : this.#authTokens.get(authToken);
    if (known?.userId !== userId) throw new AmityError("unauthorized");
  }

  #issue({ deviceId }: SessionRequest, user: User): OpenedSession {
    const { now, ids, signAccessToken } = this.#tools;
    const { userId } = user;
    const issuedAt = now();
    const expiresAt = issuedAt + this.#rules.accessTokenLifetimeMs;
    const [iat, exp] = [Math.floor(issuedAt / 1000), Math.floor(expiresAt / 1000)];
    const accessToken = signAccessToken({ userId, iat, exp, jti: ids.uuid() });
    this.#rebind(deviceId, userId, expiresAt);
    this.#accessTokens.set(accessToken, { accessToken, userId, deviceId }, expiresAt);
    return { accessToken, refreshToken: ids.opaqueToken(), issuedAt, expiresAt, user };
  }

  /** A device that changes hands ends its former user's tokens there (docs.social.plus Security page). */
  #rebind(deviceId: string, userId: string, expiresAt: number): void {
    const former = this.#deviceUsers.get(deviceId);
    if (former !== undefined && former !== userId) {
      this.#accessTokens.deleteWhere((grant) => grant.userId === former && grant.deviceId === deviceId);
    }
    this.#deviceUsers.set(deviceId, userId, expiresAt);
  }
}
