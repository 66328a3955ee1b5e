import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { createApiKey, parseApiKeys, verifyApiKey } from "../../../src/caller/api-keys.js";
import type { Caller } from "../../../src/caller/caller.js";

const [user, roles] = ["amity:users:write", "amity:users:roles"];

const good = { id: "billing", sha256: "0f".repeat(32), scopes: ["amity:mint:any"] };

describe("a new key", () => {
  test("verifies against its entry", () => {
    const { credential, entry } = createApiKey({ id: "billing", scopes: ["mint"], userIdPrefix: "shop-" });
    const caller = verifyApiKey(parseApiKeys(JSON.stringify([entry])), credential, "mint", () => 0);
    expect([caller.kind, caller.subject, caller.userId]).toEqual(["service", "key:billing", undefined]);
    expect([caller.mayActFor("shop-1"), caller.mayActFor("bob")]).toEqual([true, false]);
  });

  test("has 256 random bits", () => {
    const credentials = Array.from({ length: 100 }, () => createApiKey({ id: "a", scopes: [] }).credential);
    expect(new Set(credentials).size).toBe(100);
    for (const credential of credentials) expect(credential).toMatch(/^a\.[A-Za-z0-9_-]{43}$/);
  });

  test("leaves only a digest in its entry", () => {
    const { credential, entry } = createApiKey({ id: "a", scopes: [] });
    const sha256 = createHash("sha256").update(credential.slice(2)).digest("hex");
    expect(entry).toEqual({ id: "a", sha256, scopes: [] });
  });
});

describe("a credential", () => {
  const now = 1_000;
  const { credential, entry } = createApiKey({ id: "billing", scopes: ["mint"] });
  const secret = credential.slice("billing.".length);
  const listed = (...changes: object[]) =>
    parseApiKeys(JSON.stringify(changes.map((change) => ({ ...entry, ...change }))));

  /** The caller that the keys make of the credential, or why there is none. */
  function verified(keys: ReturnType<typeof listed>, given: string, scope = "mint"): unknown {
    try {
      return verifyApiKey(keys, given, scope, () => now);
    } catch (error) {
      return error instanceof Error && "reason" in error ? error.reason : error;
    }
  }

  test.each([
    ["another secret", `billing.${"A".repeat(43)}`],
    ["no secret", "billing."],
    ["a part of the secret", `billing.${secret.slice(1)}`],
    ["a space behind the secret", `billing.${secret} `],
    ["another id", `shop.${secret}`],
    ["a part of the id", `billin.${secret}`],
    ["no id", `.${secret}`],
    ["no dot", secret],
    ["the digest for the secret", `billing.${entry.sha256}`],
    ["zeros for the digest", "unknown."],
    ["two secrets", `billing.${secret}.${secret}`],
  ])("with %s is none", (_what, given) => {
    expect(verified(listed({}), given)).toBe("no such key");
  });

  test("without a dot is no shorter id's", () => {
    const sha256 = createHash("sha256").update("billing").digest("hex");
    expect(verified(listed({ id: "billin", sha256 }), "billing")).toBe("no such key");
  });

  test("may have dots in a secret of one's own making", () => {
    const sha256 = createHash("sha256").update("a.b").digest("hex").toUpperCase();
    expect(verified(listed({ sha256 }), "billing.a.b")).toMatchObject({ subject: "key:billing" });
  });

  test.each([
    [now, "expired key"],
    [now - 1, "expired key"],
    [now + 1, expect.objectContaining({ subject: "key:billing" })],
  ])("that expires at %i is judged at 1000", (expires, outcome) => {
    expect(verified(listed({ expires: new Date(expires).toISOString() }), credential)).toEqual(outcome);
  });

  test("that has expired and is wrong is only wrong", () => {
    expect(verified(listed({ expires: new Date(0).toISOString() }), `${credential}x`)).toBe("no such key");
  });

  test.each([
    [["mint"], true],
    [["other", "mint"], true],
    [[], false],
    [["mint:any"], false],
    [["min", "t"], false],
    [["mint other"], false],
    [["MINT"], false],
  ])("with the scopes %j acts for others: %p", (scopes, acts) => {
    const caller = verified(listed({ scopes }), credential) as { mayActFor(userId: string): boolean };
    expect(caller.mayActFor("bob")).toBe(acts);
  });

  test.each([
    ["shop-", true],
    ["shop-1", true],
    ["shop", false],
    ["Shop-1", false],
    ["my-shop-1", false],
    ["", false],
  ])("of the prefix shop- acts for %j: %p", (userId, acts) => {
    const caller = verified(listed({ userIdPrefix: "shop-" }), credential) as { mayActFor(userId: string): boolean };
    expect(caller.mayActFor(userId)).toBe(acts);
  });

  test.each<[string[], string | undefined, string, boolean, boolean]>([
    [[user], undefined, "bob", true, false],
    [[user, roles], undefined, "bob", true, true],
    [[roles], undefined, "bob", false, true],
    [["mint"], undefined, "bob", false, false],
    [[`${user} ${roles}`], undefined, "bob", false, false],
    [["amity:users"], undefined, "bob", false, false],
    [[user, roles], "shop-", "shop-1", true, true],
    [[user, roles], "shop-", "bob", false, false],
  ])("with the scopes %j and the prefix %j changes %j: %p, and roles: %p", (scopes, userIdPrefix, userId, ...may) => {
    const entry = listed({ scopes, ...(userIdPrefix !== undefined && { userIdPrefix }) });
    const caller = verified(entry, credential) as Caller;
    expect([caller.mayChange(userId, "user"), caller.mayChange(userId, "roles")]).toEqual(may);
  });
});

