import { describe, expect, test } from "@jest/globals";
import { userListRequest, userLists } from "../../../src/amity/requests.js";

const admin = { auth: "bearer", token: "t" } as const;
const pathOf = (userIds: readonly string[]) => userListRequest(admin, userIds).path;
const numbered = (count: number, text = "u") => Array.from({ length: count }, (_, i) => `${i}${text}`);

describe("lists of users", () => {
  test.each([
    [0, []],
    [1, [1]],
    [100, [100]],
    [101, [100, 1]],
    [250, [100, 100, 50]],
  ])("of %i short ids have %j", (count, sizes) => {
    expect(userLists(numbered(count)).map((list) => list.length)).toEqual(sizes);
  });

  test("hold a hundred ids of fifty characters that need no encoding", () => {
    const ids = numbered(100).map((id) => id.padEnd(50, "x"));
    expect(userLists(ids)).toEqual([ids]);
  });

  test.each([
    [89, [79]],
    [90, [78, 1]],
  ])("are full at 8,000 bytes, the next ampersand counted: %i", (last, sizes) => {
    const ids = [...numbered(78).map((id) => id.padEnd(86, "x")), "x".repeat(last)];
    expect(userLists(ids).map((list) => list.length)).toEqual(sizes);
  });

  test.each(["😀", "é", "&", "x"])("of ids full of %j lose nobody and fit a request line", (character) => {
    const ids = numbered(100, character.repeat(97));
    const lists = userLists(ids);
    expect(lists.flat()).toEqual(ids);
    for (const list of lists) expect(pathOf(list).length).toBeLessThanOrEqual(8_000);
    // And none of them could have taken the first of the next one.
    lists.slice(1).forEach(([first = ""], i) => {
      expect(pathOf([...(lists[i] ?? []), first]).length).toBeGreaterThan(7_998);
    });
  });
});
