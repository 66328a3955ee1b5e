import { describe, expect, test } from "@jest/globals";
import { isDeep } from "../../../src/amity/depth.js";

const inObjects = (levels: number, end: unknown = 1) =>
  JSON.parse(`${'{"a":'.repeat(levels)}${JSON.stringify(end)}${"}".repeat(levels)}`);
const inLists = (levels: number, end: unknown = 1) =>
  JSON.parse(`${"[".repeat(levels)}${JSON.stringify(end)}${"]".repeat(levels)}`);

describe("data of JSON", () => {
  test.each<[string, unknown]>([
    ["a long text", "x".repeat(100)],
    ["a number", 1],
    ["null", null],
    ["nothing", undefined],
    ["an empty object", {}],
    ["an empty list", []],
    ["many entries side by side", Array(100).fill({ a: [null, "x"] })],
    ["objects of 64 levels", inObjects(64)],
    ["lists of 64 levels", inLists(64)],
    ["64 levels around null", inObjects(64, null)],
    ["64 levels around a text", inLists(64, "text")],
  ])("is not too deep as %s", (_what, value) => {
    expect(isDeep(value)).toBe(false);
  });

  test.each<[string, unknown]>([
    ["objects of 65 levels", inObjects(65)],
    ["lists of 65 levels", inLists(65)],
    ["objects in lists", inLists(32, inObjects(33))],
    ["64 levels around an empty object", inObjects(64, {})],
    ["64 levels around an empty list", inLists(64, [])],
    ["one deep entry behind a flat one", [1, inObjects(64)]],
    ["one deep entry before a flat one", { deep: inLists(64), flat: 1 }],
    ["thousands of levels", inLists(5_000)],
  ])("is too deep as %s", (_what, value) => {
    expect(isDeep(value)).toBe(true);
  });
});
