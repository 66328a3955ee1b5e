import type { WallClock } from "../system/clock.js";
import { AmityError, type AmityErrorName } from "./errors.js";
import type { Ids } from "./ids.js";

/** Who can have a session (OpenAPI v5). */
export type UserType = "signed-in" | "visitor" | "bot";

/** A user as Amity's v3 bodies show it (docs.social.plus Security page); times are ISO 8601 with milliseconds. */
export interface User extends Profile {
  /** The internal id, 24 hexadecimal digits. */
  readonly _id: string;
  /** The user's real-time topic. */
  readonly path: string;
  readonly userId: string;
  displayName: string;
  avatarFileId: string | null;
  metadata: Readonly<Record<string, unknown>>;
  roles: readonly string[];
  readonly permissions: readonly string[];
  readonly flagCount: number;
  readonly hashFlag: null;
  isGlobalBan: boolean;
  isDeleted: boolean;
  readonly createdAt: string;
  updatedAt: string;
}

/** What may be said of a user; what is undefined stays as it is, and is in no body before it was given. */
export interface Profile {
  displayName?: string | undefined;
  profileHandle?: string | undefined;
  roles?: readonly string[] | undefined;
  metadata?: Readonly<Record<string, unknown>> | undefined;
  avatarFileId?: string | null | undefined;
  avatarCustomUrl?: string | undefined;
  description?: string | undefined;
}

/** The users of one network. They are kept until the emulator stops. */
export class Users {
  /** The internal id of the network. */
  readonly networkId: string;
  readonly #now: WallClock;
  readonly #ids: Ids;
  readonly #byUserId = new Map<string, User>();
  readonly #systemBanned = new Set<string>();
  /** The visitor or bot of each device, by both. */
  readonly #ofDevices = new Map<string, User>();
  readonly #types = new Map<string, UserType>();

  constructor(now: WallClock, ids: Ids) {
    this.#now = now;
    this.#ids = ids;
    this.networkId = ids.objectId();
  }

  /** Everybody, deleted users too, in the order in which they came. */
  all(): readonly User[] {
    return [...this.#byUserId.values()];
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
   * A user who must exist, or the refusal is thrown. `isPublic` false: `id` is the internal id (OpenAPI v3, get a user;
   * v4, revoke access token).
   */
  mustFind(id: string, { isPublic = true, refusal = "userNotFound" }: Search = {}): User {
    const user = isPublic ? this.find(id) : this.all().find((candidate) => candidate._id === id);
    if (!user) throw new AmityError(refusal);
    return user;
  }

  /** Creates a user, or changes what is said of a known one (OpenAPI v5, register a session); a deleted one stays. */
  save(userId: string, profile: Profile = {}): User {
    const user = this.#byUserId.get(userId) ?? this.#create(userId);
    const changes = Object.entries(profile).filter(([, value]) => value !== undefined);
    if (user.isDeleted || changes.length === 0) return user;
    return Object.assign(user, Object.fromEntries(changes), { updatedAt: this.#timestamp() });
  }

  /**
   * The visitor or bot who comes with a device, created with its first session (OpenAPI v5); what userId such a user
   * gets is not documented.
   */
  ofDevice(type: Exclude<UserType, "signed-in">, deviceId: string): User {
    const key = `${type} ${deviceId}`;
    const known = this.#ofDevices.get(key) ?? this.#create(`${type}-${this.#ids.objectId()}`);
    this.#ofDevices.set(key, known);
    this.#types.set(known.userId, type);
    return known;
  }

  typeOf({ userId }: User): UserType {
    return this.#types.get(userId) ?? "signed-in";
  }

  /** Bans or unbans a user who must exist, or userNotFound is thrown; doing so twice changes nothing. */
  setGlobalBan(userId: string, isGlobalBan: boolean): void {
    const user = this.mustFind(userId);
    if (user.isGlobalBan === isGlobalBan) return;
    user.isGlobalBan = isGlobalBan;
    user.updatedAt = this.#timestamp();
  }

  /** The ban that no body shows (OpenAPI v3, UserIsSystemBanned); a user who is not there yet can have it too. */
  setSystemBan(userId: string, isBanned: boolean): void {
    if (isBanned) this.#systemBanned.add(userId);
    else this.#systemBanned.delete(userId);
  }

  /** Everybody who is banned from the system, whether they are there or not. */
  systemBanned(): ReadonlySet<string> {
    return this.#systemBanned;
  }

  /** Forgets everybody, and all bans. */
  clear(): void {
    for (const held of [this.#byUserId, this.#systemBanned, this.#ofDevices, this.#types]) held.clear();
  }

  /** Refuses with systemBan or globalBan when the user is banned. */
  refuseBanned(userId: string): void {
    if (this.#systemBanned.has(userId)) throw new AmityError("systemBan");
    if (this.find(userId)?.isGlobalBan) throw new AmityError("globalBan");
  }

  /** Deletes a user for good (OpenAPI v4, delete a user). Refuses with noSuchUser or alreadyDeleted. */
  delete(userId: string): void {
    const user = this.mustFind(userId, { refusal: "noSuchUser" });
    if (user.isDeleted) throw new AmityError("alreadyDeleted");
    Object.assign(user, { isDeleted: true, displayName: "Deleted user", updatedAt: this.#timestamp() });
  }

  #create(userId: string): User {
    const _id = this.#ids.objectId();
    const user: User = {
      _id,
      path: `${this.networkId}/user/${_id}`,
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

interface Search {
  readonly isPublic?: boolean;
  /** What is thrown when nobody is found. */
  readonly refusal?: AmityErrorName;
}
