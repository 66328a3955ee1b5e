import { expect, test } from "@jest/globals";
import { RegionCode } from "../../../src/amity/regions.js";
import { userKey } from "../../../src/amity/user-key.js";
import { hostileIds } from "../../support/hostile-ids.js";

const { EU, US } = RegionCode;

test("a user has the same key again", () => {
  expect(userKey({ region: EU, userId: "alice" })).toBe(userKey({ region: EU, userId: "alice" }));
});

test("no two users of any regions share a key", () => {
  const ids = ["", "alice", "Alice", "alice2", "ice", '"]', 'alice"]', ',"alice', 'EU","alice', ...hostileIds];
  const keys = [EU, US].flatMap((region) => ids.map((userId) => userKey({ region, userId })));
  expect(new Set(keys).size).toBe(2 * new Set(ids).size);
});

test("no user's key begins or ends another's", () => {
  const ids = ["alice", "alice2", "lice", 'alice"]', 'x","alice', '["EU","alice"]'];
  const keys = [EU, US].flatMap((region) => ids.map((userId) => userKey({ region, userId })));
  const parts = keys.filter((key) =>
    keys.some((other) => other !== key && (other.startsWith(key) || other.endsWith(key))),
  );
  expect(parts).toEqual([]);
});
