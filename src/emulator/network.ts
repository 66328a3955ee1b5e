import type { WallClock } from "../system/clock.js";
import { AmityError, because } from "./errors.js";
import { ExpiringMap } from "./expiring-map.js";
import type { AccessTokenClaims, DeviceInfo, Ids } from "./ids.js";
import { type Role, rolesFrom } from "./roles.js";
import { type Grant, Tokens } from "./tokens.js";
import { type User, Users, type UserType } from "./users.js";
import { checkVisitorSignature, type SignedVisit } from "./visitor-signature.js";

/** How one network behaves; all lifetimes in milliseconds. */
export interface NetworkRules {
  /** Whether sessions need an auth token, at the start. */
  readonly secureMode: boolean;
  readonly singleUseAuthTokens: boolean;
  readonly authTokenLifetimeMs: number;
  /** By whether secure mode is on when a session opens. */
  readonly accessTokenLifetimesMs: { readonly secure: number; readonly unsecure: number };
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

/** What an access token stands for: a session. */
export interface AccessGrant extends Grant {
  readonly userType: UserType;
  readonly deviceId: string;
  readonly deviceInfo: DeviceInfo;
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
  readonly authTokens: Tokens<Grant>;
  readonly accessTokens: Tokens<AccessGrant>;
  /** Whether sessions need an auth token. */
  secureMode: boolean;
  readonly #rules: NetworkRules;
  readonly #tools: NetworkTools;
  #tokenCount = 0;
  /** The last user of each device, for as long as that user's last session there can live. */
  readonly #deviceUsers: ExpiringMap<string>;

  constructor(rules: NetworkRules, tools: NetworkTools) {
    this.#rules = rules;
    this.#tools = tools;
    this.users = new Users(tools.now, tools.ids);
    this.lastCachePurge = tools.now();
    this.roles = rolesFrom(new Date(this.lastCachePurge).toISOString());
    this.secureMode = rules.secureMode;
    this.authTokens = new Tokens(tools.now);
    this.accessTokens = new Tokens(tools.now);
    this.#deviceUsers = new ExpiringMap(tools.now);
  }

  /**
   * Makes an auth token for a userId, who need not exist and may be banned: a ban does not touch auth tokens
   * (docs.social.plus Security page).
   */
  mintAuthToken(userId: string): string {
    const { ids, now } = this.#tools;
    const token = ids.opaqueToken();
    const issuedAt = now();
    const expiresAt = issuedAt + this.#rules.authTokenLifetimeMs;
    this.authTokens.add({ id: this.#nextId(), token, userId, issuedAt, expiresAt });
    return token;
  }

  /**
   * Opens a session and creates the user if need be. Refuses with unauthorized when secure mode is on and the auth
   * token is missing, unknown, dead or another user's, and with systemBan or globalBan when the user is banned.
   */
  openSession(request: SessionRequest): OpenedSession {
    const { userId, displayName, profileHandle, authToken } = request;
    if (this.secureMode) this.#checkAuthToken(request);
    this.users.refuseBanned(userId);
    const isKnown = !this.users.find(userId)?.isDeleted || this.#rules.deletedUserSession === "200";
    if (!isKnown) throw new AmityError("userNotFound");
    // Spent only by a session that opens: a refused one may be tried again.
    if (this.#rules.singleUseAuthTokens && authToken) this.authTokens.end(authToken, "has opened a session already");
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

  /** Ends all access tokens of a user who must exist, or userNotFound is thrown. `isPublic` false: `id` is internal. */
  revokeUser(id: string, isPublic: boolean): void {
    this.#endSessions(this.users.mustFind(id, { isPublic }).userId, "was revoked with all of its user's");
  }

  /** Deletes a user for good and ends all access tokens. Refuses with noSuchUser or alreadyDeleted. */
  deleteUser(userId: string): void {
    this.users.delete(userId);
    this.#endSessions(userId, "ended when its user was deleted");
  }

  /** Forgets users, tokens and devices, and has the secure mode of its start. */
  reset(): void {
    this.secureMode = this.#rules.secureMode;
    this.users.clear();
    for (const held of [this.authTokens, this.accessTokens, this.#deviceUsers]) held.clear();
  }

  #endSessions(userId: string, why: string): void {
    this.accessTokens.endWhere((grant) => grant.userId === userId, why);
  }

  #checkAuthToken({ userId, authToken }: SessionRequest): void {
    if (authToken === undefined) throw because("unauthorized", "Secure mode is on, and there is no authToken.");
    const known = this.authTokens.find(authToken);
    if (!known) throw because("unauthorized", `The auth token ${this.authTokens.whyDead(authToken)}.`);
    if (known.userId !== userId) throw because("unauthorized", "The auth token was minted for another user.");
  }

  #issue({ deviceId, deviceInfo = {} }: Device, user: User, userType: UserType): OpenedSession {
    const { now, ids, signAccessToken } = this.#tools;
    const { _id, userId } = user;
    const issuedAt = now();
    const { secure, unsecure } = this.#rules.accessTokenLifetimesMs;
    const expiresAt = issuedAt + (this.secureMode ? secure : unsecure);
    const [iat, exp] = [Math.floor(issuedAt / 1000), Math.floor(expiresAt / 1000)];
    const refreshToken = ids.opaqueToken();
    const { networkId } = this.users;
    const claims = { userId: _id, publicUserId: userId, deviceInfo, networkId, refreshToken };
    const token = signAccessToken({ user: claims, iat, exp });
    this.#rebind(deviceId, userId, expiresAt);
    const id = this.#nextId();
    this.accessTokens.add({ id, token, userId, userType, deviceId, deviceInfo, issuedAt, expiresAt });
    return { accessToken: token, refreshToken, issuedAt, expiresAt, user, userType };
  }

  /** Of a token, for this network's whole life. */
  #nextId(): string {
    this.#tokenCount += 1;
    return String(this.#tokenCount);
  }

  /**
   * A device that changes hands ends its former user's tokens there (docs.social.plus Security page). The technical FAQ
   * (access token invalidated early) does not say that it must be another user's session: hence `sameDevice`.
   */
  #rebind(deviceId: string, userId: string, expiresAt: number): void {
    const former = this.#deviceUsers.get(deviceId);
    if (former !== undefined && (former !== userId || this.#rules.sameDevice === "revoke")) {
      const why =
        former === userId ? "ended with its user's next session there" : "ended when another user took its device";
      this.accessTokens.endWhere((grant) => grant.userId === former && grant.deviceId === deviceId, why);
    }
    this.#deviceUsers.set(deviceId, userId, expiresAt);
  }
}
