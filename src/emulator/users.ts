import type { WallClock } from "../system/clock.js";
import { AmityError } from "./errors.js";
import type { Ids } from "./ids.js";

/** A user as Amity's v3 bodies show it (docs.social.plus Security page); times are ISO 8601 with milliseconds. */
export interface User {
  /** The internal id, 24 hexadecimal digits. */
  readonly _id: string;
  /** The user's real-time topic. */
  readonly path: string;
  readonly userId: string;
  displayName: string;
  /** Only in the body once it was given. */
  profileHandle?: string;
  readonly avatarFileId: null;
  readonly metadata: Readonly<Record<string, never>>;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly flagCount: number;
  readonly hashFlag: null;
  isGlobalBan: boolean;
  readonly isDeleted: boolean;
  readonly createdAt: string;
  updatedAt: string;
}

/** What a session may say about its user; an absent field leaves the user as it is. */
export interface Profile {
  readonly userId: string;
  readonly displayName?: string | undefined;
  readonly profileHandle?: string | undefined;
}

/** The users of one network. They are kept until the emulator stops. */
export class Users {
  readonly #now: WallClock;
  readonly #ids: Ids;
  readonly #networkId: string;
  readonly #byUserId = new Map<string, User>();

  constructor(now: WallClock, ids: Ids) {
    this.#now = now;
    this.#ids = ids;
    this.#networkId = ids.objectId();
  }

  /** The user, or undefined. */
  find(userId: string): User | undefined {
    return this.#byUserId.get(userId);
  }

  /** The users among these that exist, each once. */
  list(userIds: readonly string[]): User[] {
    return [...new Set(userIds)].flatMap((userId) => this.find(userId) ?? []);
  }

  /**
   * A user who must exist, or userNotFound is thrown. `isPublic` false: `id` is the internal id (OpenAPI v4, revoke
   * access token).
   */
  mustFind(id: string, isPublic = true): User {
    const user = isPublic ? this.find(id) : [...this.#byUserId.values()].find((candidate) => candidate._id === id);
    if (!user) throw new AmityError("userNotFound");
    return user;
  }

  /** Creates a user or takes over what the profile says of a known one (OpenAPI v5, register a session). */
  save(profile: Profile): User {
    const user = this.#byUserId.get(profile.userId) ?? this.#create(profile.userId);
    if (profile.displayName === undefined && profile.profileHandle === undefined) return user;
    user.displayName = profile.displayName ?? user.displayName;
    if (profile.profileHandle !== undefined) user.profileHandle = profile.profileHandle;
    user.updatedAt = this.#timestamp();
    return user;
  }

  /** Bans or unbans a user who must exist, or userNotFound is thrown; doing so twice changes nothing. */
  setGlobalBan(userId: string, isGlobalBan: boolean): void {
    const user = this.mustFind(userId);
    if (user.isGlobalBan === isGlobalBan) return;
    user.isGlobalBan = isGlobalBan;
    user.updatedAt = this.#timestamp();
  }

  #create(userId: string): User {
    const _id = this.#ids.objectId();
    const user: User = {
      _id,
      path: `${this.#networkId}/user/${_id}`,
      userId,
      displayName: userId, // docs.amity.co, Create User: without a displayName the userId is used
      avatarFileId: null,
      metadata: {},
      roles: [],
      permissions: [],
      flagCount: 0,
      hashFlag: null,
      isGlobalBan: false,
      isDeleted: false,
      createdAt: this.#timestamp(),
      updatedAt: this.#timestamp(),
    };
    this.#byUserId.set(userId, user);
    return user;
  }

  #timestamp(): string {
    return new Date(this.#now()).toISOString();
  }
}
