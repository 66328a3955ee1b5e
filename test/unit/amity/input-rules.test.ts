import { describe, expect, test } from "@jest/globals";
import { checkText } from "../../../src/amity/input-rules.js";

describe("an input string", () => {
  test.each(["a", " ", "a b ", "👩‍👩‍👧", "e\u0301", "\u202ertl", "x".repeat(10)])(
    "such as %j is carried unchanged",
    (text) => {
      expect(checkText("userId", text, 10)).toBe(text);
    },
  );

  test("counts characters by code points", () => {
    expect(checkText("userId", "🎈".repeat(10), 10)).toBe("🎈".repeat(10));
  });

  test.each([
    ["", "userId must not be empty"],
    ["x".repeat(11), "userId must have at most 10 characters"],
    ["🎈".repeat(11), "userId must have at most 10 characters"],
    ["a\ud800", "userId must be well-formed Unicode"],
    ["a\u0000", "userId must not hold control characters"],
    ["a\r\nb", "userId must not hold control characters"],
    ["a\u007f", "userId must not hold control characters"],
    ["a\u0085", "userId must not hold control characters"],
  ])("%j is refused without being quoted", (text, message) => {
    expect(() => checkText("userId", text, 10)).toThrow(expect.objectContaining({ code: "BAD_USER_INPUT", message }));
  });

  test.each([null, undefined])("that is %p counts as absent", (value) => {
    expect(checkText("userId", value, 10)).toBeUndefined();
  });
});
