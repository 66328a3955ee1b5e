import { describe, expect, test } from "@jest/globals";
import { graphql } from "graphql";
import type { Caller } from "../../../src/caller/caller.js";
import { AppError } from "../../../src/errors/app-error.js";
import { buildGraphQLSchema } from "../../../src/graphql/build-schema.js";

const schema = buildGraphQLSchema();

/** Signed in, with a name of the credential's. */
const alice: Caller = {
  kind: "user",
  subject: "user:alice",
  userId: "alice",
  displayName: { value: "Alice" },
  mayActFor: () => false,
  mayChange: () => false,
};
const backend: Caller = {
  kind: "service",
  subject: "key:b",
  mayActFor: (id) => id !== "carol",
  mayChange: () => false,
};

const live = { state: "ACTIVE", checkedAt: new Date(0), userId: "alice" };
const revocation = { revoked: true };
const session = { accessToken: "a", userId: "alice", region: "EU" };
const deadTokens = new AppError("RATE_LIMITED");

interface Setup {
  readonly caller?: Caller | undefined;
  /** What the service answers. */
  readonly answer?: object;
  /** This dead token is one of too many. */
  readonly tooMany?: boolean;
}

/** Runs one operation; gives its answer, what the services were asked, and how many dead tokens were counted. */
async function run(source: string, { caller = alice, answer = session, tooMany = false }: Setup = {}) {
  const asked: unknown[] = [];
  let counted = 0;
  const service = async (...args: unknown[]) => {
    asked.push(args);
    return answer;
  };
  const contextValue = {
    identity: { caller },
    regions: { resolve: (code: string | undefined) => code ?? "EU" },
    sessions: { create: service, createForVisitor: service },
    issuedSessions: { status: service, revoke: service, revokeAll: service },
    asker: () => "asker",
    visitor: () => "visitor",
    countDeadToken: async () => {
      counted++;
      if (tooMany) throw deadTokens;
    },
  };
  const { data, errors } = await graphql({ schema, source, contextValue });
  const messages = errors?.map(({ message }) => message);
  const codes = errors?.map(({ originalError }) => originalError instanceof AppError && originalError.code);
  return { data: data && JSON.parse(JSON.stringify(data)), codes, asked, counted, messages };
}

const status = (more = "") => `{ sessionStatus(accessToken: "a"${more}) { state userId } }`;
const revoke = (more = "") => `mutation { revokeSession(input: { accessToken: "a"${more} }) { revoked } }`;
const revokeAll = (input: string) => `mutation { revokeUserSessions(input: { ${input} }) { revoked } }`;
const create = (more = "") => `mutation { createSession(input: { deviceId: "d"${more} }) { accessToken } }`;
const visit = (more = "") => `mutation { createVisitorSession(input: { deviceId: "d"${more} }) { accessToken } }`;

describe("a session by its access token", () => {
  test.each([
    ["", "EU"],
    [", region: US", "US"],
  ])("is asked about in its region%s", async (more, region) => {
    const { asked, data, counted } = await run(status(more), { answer: live });
    expect(asked).toEqual([[{ accessToken: "a", place: "accessToken", region }, "asker"]]);
    expect([data, counted]).toEqual([{ sessionStatus: { state: "ACTIVE", userId: "alice" } }, 0]);
  });

  test.each([
    ["", "EU"],
    [", region: US", "US"],
  ])("is ended in its region%s", async (more, region) => {
    const { asked, data, counted } = await run(revoke(more), { answer: revocation });
    expect(asked).toEqual([[{ accessToken: "a", place: "input.accessToken", region }, "asker"]]);
    expect([data, counted]).toEqual([{ revokeSession: { revoked: true } }, 0]);
  });

  test("of a banned user counts as no dead token", async () => {
    expect(await run(status(), { answer: { state: "BANNED" } })).toMatchObject({ counted: 0 });
  });

  test.each([
    ["asks about", status(), { state: "INVALID" }],
    ["ends", revoke(), { revoked: false }],
  ])("counts as dead once whoever %s it learns so", async (_what, source, answer) => {
    expect(await run(source, { answer })).toMatchObject({ counted: 1, codes: undefined });
    expect(await run(source, { answer, tooMany: true })).toMatchObject({ data: null, codes: ["RATE_LIMITED"] });
  });
});

describe("all sessions of a user", () => {
  test.each<[string, Caller, string, string, string]>([
    ["are the caller's without an id", alice, "", "alice", "EU"],
    ["are the caller's by the id", alice, 'userId: "alice", region: SG', "alice", "SG"],
    ["are another's by a right", backend, 'userId: "bob"', "bob", "EU"],
  ])("%s", async (_what, caller, input, userId, region) => {
    const { asked, data } = await run(revokeAll(input), { caller, answer: revocation });
    expect(asked).toEqual([[{ userId, place: "input.userId", region }, "asker"]]);
    expect(data).toEqual({ revokeUserSessions: { revoked: true } });
  });

  test.each<[string, Caller, string, string]>([
    ["another's", alice, 'userId: "bob"', "FORBIDDEN"],
    ["a user's out of reach", backend, 'userId: "carol"', "FORBIDDEN"],
    ["nobody's", backend, "", "BAD_USER_INPUT"],
  ])("are not ended when they are %s", async (_what, caller, input, code) => {
    expect(await run(revokeAll(input), { caller })).toMatchObject({ asked: [], codes: [code] });
  });
});

describe("a new session", () => {
  test("of nobody is refused by the name of what is missing", async () => {
    const { asked, messages } = await run(create(), { caller: backend });
    expect([asked, messages]).toEqual([[], [expect.stringMatching(/^input\.userId must be given/)]]);
  });

  test("is the caller's, under the credential's name", async () => {
    const { asked } = await run(create());
    expect(asked).toEqual([[{ deviceId: "d", userId: "alice", displayName: "Alice", region: "EU" }, "asker"]]);
  });

  test("is another's by a right, as the input says", async () => {
    const { asked } = await run(create(', userId: "bob", displayName: "Bob", region: US, authToken: "t"'), {
      caller: backend,
    });
    expect(asked).toEqual([
      [{ deviceId: "d", userId: "bob", displayName: "Bob", region: "US", authToken: "t" }, "asker"],
    ]);
  });

  test.each([', userId: "bob"', ', displayName: "Admin"'])("is refused to a caller with %s", async (more) => {
    expect(await run(create(more))).toMatchObject({ asked: [], codes: ["FORBIDDEN"] });
  });

  test.each([
    ["", "EU"],
    [", region: US", "US"],
  ])("of a visitor is asked for as a visitor%s", async (more, region) => {
    const { asked } = await run(visit(more), { caller: undefined });
    expect(asked).toEqual([[{ deviceId: "d", region }, "visitor"]]);
  });
});
