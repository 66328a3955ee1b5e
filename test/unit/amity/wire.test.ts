import { describe, expect, test } from "@jest/globals";
import { parseAuthToken, parseFailure, parseSuccess, parseVerification } from "../../../src/amity/wire.js";

describe("an auth token", () => {
  test.each([
    ["quoted text, as v4 answers", '"abc123"', "abc123"],
    ["a JSON string with escapes", '"a\\u00e9\\"b"', 'aé"b'],
    ["bare text of 16 characters", "abc.DEF_123-~+/=", "abc.DEF_123-~+/="],
    ["bare digits", "1234567890123456", "1234567890123456"],
    ["text with a line end", '"abc123"\r\n', "abc123"],
    ["bare text with a line end", " abc.DEF_123-~+/=\r\n", "abc.DEF_123-~+/="],
    ["as long as we take", `"${"a".repeat(8192)}"`, "a".repeat(8192)],
  ])("is read from %s", (_from, text, token) => {
    expect(parseAuthToken(text)).toBe(token);
  });

  test.each([
    ["nothing", ""],
    ["an empty string", '""'],
    ["a broken string", '"abc'],
    ["JSON null", "null"],
    ["JSON true", "true"],
    ["a number", "42"],
    ["a word", "Unauthorized"],
    ["bare text of 15 characters", "abcdefghij12345"],
    ["bare text that begins with another character", "!abcdefghij123456"],
    ["bare text that ends with another character", "abcdefghij123456!"],
    ["an object", '{"token":"abc"}'],
    ["a broken object", '{"token":"abc'],
    ["an array", '["abc"]'],
    ["a page", "<html>abc</html>"],
    ["a sentence", "Service temporarily unavailable"],
    ["a control character", '"abc\\u0007"'],
    ["too many characters", `"${"a".repeat(8193)}"`],
  ])("is never read from %s", (_from, text) => {
    expect(() => parseAuthToken(text)).toThrow(expect.objectContaining({ code: "UPSTREAM_BAD_RESPONSE" }));
  });
});

describe("an answer that is another", () => {
  test.each([
    ["an auth token", parseAuthToken, "{}", "not an auth token"],
    ["an auth token", parseAuthToken, " <html>", "HTML page"],
    ["a check", parseVerification, '"fine"', "no success"],
    ["a check", parseVerification, "<html>", "HTML page"],
    ["a revocation", parseSuccess, "{}", "no success"],
    ["a revocation", parseSuccess, "<html>", "HTML page"],
  ])("than %s is logged as what it is (%#)", (_what, parse, text, reason) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ reason, log: { reason, phase: "answer" } }));
  });
});

describe("a success", () => {
  const accepts = (parse: (text: string) => void, text: string) => {
    try {
      parse(text);
      return true;
    } catch {
      return false;
    }
  };

  test.each([
    ['{"success":true}', true, true],
    ['{"success":true,"more":1}', true, true],
    ["{}", true, false],
    ['{"success":false}', true, false],
    ['{"success":"true"}', true, false],
    ['{"":true}', true, false],
    ["[]", false, false],
    ["null", false, false],
    ['"fine"', false, false],
    ["1", false, false],
    ["true", false, false],
    ["", false, false],
  ])("is read from %j by a check: %p, by a revocation: %p", (text, checked, revoked) => {
    expect([accepts(parseVerification, text), accepts(parseSuccess, text)]).toEqual([checked, revoked]);
  });
});

describe("an error body", () => {
  test.each([
    ["a documented one", '{"status":"error","code":400312,"message":"m"}', { code: 400_312, message: "m" }],
    ["a code in a string", '{"code":"400312"}', { code: 400_312 }],
    ["a code that begins with a letter", '{"code":"x400312"}', { code: undefined }],
    ["a code that ends with a letter", '{"code":"400312x"}', { code: undefined }],
    ["a code that is too long", '{"code":"1234567890"}', { code: undefined }],
    ["a long code in a number", '{"code":1234567890}', { code: 1_234_567_890 }],
    ["a code that is a fraction", '{"code":400312.5}', { code: undefined }],
    ["a code beyond what a number holds exactly", '{"code":9007199254740993}', { code: undefined }],
    ["a code in a list", '{"code":[400312]}', { code: undefined }],
    ["a failed parameter list", '{"code":500000,"data":{"detail":["x"]}}', { code: 500_000, hasDetail: true }],
    ["a list of parameters that is null", '{"data":{"detail":null}}', { hasDetail: false }],
    ["data without parameters", '{"data":{}}', { hasDetail: false }],
    ["data that is null", '{"data":null}', { hasDetail: false }],
    ["data in a list", '{"data":[{"detail":"x"}]}', { hasDetail: false }],
    ["plain text", "Unauthorized", { hasDetail: false }],
    ["a page", "<html></html>", { hasDetail: false }],
    ["nothing", "", { hasDetail: false }],
    ["JSON null", "null", { hasDetail: false }],
    ["a list", '[{"code":400312}]', { hasDetail: false }],
    ["a code that is null", '{"code":null}', { code: undefined }],
    ["wrong types", '{"code":{},"message":1,"data":3}', { code: undefined, message: undefined, hasDetail: false }],
  ])("is read from %s", (_from, text, expected) => {
    expect(parseFailure(text)).toMatchObject(expected);
  });
});
