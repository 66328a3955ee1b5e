import { expect, test } from "@jest/globals";
import { graphql } from "graphql";
import { buildGraphQLSchema } from "../../../src/graphql/build-schema.js";
import { isPublic } from "../../../src/graphql/root-field-access.js";
import { rootFieldNames } from "../../../src/graphql/root-fields.js";

const schema = buildGraphQLSchema();

/** An operation for each root field that needs a caller. */
const closed: Readonly<Record<string, string>> = {
  authToken: '{ authToken(userId: "alice") { token } }',
  createSession: 'mutation { createSession(input: { deviceId: "d" }) { userId } }',
  sessionStatus: '{ sessionStatus(accessToken: "a") { state } }',
  revokeSession: 'mutation { revokeSession(input: { accessToken: "a" }) { revoked } }',
  revokeUserSessions: "mutation { revokeUserSessions(input: {}) { revoked } }",
  user: '{ user(userId: "alice") { userId } }',
  users: '{ users(userIds: ["alice"]) { userId } }',
  upsertUser: 'mutation { upsertUser(input: { userId: "alice" }) { userId } }',
};

test("every root field that is not for everybody is tried below", () => {
  const names = rootFieldNames(schema).filter((name) => !name.startsWith("__") && !isPublic(name));
  expect(Object.keys(closed).sort()).toEqual(names.sort());
});

test.each(Object.values(closed))("without a caller nothing of %s runs, whatever was checked before", async (source) => {
  const used: unknown[] = [];
  const identity = { caller: undefined };
  const contextValue = new Proxy({}, { get: (_target, name) => (name === "identity" ? identity : used.push(name)) });
  const { errors } = await graphql({ schema, source, contextValue });
  expect(errors?.map(({ originalError }) => originalError)).toEqual([
    expect.objectContaining({ code: "UNAUTHENTICATED" }),
  ]);
  expect(used).toEqual([]);
});
