import { describe, expect, test } from "@jest/globals";
import {
  checkAccessToken,
  checkMetadata,
  checkProse,
  checkText,
  checkTexts,
  usableText,
  usableTexts,
} from "../../../src/amity/input-rules.js";

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

describe("texts that somebody only looks at", () => {
  test.each<[readonly string[] | undefined, readonly string[] | undefined]>([
    [undefined, undefined],
    [[], []],
    [
      ["a", "b"],
      ["a", "b"],
    ],
    [["a", "", "xxxx", "\ud800", "xxx"], undefined],
    [["", "xxxx", "xxx"], ["xxx"]],
    [["\u0000", "\ud800", "b"], ["b"]],
  ])("%j are those that can be sent, if they are few: %j", (texts, usable) => {
    expect(usableTexts(texts, 3, 3)).toEqual(usable);
  });
});

describe("a text that may have several lines", () => {
  test.each(["a", "two\nlines", "a\r\nb", "a\tb", "\n", `${"x".repeat(9)}\n`])(
    "such as %j is carried unchanged",
    (text) => {
      expect(checkProse("input.description", text, 10)).toBe(text);
    },
  );

  test.each([null, undefined])("that is %p counts as absent", (value) => {
    expect(checkProse("input.description", value, 10)).toBeUndefined();
  });

  test.each([
    ["", "input.description must not be empty"],
    ["a\u0000", "input.description must not hold control characters"],
    ["a\u000bb", "input.description must not hold control characters"],
    [`${"x".repeat(10)}\n`, "input.description must have at most 10 characters"],
  ])("%j is refused", (text, message) => {
    const refusal = expect.objectContaining({ code: "BAD_USER_INPUT", message });
    expect(() => checkProse("input.description", text, 10)).toThrow(refusal);
  });
});

describe("a list of texts", () => {
  test.each([[[]], [["a"]], [["a", "xxx", "c"]]])("such as %j is carried unchanged", (texts) => {
    expect(checkTexts("input.roles", texts, 3, 3)).toEqual(texts);
  });

  test.each([null, undefined])("that is %p counts as absent", (value) => {
    expect(checkTexts("input.roles", value, 3, 3)).toBeUndefined();
  });

  test.each([
    [["a", "b", "c", "d"], "input.roles must have at most 3 entries"],
    [["a", "xxxx"], "input.roles.1 must have at most 3 characters"],
    [["", "xxxx"], "input.roles.0 must not be empty"],
  ])("%j is refused", (texts, message) => {
    const refusal = expect.objectContaining({ code: "BAD_USER_INPUT", message });
    expect(() => checkTexts("input.roles", texts, 3, 3)).toThrow(refusal);
  });
});

describe("metadata", () => {
  const nested = (levels: number) => JSON.parse(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`);
  const deep = "input.metadata must have at most 64 levels";
  const inexact = "input.metadata holds a number that cannot be carried exactly";
  const large = "input.metadata must have at most 5000 bytes as JSON";

  test.each<[string, object]>([
    ["empty", {}],
    ["of any kinds", { a: "x", b: true, c: null, d: [1, { e: [null] }], f: { g: "" } }],
    ["with whole numbers up to 2^53", { a: [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 0] }],
    ["with fractions", { a: 0.5, b: [-1e-7, 1.25] }],
    ["of 64 levels", nested(64)],
    ["of 5,000 bytes", { a: "x".repeat(4_992) }],
    ["with digits in texts", { id: "9007199254740993" }],
  ])("%s is carried unchanged", (_what, value) => {
    expect(checkMetadata("input.metadata", value)).toBe(value);
  });

  test.each([null, undefined])("that is %p counts as absent", (value) => {
    expect(checkMetadata("input.metadata", value)).toBeUndefined();
  });

  test.each<[string, object, string]>([
    ["65 levels", nested(65), deep],
    ["a number beyond 2^53", { a: 2 ** 53 }, inexact],
    ["one below", { a: -(2 ** 53) }, inexact],
    ["one that became infinite", JSON.parse('{"a":1e999}'), inexact],
    ["one among exact ones", { a: [1, { b: [0.5, 2 ** 60] }], c: 1 }, inexact],
    ["5,001 bytes", { a: "x".repeat(4_993) }, large],
    ["5,001 bytes in fewer characters", { a: `x${"é".repeat(2_496)}` }, large],
  ])("with %s is refused", (_what, value, message) => {
    const refusal = expect.objectContaining({ code: "BAD_USER_INPUT", message });
    expect(() => checkMetadata("input.metadata", value)).toThrow(refusal);
  });
});
