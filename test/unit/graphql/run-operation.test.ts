import { type ApolloServer, type GraphQLResponse, HeaderMap } from "@apollo/server";
import { describe, expect, test } from "@jest/globals";
import type { Context } from "../../../src/context.js";
import { pluginOf } from "../../../src/graphql/hooks.js";
import { runOperation } from "../../../src/graphql/run-operation.js";

const request = { query: "{ regions { code } }" };
const contextValue = { facts: {} } as Context;

type Result = Extract<GraphQLResponse["body"], { kind: "single" }>["singleResult"];

/** What becomes of such an answer of Apollo Server's, and what that was asked. */
async function run(singleResult: Result, status?: number, headers: [string, string][] = []) {
  const asked: unknown[] = [];
  const response = { http: { status, headers: new HeaderMap(headers) }, body: { kind: "single", singleResult } };
  const apollo = {
    async executeOperation(...call: unknown[]) {
      asked.push(call);
      return response;
    },
  } as unknown as ApolloServer<Context>;
  return { asked, answer: await runOperation(apollo, request, contextValue) };
}

describe("an operation's answer", () => {
  test("has Apollo's status and headers", async () => {
    const { asked, answer } = await run({ data: null }, 503, [["retry-after", "1"]]);
    expect(answer).toEqual({ status: 503, headers: { "retry-after": "1" }, body: '{"data":null}' });
    expect(asked).toEqual([[request, { contextValue }]]);
  });

  test("is a 200 where Apollo names no status", async () => {
    expect((await run({ data: {} })).answer.status).toBe(200);
  });

  test("has errors first, and nothing but errors and data", async () => {
    const errors = [{ message: "no" }];
    const { answer } = await run({ data: { a: 1 }, errors, extensions: { plan: "of ours" } });
    expect(answer.body).toBe('{"errors":[{"message":"no"}],"data":{"a":1}}');
  });

  test("that JSON cannot hold is a fault", async () => {
    await expect(run({ data: { a: 1n } })).rejects.toThrow(TypeError);
  });

  test("in parts is a fault", async () => {
    const response = { http: { headers: new HeaderMap() }, body: { kind: "incremental" } };
    const apollo = { executeOperation: async () => response } as unknown as ApolloServer<Context>;
    await expect(runOperation(apollo, request, contextValue)).rejects.toThrow("the answer is not whole");
  });
});

test("the one plugin has the same hooks for each request", async () => {
  const hooks = { async didResolveOperation() {} };
  const { requestDidStart } = pluginOf(hooks);
  const begin = () => requestDidStart?.({} as never);
  expect(await begin()).toBe(hooks);
  expect(await begin()).toBe(hooks);
});
