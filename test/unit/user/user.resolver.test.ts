import { describe, expect, test } from "@jest/globals";
import { graphql } from "graphql";
import type { Caller } from "../../../src/caller/caller.js";
import { AppError } from "../../../src/errors/app-error.js";
import { buildGraphQLSchema } from "../../../src/graphql/build-schema.js";

const schema = buildGraphQLSchema();
const user = { userId: "bob", roles: [], permissions: [], flagCount: 0, isGlobalBan: false, isBrand: false };

/** May change users, and their roles too if told so; a user of its own may be among them. */
function writer(may: "user" | "roles", userId?: string): Caller {
  const mayChange: Caller["mayChange"] = (_id, change) => change === "user" || change === may;
  return { kind: "service", subject: "key:b", mayActFor: () => true, mayChange, ...(userId && { userId }) };
}

/** Runs one operation, below the step before execution; gives what the service was asked, and the codes of errors. */
async function run(source: string, caller: Caller) {
  const asked: unknown[] = [];
  const answering =
    <T>(answer: T) =>
    async (...args: unknown[]) => {
      asked.push(args);
      return answer;
    };
  const contextValue = {
    identity: { caller },
    regions: { resolve: (code: string | undefined) => code ?? "EU" },
    users: {
      find: answering(null),
      findAll: answering([]),
      upsert: answering(user),
    },
    userProfiles: "loader",
    asker: () => "asker",
  };
  const { errors } = await graphql({ schema, source, contextValue });
  const codes = errors?.map(({ originalError }) => originalError instanceof AppError && originalError.code);
  return { asked, codes };
}

const upsert = (more: string) => `mutation { upsertUser(input: { userId: "bob"${more} }) { userId } }`;

test.each([
  ['{ user(userId: "bob") { userId } }', { userId: "bob", region: "EU" }],
  ['{ user(userId: "bob", region: US) { userId } }', { userId: "bob", region: "US" }],
  ['{ users(userIds: ["b", "a"]) { userId } }', { userIds: ["b", "a"], region: "EU" }],
  ['{ users(userIds: ["b"], region: SG) { userId } }', { userIds: ["b"], region: "SG" }],
])("%s is looked up in its region", async (source, lookUp) => {
  expect(await run(source, writer("user"))).toEqual({ asked: [[lookUp, "loader", "asker"]], codes: undefined });
});

describe("a change of a user", () => {
  test.each([
    ["", {}, "EU"],
    [", roles: null, region: US", { roles: null }, "US"],
  ])("needs one right with the input%s", async (more, fields, region) => {
    const { asked, codes } = await run(upsert(more), writer("user"));
    expect([asked, codes]).toEqual([[[{ userId: "bob", ...fields, region }, "asker"]], undefined]);
  });

  test.each([', roles: ["admin"]', ", roles: []"])("needs a right of its own with the input%s", async (more) => {
    expect(await run(upsert(more), writer("user"))).toEqual({ asked: [], codes: ["FORBIDDEN"] });
    expect((await run(upsert(more), writer("roles"))).codes).toBeUndefined();
  });

  test("is not for the user", async () => {
    expect(await run(upsert(""), writer("roles", "bob"))).toEqual({ asked: [], codes: ["FORBIDDEN"] });
  });
});
