import { describe, expect, test } from "@jest/globals";
import { changedUserId, displayNameFor, targetUserId } from "../../../src/caller/access.js";
import { anybody, type Caller } from "../../../src/caller/caller.js";
import { checkRootField } from "../../../src/graphql/root-field-access.js";

const open = { openIntrospection: true };
const closed = { openIntrospection: false };

const alice: Caller = {
  kind: "user",
  subject: "user:alice",
  userId: "alice",
  mayActFor: () => false,
  mayChange: () => false,
};
const delegate: Caller = { ...alice, mayActFor: () => true };
const named: Caller = { ...alice, displayName: { value: "Alice" } };
const nameless: Caller = { ...alice, displayName: { value: undefined } };
const service: Caller = {
  kind: "service",
  subject: "key:shop",
  mayActFor: (userId) => userId.startsWith("shop-"),
  mayChange: () => false,
};

/** Holds these of the scopes that change users. */
const changing = (...held: string[]): Caller => ({
  ...service,
  mayChange: (id, scope) => id !== "bob" && held.includes(scope),
});

/** The code of the error that the check throws; undefined when it lets pass. */
function codeOf(check: () => unknown): unknown {
  try {
    check();
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}

function check(caller: Caller | undefined, name: string, args: Record<string, unknown> = {}, policy = closed): unknown {
  return codeOf(() => checkRootField(caller, { name, args }, policy));
}

describe("a root field", () => {
  test.each(["regions", "region", "visitorSignature", "createVisitorSession", "__typename"])(
    "%s needs no caller",
    (name) => {
      expect(check(undefined, name)).toBeUndefined();
    },
  );

  test.each(["authToken", "createSession", "__schema", "__type", "Regions", "constructor", "added later"])(
    "%s needs a caller",
    (name) => {
      expect(check(undefined, name)).toBe("UNAUTHENTICATED");
      expect(check(alice, name)).toBeUndefined();
    },
  );

  test.each(["__schema", "__type"])("%s is open by policy", (name) => {
    expect(check(undefined, name, {}, open)).toBeUndefined();
  });

  test("is not opened by the introspection policy", () => {
    expect(check(undefined, "authToken", {}, open)).toBe("UNAUTHENTICATED");
  });

  test.each<[string, Caller, unknown, string | undefined]>([
    ["a user and the own id", alice, "alice", undefined],
    ["a user and no id", alice, undefined, undefined],
    ["a user and null", alice, null, undefined],
    ["a user and another's id", alice, "bob", "FORBIDDEN"],
    ["a user and an empty id", alice, "", "FORBIDDEN"],
    ["a user and another case", alice, "Alice", "FORBIDDEN"],
    ["a user and the id in another Unicode form", { ...alice, userId: "\u00e9" }, "e\u0301", "FORBIDDEN"],
    ["a delegate and another's id", delegate, "bob", undefined],
    ["a service and an id it may act for", service, "shop-1", undefined],
    ["a service and another id", service, "bob", "FORBIDDEN"],
    ["a service and no id", service, undefined, "BAD_USER_INPUT"],
    ["a delegate and an empty id", delegate, "", "BAD_USER_INPUT"],
    ["a delegate and an id that is too long", delegate, "x".repeat(101), "BAD_USER_INPUT"],
    ["anybody and any id", anybody, "bob", undefined],
  ])("for %s is judged alike in both places", (_what, caller, userId, code) => {
    expect(check(caller, "authToken", { userId })).toBe(code);
    expect(check(caller, "createSession", { input: { userId } })).toBe(code);
  });

  test.each<[string, Caller, unknown, string | undefined]>([
    ["the credential's name", named, "Alice", undefined],
    ["no name", named, undefined, undefined],
    ["another name", named, "Admin", "FORBIDDEN"],
    ["an empty name", named, "", "FORBIDDEN"],
    ["a name beside none", nameless, "Admin", "FORBIDDEN"],
    ["any name where names are free", alice, "Admin", undefined],
  ])("with %s is judged by the name", (_what, caller, displayName, code) => {
    expect(check(caller, "createSession", { input: { displayName } })).toBe(code);
  });
});

describe("the target user", () => {
  const target = (caller: Caller | undefined, given?: string | null) => targetUserId(caller, "userId", given);

  test.each<[string, Caller, string | null | undefined, string]>([
    ["the caller's own by default", alice, undefined, "alice"],
    ["the caller's own for null", alice, null, "alice"],
    ["the one given by a delegate", delegate, "bob", "bob"],
    ["the one given by anybody", anybody, "bob", "bob"],
    ["one with the longest id", anybody, "x".repeat(100), "x".repeat(100)],
  ])("is %s", (_what, caller, given, userId) => {
    expect(target(caller, given)).toBe(userId);
  });

  test.each<[string, Caller | undefined, string | undefined, string]>([
    ["without a caller", undefined, "alice", "UNAUTHENTICATED"],
    ["of a service that names none", service, undefined, "BAD_USER_INPUT"],
    ["of anybody who names none", anybody, undefined, "BAD_USER_INPUT"],
    ["that is another's", alice, "bob", "FORBIDDEN"],
    ["that is empty", delegate, "", "BAD_USER_INPUT"],
    ["that is too long", delegate, "x".repeat(101), "BAD_USER_INPUT"],
    ["that is another's and no id", alice, "", "FORBIDDEN"],
    ["with a control character", delegate, "a\u0000", "BAD_USER_INPUT"],
    ["of the caller, too long", { ...alice, userId: "x".repeat(101) }, undefined, "BAD_USER_INPUT"],
  ])("%s is refused", (_what, caller, given, code) => {
    expect(codeOf(() => target(caller, given))).toBe(code);
  });

  test("that is missing or cannot be one is named in the error", () => {
    expect(() => target(service)).toThrow(/^userId must be given/);
    expect(() => target(delegate, "")).toThrow(/^userId must not be empty/);
  });
});

describe("a user to change", () => {
  test.each<[string, Caller | undefined, string, boolean, string | undefined]>([
    ["by nobody", undefined, "shop-1", false, "UNAUTHENTICATED"],
    ["by a user for himself", { ...alice, mayChange: () => true }, "alice", false, "FORBIDDEN"],
    ["by a user with the scope for another", { ...alice, mayChange: () => true }, "bob", true, undefined],
    ["by a user without it", alice, "bob", false, "FORBIDDEN"],
    ["by whoever may act for all", delegate, "bob", false, "FORBIDDEN"],
    ["by a service with the scope", changing("user"), "shop-1", false, undefined],
    ["by a service with the scope, beyond its prefix", changing("user"), "bob", false, "FORBIDDEN"],
    ["with roles, by a service with both scopes", changing("user", "roles"), "shop-1", true, undefined],
    ["with roles, by a service with the one for users", changing("user"), "shop-1", true, "FORBIDDEN"],
    ["by a service with the scope for roles alone", changing("roles"), "shop-1", true, "FORBIDDEN"],
    ["by anybody", anybody, "bob", true, undefined],
    ["of the longest id", anybody, "x".repeat(50), false, undefined],
    ["of too long an id", anybody, "x".repeat(51), false, "BAD_USER_INPUT"],
    ["of an empty id", anybody, "", false, "BAD_USER_INPUT"],
  ])("%s is judged alike in both places", (_what, caller, userId, roles, code) => {
    expect(codeOf(() => changedUserId(caller, "input.userId", userId, { roles }))).toBe(code);
    const input = { userId, ...(roles && { roles: [] }) };
    expect(check(caller, "upsertUser", { input })).toBe(code);
  });

  test("is the one given, or is named in the error", () => {
    expect(changedUserId(changing("user"), "input.userId", "shop-1", { roles: false })).toBe("shop-1");
    expect(() => changedUserId(anybody, "input.userId", "", { roles: false })).toThrow(/^input\.userId must not/);
  });

  test("keeps its roles when they are null", () => {
    expect(check(changing("user"), "upsertUser", { input: { userId: "shop-1", roles: null } })).toBeUndefined();
  });

  test.each(["user", "users"])("is not what %s asks for: every caller may", (name) => {
    expect(check(undefined, name, {})).toBe("UNAUTHENTICATED");
    expect(check(alice, name, { userId: "bob", userIds: ["bob"] })).toBeUndefined();
  });
});

describe("the display name", () => {
  test.each<[string, Caller | undefined, string, string | null | undefined, string | undefined]>([
    ["the credential's by default", named, "alice", undefined, "Alice"],
    ["the credential's for null", named, "alice", null, "Alice"],
    ["none when the credential tells none", nameless, "alice", undefined, undefined],
    ["the given one where names are free", alice, "alice", "Al", "Al"],
    ["none where none is given", alice, "alice", null, undefined],
    ["the given one for another user", named, "bob", "Bob", "Bob"],
    ["none for another user by default", named, "bob", undefined, undefined],
    ["the given one without a caller", undefined, "bob", "Bob", "Bob"],
  ])("is %s", (_what, caller, userId, given, name) => {
    expect(displayNameFor(caller, targetUserId(anybody, "userId", userId), given)).toBe(name);
  });

  test.each([
    [named, "Admin"],
    [named, ""],
    [nameless, "Admin"],
  ])("that is not the credential's is forbidden (%#)", (caller, given) => {
    expect(codeOf(() => displayNameFor(caller, targetUserId(caller, "userId", "alice"), given))).toBe("FORBIDDEN");
  });
});

test.each<[string, () => unknown, string]>([
  ["acts for another", () => targetUserId(alice, "userId", "bob"), "acts for another"],
  ["changes another", () => changedUserId(alice, "userId", "bob", { roles: false }), "changes users"],
  [
    "changes himself",
    () => changedUserId({ ...anybody, userId: "a" }, "userId", "a", { roles: false }),
    "changes users",
  ],
  [
    "changes his name",
    () => displayNameFor(named, targetUserId(named, "userId", "alice"), "Al"),
    "another display name",
  ],
])("a user who %s is refused for a reason", (_what, ask, reason) => {
  expect(ask).toThrow(expect.objectContaining({ code: "FORBIDDEN", reason }));
});
