import type { Grant } from "../tokens.js";
import type { User } from "../users.js";
import type { World } from "../world.js";
import type { Mask } from "./masking.js";

/** Of each kind at most so many are listed, the newest. */
export const maxListed = 200;

/** The newest of a kind, and how many there are in all. */
interface Listing<Item> {
  readonly total: number;
  readonly found: number;
  readonly items: readonly Item[];
}

/**
 * What an emulator holds at this moment, masked. `sought`: lists of users, sessions and tokens only what has it
 * somewhere, whatever its case.
 */
export function snapshotOf({ settings, clock, network, faults, certificates }: World, mask: Mask, sought: string) {
  const { users, authTokens, accessTokens, secureMode } = network;
  const sessions = accessTokens.all();
  const everybody = users.all();
  const banned = users.systemBanned();
  const counts = new Map<string, number>();
  for (const { userId } of sessions) counts.set(userId, (counts.get(userId) ?? 0) + 1);
  const rowOfUser = (user: User) => ({
    ...user,
    type: users.typeOf(user),
    isSystemBan: banned.has(user.userId),
    sessions: counts.get(user.userId) ?? 0,
  });
  const list = <Item>(items: readonly Item[], row: (item: Item) => object) => listing(items, row, mask, sought);
  return {
    now: iso(clock.now()),
    clockMovedMs: clock.movedMs,
    secureMode,
    secureVisitorMode: settings.secureVisitorMode,
    mutualTls: settings.mtls !== undefined,
    keys: mask.json({
      apiKey: settings.apiKey,
      serverKey: settings.serverKey,
      adminToken: settings.adminToken,
      visitorSecret: settings.visitorSecret,
    }),
    users: list(
      everybody.filter((user) => users.typeOf(user) === "signed-in"),
      rowOfUser,
    ),
    visitors: list(
      everybody.filter((user) => users.typeOf(user) !== "signed-in"),
      rowOfUser,
    ),
    // Whoever is banned before they come is in no other list.
    awaitedSystemBans: list(
      [...banned].filter((userId) => !users.find(userId)),
      (userId) => ({ userId }),
    ),
    sessions: list(sessions, rowOfGrant),
    authTokens: list(authTokens.all(), rowOfGrant),
    certificates: certificates?.list().map(({ name, notAfter }) => ({ name, notAfter })) ?? null,
    faults: faults.all(),
  };
}

function rowOfGrant<Held extends Grant>({ issuedAt, expiresAt, ...grant }: Held): object {
  return { ...grant, issuedAt: iso(issuedAt), expiresAt: iso(expiresAt) };
}

/** `items` come with the oldest first. */
function listing<Item>(
  items: readonly Item[],
  row: (item: Item) => object,
  mask: Mask,
  sought: string,
): Listing<unknown> {
  const lower = sought.toLowerCase();
  const found = sought === "" ? items : items.filter((item) => hasText(item, lower));
  return {
    total: items.length,
    found: found.length,
    items: found
      .slice(-maxListed)
      .reverse()
      .map((item) => mask.json(row(item))),
  };
}

/** Names of users and devices; never a token, for the answer would say whether a guess at its parts is right. */
function hasText(item: unknown, sought: string): boolean {
  if (typeof item === "string") return item.toLowerCase().includes(sought);
  const { userId, displayName, deviceId } = Object.assign({ userId: "", displayName: "", deviceId: "" }, item);
  return [userId, displayName, deviceId].some((text) => text.toLowerCase().includes(sought));
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