describe("a list of keys", () => {
  test("may be empty", () => {
    expect(parseApiKeys("[]")).toEqual([]);
  });

  test("may hold several", () => {
    expect(parseApiKeys(JSON.stringify([good, { ...good, id: "second" }]))).toHaveLength(2);
  });

  test.each<[string, object]>([
    ["the longest id", { id: "x".repeat(64) }],
    ["an id of all kinds of characters", { id: "Shop_1-b" }],
    ["a digest in capitals", { sha256: "0F".repeat(32) }],
    ["no scope", { scopes: [] }],
    ["a prefix with a line end", { userIdPrefix: "\n" }],
    ["an end in fractions of a second", { expires: "2026-01-01T00:00:00.123Z" }],
  ])("may hold a key with %s", (_what, change) => {
    expect(parseApiKeys(JSON.stringify([{ ...good, ...change }]))).toHaveLength(1);
  });

  test("keeps what an entry says", () => {
    const entry = { ...good, userIdPrefix: "shop-", expires: "2026-01-01T01:00:00+01:00" };
    expect(parseApiKeys(JSON.stringify([entry]))).toEqual([{ ...entry, expires: Date.UTC(2026, 0, 1) }]);
  });

  test.each<[string, object]>([
    ["an id with a dot", { id: "SECRET.x" }],
    ["an id with a space", { id: "SECRET x" }],
    ["an id of 65 characters", { id: "SECRET".padEnd(65, "x") }],
    ["an empty id", { id: "" }],
    ["no id", { id: undefined }],
    ["a short digest", { sha256: "0f".repeat(31) }],
    ["a long digest", { sha256: "0f".repeat(33) }],
    ["a digest in base64", { sha256: "SECRET0Aa+/".padEnd(44, "=") }],
    ["a digest with a line end", { sha256: `${good.sha256}\n` }],
    ["no digest", { sha256: undefined }],
    ["a scope that is no text", { scopes: [{ SECRET: 1 }] }],
    ["scopes in a text", { scopes: "SECRET" }],
    ["no scopes", { scopes: undefined }],
    ["an empty prefix", { userIdPrefix: "" }],
    ["a prefix that is no text", { userIdPrefix: ["SECRET"] }],
    ["a time without a zone", { expires: "2026-01-01T00:00:00" }],
    ["a day for a time", { expires: "2026-01-01" }],
    ["a day that does not exist", { expires: "2026-02-30T00:00:00Z" }],
    ["an hour that does not exist", { expires: "2026-01-01T24:00:00Z" }],
    ["a time in seconds", { expires: 1_767_225_600 }],
    ["a time that is never", { expires: "SECRET" }],
    ["an unknown property", { SECRET: true }],
    ["a secret in the clear", { secret: "SECRET" }],
  ])("with %s is refused without a quote", (_what, change) => {
    const text = JSON.stringify([good, { ...good, id: "second", ...change }]);
    expect(() => parseApiKeys(text)).toThrow(/^holds no key at list\.1/);
    expect(() => parseApiKeys(text)).not.toThrow(/SECRET/);
  });

  test("that cannot be used names the place and the fault", () => {
    const problemOf = (change: object) => () => parseApiKeys(JSON.stringify([good, { ...good, id: "b", ...change }]));
    expect(problemOf({ secret: "x" })).toThrow("holds no key at list.1: unknown property");
    expect(() => parseApiKeys('["x"]')).toThrow(/ list\.0: (?!unknown property)./);
    expect(problemOf({ id: good.id })).toThrow("holds two keys with one id");
  });

  test.each<[string, unknown, RegExp]>([
    ["id", "a.b", /: 1 to 64 of A-Z a-z 0-9 _ - /],
    ["sha256", "0f", /: 64 hexadecimal digits /],
    ["scopes", "mint", /: a list of strings /],
    ["userIdPrefix", "", /: some text /],
    ["expires", "2026-01-01", /: a time such as \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ /],
  ])("that cannot be used for its %s says what is expected", (property, value, expected) => {
    const parse = () => parseApiKeys(JSON.stringify([{ ...good, [property]: value }]));
    expect(parse).toThrow(`holds no key at list.0.${property}: `);
    expect(parse).toThrow(expected);
    expect(parse).toThrow(expect.objectContaining({ reason: "not a list of keys" }));
  });

  test.each([
    ["no JSON", "SECRET", "is not JSON"],
    ["an object", '{"SECRET":[]}', "is JSON, but not a list of keys"],
    ["null", "null", "is JSON, but not a list of keys"],
    ["a list of texts", '["SECRET"]', "holds no key at list.0: an object"],
    ["a list of lists", '[["SECRET"]]', "holds no key at list.0: an object"],
    ["a list of null", "[null]", "holds no key at list.0: an object"],
    ["one id twice", JSON.stringify([good, good]), "holds two keys with one id"],
    ["in quotes", "'[\"SECRET\"]'", "is in quotes"],
    ["nothing", "", "is empty"],
  ])("that is %s is refused without a quote", (_what, text, problem) => {
    expect(() => parseApiKeys(text)).toThrow(problem);
    expect(() => parseApiKeys(text)).not.toThrow(/SECRET/);
  });
});
