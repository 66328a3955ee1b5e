import { describe, expect, test } from "@jest/globals";
import { checkAccessToken, checkText, usableText } from "../../../src/amity/input-rules.js";

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

describe("a text that somebody only looks at", () => {
  test.each(["a", " ", "x".repeat(10)])("is there when it can be sent: %j", (text) => {
    expect(usableText(text, 10)).toBe(text);
  });

  test.each([undefined, "", "x".repeat(11), "a\ud800", "a\u0000"])("is absent when it cannot: %j", (text) => {
    expect(usableText(text, 10)).toBeUndefined();
  });
});

describe("an access token", () => {
  test.each(["a", "!~", "eyJ.a-b_c.d+/=", "x".repeat(8_192)])("of visible ASCII is carried unchanged (%#)", (token) => {
    expect(checkAccessToken("accessToken", token)).toBe(token);
  });

  test.each([
    ["", "accessToken must not be empty"],
    ["x".repeat(8_193), "accessToken must have at most 8192 characters"],
    ["a\r\nb", "accessToken must not hold control characters"],
    ["a b", "accessToken must be visible ASCII"],
    [" a", "accessToken must be visible ASCII"],
    ["a ", "accessToken must be visible ASCII"],
    ["\u00e9", "accessToken must be visible ASCII"],
  ])("that does not fit a header is refused (%#)", (token, message) => {
    const refusal = expect.objectContaining({ code: "BAD_USER_INPUT", message });
    expect(() => checkAccessToken("accessToken", token)).toThrow(refusal);
  });
});
