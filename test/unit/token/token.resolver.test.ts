import { expect, test } from "@jest/globals";
import { graphql } from "graphql";
import { anybody, type Caller } from "../../../src/caller/caller.js";
import { buildGraphQLSchema } from "../../../src/graphql/build-schema.js";
import { alice } from "../../support/apollo.js";

const schema = buildGraphQLSchema();
const issuedAt = new Date("2026-01-01T00:00:00Z");
const token = {
  token: "token-1",
  userId: "alice",
  region: "EU",
  issuedAt,
  expiresAt: new Date(issuedAt.getTime() + 600_000),
  refreshAfter: new Date(issuedAt.getTime() + 480_000),
};

/** Runs a query below the step before execution: what was asked of the loader, and the answer. */
async function run(source: string, caller: Caller | undefined) {
  const loaded: unknown[] = [];
  const contextValue = {
    identity: { caller },
    regions: { resolve: (code: string | null | undefined) => code ?? "EU" },
    tokens: {
      async load(key: unknown) {
        loaded.push(key);
        return token;
      },
    },
  };
  const { data, errors } = await graphql({ schema, source, contextValue });
  return { loaded, data, errors: errors?.map(({ originalError }) => originalError) };
}

const service: Caller = { ...anybody, kind: "service", subject: "key:shop", mayActFor: (id) => id.startsWith("shop-") };

test.each<[string, Caller, object]>([
  ["{ authToken { token } }", alice, { userId: "alice", region: "EU" }],
  ["{ authToken(userId: null, region: null) { token } }", alice, { userId: "alice", region: "EU" }],
  ['{ authToken(userId: "alice", region: US) { token } }', alice, { userId: "alice", region: "US" }],
  ['{ authToken(userId: "shop-1", region: SG) { token } }', service, { userId: "shop-1", region: "SG" }],
])("%s is for the user and the region that it names", async (source, caller, key) => {
  const { loaded, data } = await run(source, caller);
  expect([loaded, data]).toEqual([[key], { authToken: { token: "token-1" } }]);
});

test.each<[string, Caller | undefined, object]>([
  ["{ authToken { token } }", undefined, { code: "UNAUTHENTICATED" }],
  ['{ authToken(userId: "bob") { token } }', alice, { code: "FORBIDDEN" }],
  ['{ authToken(userId: "bob") { token } }', service, { code: "FORBIDDEN" }],
  ["{ authToken { token } }", service, { code: "BAD_USER_INPUT", message: expect.stringMatching(/^userId /) }],
  ['{ authToken(userId: "") { token } }', anybody, { message: expect.stringMatching(/^userId /) }],
])("%s asks for nothing without the right to it (%#)", async (source, caller, error) => {
  expect(await run(source, caller)).toEqual({ loaded: [], data: null, errors: [expect.objectContaining(error)] });
});

test("a token says whose it is, where, and its times", async () => {
  const { data } = await run("{ authToken { token userId region issuedAt expiresAt refreshAfter } }", alice);
  expect(data?.["authToken"]).toEqual({
    token: "token-1",
    userId: "alice",
    region: "EU",
    issuedAt: "2026-01-01T00:00:00.000Z",
    expiresAt: "2026-01-01T00:10:00.000Z",
    refreshAfter: "2026-01-01T00:08:00.000Z",
  });
});
