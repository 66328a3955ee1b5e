import { describe, expect, test } from "@jest/globals";
import { anybody, type Caller } from "../../../src/caller/caller.js";
import { AppError } from "../../../src/errors/app-error.js";
import { buildGraphQLSchema } from "../../../src/graphql/build-schema.js";
import {
  actsForUser,
  askedOf,
  checkRootField,
  isAudited,
  isCounted,
  isForVisitors,
  isPublic,
  type RootField,
  rootFieldAccess,
} from "../../../src/graphql/root-field-access.js";
import { rootFieldNames } from "../../../src/graphql/root-fields.js";
import { alice } from "../../support/apollo.js";

/** What is true of a root field, in words. */
function factsOf(name: string): string[] {
  const field: RootField = { key: name, name, args: {} };
  const facts: [string, boolean][] = [
    ["public", isPublic(name)],
    ["counted", isCounted(field)],
    ["for visitors", isForVisitors(field)],
    ["acts for a user", actsForUser(field)],
    ["audited", isAudited(field)],
  ];
  return facts.flatMap(([fact, holds]) => (holds ? [fact] : []));
}

test("every root field of the schema has its own rule", () => {
  expect(rootFieldNames(buildGraphQLSchema()).sort()).toEqual([...rootFieldAccess.keys()].sort());
});

const acting = ["counted", "acts for a user", "audited"];
/** Of whatever user it is. */
const anyUser = ["counted", "audited"];
const visiting = ["public", "counted", "for visitors", "audited"];

const facts: readonly (readonly [string, readonly string[]])[] = [
  ["__typename", ["public"]],
  ["regions", ["public", "counted"]],
  ["region", ["public", "counted"]],
  ["__schema", ["counted"]],
  ["__type", ["counted"]],
  ["authToken", acting],
  ["createSession", acting],
  ["revokeUserSessions", acting],
  ["revokeSession", anyUser],
  ["sessionStatus", anyUser],
  ["user", anyUser],
  ["users", anyUser],
  ["upsertUser", anyUser],
  ["visitorSignature", visiting],
  ["createVisitorSession", visiting],
  ["nobodyListedIt", acting],
  ["constructor", acting],
];

test("every root field of the schema is told below", () => {
  expect(facts.map(([name]) => name)).toEqual(expect.arrayContaining(rootFieldNames(buildGraphQLSchema())));
});

describe("a root field", () => {
  test.each(facts)("such as %s is %j", (name, facts) => {
    expect(factsOf(name)).toEqual(facts);
  });

  const outcomeOf = (caller: Caller | undefined, name: string, args: RootField["args"]) => {
    try {
      checkRootField(caller, { name, args }, { openIntrospection: false });
      return "passes";
    } catch (error) {
      if (error instanceof AppError) return error.code;
      throw error;
    }
  };

  test.each<[string, string, string, string]>([
    ["revokeSession", "UNAUTHENTICATED", "passes", "passes"],
    ["sessionStatus", "UNAUTHENTICATED", "passes", "passes"],
    ["user", "UNAUTHENTICATED", "passes", "passes"],
    ["users", "UNAUTHENTICATED", "passes", "passes"],
    ["upsertUser", "UNAUTHENTICATED", "FORBIDDEN", "passes"],
    ["revokeUserSessions", "UNAUTHENTICATED", "FORBIDDEN", "passes"],
    ["createVisitorSession", "passes", "passes", "passes"],
  ])("%s for another user: a stranger %s, a user %s, anybody %s", (name, ...outcomes) => {
    const args = { input: { userId: "bob" } };
    expect([undefined, alice, anybody].map((caller) => outcomeOf(caller, name, args))).toEqual(outcomes);
  });

  test.each<[string, string, string]>([
    ["regions", "passes", "passes"],
    ["__type", "UNAUTHENTICATED", "passes"],
    ["authToken", "UNAUTHENTICATED", "BAD_USER_INPUT"],
    ["revokeSession", "UNAUTHENTICATED", "BAD_USER_INPUT"],
    ["users", "UNAUTHENTICATED", "BAD_USER_INPUT"],
    ["upsertUser", "UNAUTHENTICATED", "BAD_USER_INPUT"],
    ["createVisitorSession", "BAD_USER_INPUT", "BAD_USER_INPUT"],
  ])("%s without usable arguments: a stranger %s, a user %s", (name, ...outcomes) => {
    expect([undefined, alice].map((caller) => outcomeOf(caller, name, undefined))).toEqual(outcomes);
  });
});

describe("what a root field is asked", () => {
  const all = { userId: "alice", userIds: ["alice", "bob"], displayName: "Alice", deviceId: "phone", region: "EU" };
  const given = { ...all, roles: ["moderator"] };
  const asked = { ...all, roles: true };

  test.each<[string, Record<string, unknown>]>([
    ["arguments", given],
    ["an input", { input: given }],
    ["an input, whatever stands beside it", { userId: "bob", region: "US", input: given }],
  ])("is read from %s", (_where, args) => {
    expect(askedOf(args)).toEqual(asked);
  });

  test.each<[string, Record<string, unknown>]>([
    ["nothing", {}],
    ["an empty input", { userId: "bob", input: {} }],
    ["other types", { userId: 1, displayName: {}, deviceId: ["phone"], region: 2, userIds: "bob", roles: "admin" }],
    ["a region that nobody knows", { region: "eu" }],
  ])("is nothing in %s", (_what, args) => {
    expect(askedOf(args)).toEqual({ roles: false });
  });

  test.each([null, "bob"])("is read beside an input that is %j", (input) => {
    expect(askedOf({ ...given, input })).toEqual(asked);
  });
});
