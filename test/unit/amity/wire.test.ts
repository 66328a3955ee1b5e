import { describe, expect, test } from "@jest/globals";
import { parseAuthToken, parseFailure, parseSession } from "../../../src/amity/wire.js";

const minimal = { accessToken: "access", users: [{ userId: "alice" }] };

function parse(change: object, userId = "alice") {
  return parseSession(JSON.stringify({ ...minimal, ...change }), userId);
}

describe("an auth token", () => {
  test.each([
    ["quoted text, as v4 answers", '"abc123"', "abc123"],
    ["a JSON string with escapes", '"a\\u00e9\\"b"', 'aé"b'],
    ["bare text", "abc123", "abc123"],
    ["bare digits", "123456", "123456"],
    ["text with a line end", '"abc123"\r\n', "abc123"],
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

describe("a session", () => {
  test("needs no more than a token and user", () => {
    expect(parse({})).toEqual({
      accessToken: "access",
      files: [],
      roles: [],
      users: [expect.objectContaining({ userId: "alice", roles: [], flagCount: 0, isGlobalBan: false })],
      user: expect.objectContaining({ userId: "alice" }),
    });
  });

  test("reads the misspelt expiredAt as expiresAt", () => {
    expect(parse({ expiredAt: "2026-01-02T03:04:05.678Z" }).expiresAt).toEqual(new Date("2026-01-02T03:04:05.678Z"));
  });

  test("prefers expiresAt to the misspelt field", () => {
    const both = { expiredAt: "2020-01-01T00:00:00Z", expiresAt: "2026-01-02T00:00:00Z" };
    expect(parse(both).expiresAt).toEqual(new Date("2026-01-02T00:00:00Z"));
  });

  test("keeps values that Amity adds to lists", () => {
    const session = parse({
      users: [{ userId: "alice", roles: ["new-role"], permissions: ["FLY"] }],
      roles: [{ roleId: "new-role", permissions: ["FLY"] }],
      files: [{ fileId: "f", type: "hologram", accessType: "moon" }],
    });
    expect(session.user).toMatchObject({ roles: ["new-role"], permissions: ["FLY"] });
    expect(session.roles[0]?.permissions).toEqual(["FLY"]);
    expect(session.files[0]).toMatchObject({ type: "hologram", accessType: "moon" });
  });

  test.each([[["a"]], [[1, 2]], ["abc"], [null]])("keeps a hash flag's hash %j of any type", (hash) => {
    const session = parse({ users: [{ userId: "alice", hashFlag: { bits: 1, hashes: 2, hash } }] });
    expect(session.user.hashFlag).toEqual({ bits: 1, hashes: 2, hash });
  });

  test("reads a hash flag without a hash", () => {
    expect(parse({ users: [{ userId: "alice", hashFlag: {} }] }).user.hashFlag).toEqual({});
  });

  test("refuses data nested beyond writing out", () => {
    const metadata = JSON.parse(`${'{"a":'.repeat(100)}1${"}".repeat(100)}`);
    expect(() => parse({ users: [{ userId: "alice", metadata }] })).toThrow(
      expect.objectContaining({ details: { log: { problem: "users.0.metadata.a" } } }),
    );
  });

  test.each([[17], ["17"]])("keeps a file size %j of either type", (size) => {
    expect(parse({ files: [{ fileId: "f", attributes: { size } }] }).files[0]?.attributes).toEqual({ size });
  });

  test("reads a null optional field as absent", () => {
    const session = parse({ refreshToken: null, roles: null, users: [{ userId: "alice", avatarFileId: null }] });
    expect(session).toMatchObject({ refreshToken: undefined, roles: [], user: { avatarFileId: undefined } });
  });

  test.each([
    ["without an access token", { accessToken: undefined }],
    ["with an empty access token", { accessToken: "" }],
    ["with a numeric access token", { accessToken: 1 }],
    ["without users", { users: undefined }],
    ["for somebody else", { users: [{ userId: "bob" }] }],
    ["for the user in another case", { users: [{ userId: "Alice" }] }],
    ["with a date that is none", { expiresAt: "tomorrow" }],
    ["with a numeric date", { issuedAt: 1_700_000_000 }],
    ["with a text for a flag", { users: [{ userId: "alice", isDeleted: "no" }] }],
    ["with a list for metadata", { users: [{ userId: "alice", metadata: [] }] }],
    ["with more flags than an Int", { users: [{ userId: "alice", flagCount: 2 ** 31 }] }],
    ["with a role without id", { roles: [{ permissions: [] }] }],
  ])("%s is a bad response", (_what, change) => {
    expect(() => parse(change)).toThrow(expect.objectContaining({ code: "UPSTREAM_BAD_RESPONSE" }));
  });

  test.each(["", "null", "[]", "<html>", '{"accessToken":'])("is never read from %j", (text) => {
    expect(() => parseSession(text, "alice")).toThrow(expect.objectContaining({ code: "UPSTREAM_BAD_RESPONSE" }));
  });

  test("leaves the prototype of objects alone", () => {
    const text = '{"accessToken":"a","users":[{"userId":"alice","metadata":{"__proto__":{"polluted":true}}}]}';
    parseSession(text, "alice");
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe("an error body", () => {
  test.each([
    ["a documented one", '{"status":"error","code":400312,"message":"m"}', { code: 400_312, message: "m" }],
    ["a code in a string", '{"code":"400312"}', { code: 400_312 }],
    ["a failed parameter list", '{"code":500000,"data":{"detail":["x"]}}', { code: 500_000, hasDetail: true }],
    ["plain text", "Unauthorized", { hasDetail: false }],
    ["a page", "<html></html>", { hasDetail: false }],
    ["a code that is null", '{"code":null}', { code: undefined }],
    ["wrong types", '{"code":{},"message":1,"data":3}', { code: undefined, message: undefined, hasDetail: false }],
  ])("is read from %s", (_from, text, expected) => {
    expect(parseFailure(text)).toMatchObject(expected);
  });
});
