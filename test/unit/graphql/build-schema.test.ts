import { expect, test } from "@jest/globals";
import { graphql } from "graphql";
import { buildGraphQLSchema } from "../../../src/graphql/build-schema.js";

test.each([
  '{ authToken(userId: "alice") { token } }',
  'mutation { createSession(input: { deviceId: "d" }) { userId } }',
  '{ sessionStatus(accessToken: "a") { state } }',
  'mutation { revokeSession(input: { accessToken: "a" }) { revoked } }',
  "mutation { revokeUserSessions(input: {}) { revoked } }",
])("without a caller nothing of %s runs, whatever was checked before", async (source) => {
  const used: unknown[] = [];
  const services = new Proxy({}, { get: (_target, name) => used.push(name) });
  const contextValue = {
    identity: { caller: undefined },
    regions: services,
    tokens: services,
    sessions: services,
    issuedSessions: services,
  };
  const { data, errors } = await graphql({ schema: buildGraphQLSchema(), source, contextValue });
  expect([data, errors?.map(({ originalError }) => originalError)]).toEqual([
    null,
    [expect.objectContaining({ code: "UNAUTHENTICATED" })],
  ]);
  expect(used).toEqual([]);
});
