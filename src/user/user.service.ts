import type { AmityClient } from "../amity/client.js";
import { checkText, checkTexts, limits, usableText, usableTexts } from "../amity/input-rules.js";
import type { CallLimits } from "../amity/region-guard.js";
import { type RegionCode, regionCodes } from "../amity/regions.js";
import { userLists } from "../amity/requests.js";
import { userKey } from "../amity/user-key.js";
import type { AmityUser } from "../amity/user-wire.js";
import type { Asker } from "../caller/caller.js";
import { AppError } from "../errors/app-error.js";
import type { Clock } from "../system/clock.js";
import { merged } from "../system/merged.js";
import type { Audit, AuditEntry } from "../telemetry/audit.js";
import { checkUser, type UserOrder } from "./user.rules.js";
import type { User } from "./user.type.js";
import type { UserKey, UserProfileLoader } from "./user-profile.loader.js";
import type { UserProfile } from "./user-profile.type.js";

/** So that one request does not take all that a region takes at once. */
const mostListsAtOnce = 4;

/** Users to look up. */
export interface UserLookUp {
  readonly region: RegionCode;
  readonly userIds: readonly string[];
}

export interface UserServiceOptions {
  readonly amity: AmityClient;
  readonly audit: Audit;
  readonly clock: Clock;
  /** Time for one root field. Milliseconds. */
  readonly timeoutMs: number;
  /** May callers look users up? */
  readonly userProfiles: boolean;
}

/** Looks users up and changes them, each time with an audit line. */
export class UserService {
  constructor(private readonly options: UserServiceOptions) {}

  /** One user, or null. Throws USER_PROFILES_NOT_ENABLED, BAD_USER_INPUT, or what the call to Amity throws. */
  find({ region, userId }: UserKey, loader: UserProfileLoader, asker: Asker): Promise<UserProfile | null> {
    const entry = merged(entryOf("user", region, asker), { userId: usableText(userId, limits.tokenUserId) });
    return this.#lookUp(entry, () => loader.load({ region, userId: checkText("userId", userId, limits.tokenUserId) }));
  }

  /** The same for several: in the order of their ids, each as often as asked for. One that fails, and all do. */
  findAll(
    { region, userIds }: UserLookUp,
    loader: UserProfileLoader,
    asker: Asker,
  ): Promise<readonly (UserProfile | null)[]> {
    const { lookedUpUsers: most, tokenUserId } = limits;
    const entry = merged(entryOf("users", region, asker), { userIds: usableTexts(userIds, most, tokenUserId) });
    return this.#lookUp(entry, () => {
      checkTexts("userIds", userIds, most, tokenUserId);
      return Promise.all(userIds.map((userId) => loader.load({ region, userId })));
    });
  }

  /** The profiles of these users, who are distinct, in their order: an error where Amity gave no answer. */
  async load(keys: readonly UserKey[], asker: Asker): Promise<(UserProfile | null | Error)[]> {
    const callLimits = this.#limits(asker);
    const results = new Map<string, UserProfile | Error>();
    const lists = regionCodes.flatMap((region) => {
      const userIds = keys.filter((key) => key.region === region).map(({ userId }) => userId);
      return userLists(userIds).map((list) => ({ region, userIds: list }));
    });
    const ask = async ({ region, userIds }: UserLookUp) => {
      try {
        const users = await this.options.amity.listUsers(region, userIds, callLimits);
        for (const user of users) results.set(userKey({ region, userId: user.userId }), toProfile(user, region));
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        for (const userId of userIds) results.set(userKey({ region, userId }), error);
      }
    };
    for (let start = 0; start < lists.length; start += mostListsAtOnce) {
      await Promise.all(lists.slice(start, start + mostListsAtOnce).map(ask));
    }
    return keys.map((key) => results.get(userKey(key)) ?? null);
  }

  /** Creates the user, or changes what is given. To do so twice is harmless. */
  upsert(order: UserOrder, asker: Asker): Promise<User> {
    const { audit, amity } = this.options;
    const { region, userId } = order;
    const entry = merged(entryOf("upsertUser", region, asker), { userId });
    const update = async () => amity.updateUser(region, checkUser(order), this.#limits(asker));
    return audit.around(entry, update, () => ({ outcome: "written" }));
  }

  async #lookUp<T>(entry: AuditEntry, load: () => Promise<T>): Promise<T> {
    const { userProfiles, audit } = this.options;
    if (!userProfiles) throw new AppError("USER_PROFILES_NOT_ENABLED");
    return audit.around(
      entry,
      async () => load(),
      () => ({ outcome: "read" }),
    );
  }

  #limits({ signal, record }: Asker): CallLimits {
    const { clock, timeoutMs } = this.options;
    return { deadline: clock.elapsed() + timeoutMs, signal, record };
  }
}

function entryOf(operation: string, region: RegionCode, { subject: by, record }: Asker): AuditEntry {
  return { operation, by, region, requestId: record.requestId };
}

/** Nothing but this: metadata, roles, permissions, flags and bans are no directory's. */
function toProfile(user: AmityUser, region: RegionCode): UserProfile {
  const { userId, displayName, profileHandle, description, avatarFileId, avatarCustomUrl, isBrand, isDeleted } = user;
  return {
    userId,
    displayName,
    profileHandle,
    description,
    avatarFileId,
    avatarCustomUrl,
    isBrand,
    isDeleted,
    region,
  };
}
