import { describe, expect, test } from "@jest/globals";
import { parseUser, parseUsers } from "../../../src/amity/user-wire.js";

const body = JSON.stringify({
  users: [
    { userId: "alice", displayName: "Alice" },
    { userId: "bob", roles: 1 },
  ],
});

/** What was read, or why it was not; and the fields that were of no use. */
function outcomeOf<T>(parse: (onUnusable: (field: string) => void) => T) {
  const unusable: string[] = [];
  try {
    return { read: parse((field) => unusable.push(field)), unusable };
  } catch (error) {
    return { refused: (error as { code: string; reason: string }).code, reason: (error as { reason: string }).reason };
  }
}

describe("users that were looked up", () => {
  test("are read in their order, and what is of no use is told", () => {
    const { read, unusable } = outcomeOf((onUnusable) => parseUsers(body, onUnusable));
    expect(read?.map(({ userId, displayName, roles }) => [userId, displayName, roles])).toEqual([
      ["alice", "Alice", []],
      ["bob", undefined, []],
    ]);
    expect(unusable).toEqual(["users.roles"]);
  });

  test("may be none", () => {
    expect(outcomeOf((onUnusable) => parseUsers('{"users":[]}', onUnusable))).toEqual({ read: [], unusable: [] });
  });

  test.each(["{}", "[]", "null", '{"users":{}}', '{"users":"alice"}', "no users"])("are never read from %j", (text) => {
    const refusal = { refused: "UPSTREAM_BAD_RESPONSE", reason: "no users" };
    expect(outcomeOf((onUnusable) => parseUsers(text, onUnusable))).toEqual(refusal);
  });
});

describe("the user that was changed", () => {
  test("is the one of the id", () => {
    const { read } = outcomeOf((onUnusable) => parseUser(body, "bob", onUnusable));
    expect(read?.userId).toBe("bob");
  });

  test("is not another one", () => {
    const refusal = { refused: "UPSTREAM_BAD_RESPONSE", reason: "another user" };
    expect(outcomeOf((onUnusable) => parseUser(body, "Bob", onUnusable))).toEqual(refusal);
  });
});
