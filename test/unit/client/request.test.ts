import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { stripIgnoredCharacters } from "graphql";
import { type AmityAuthOptions, createAmityAuth } from "../../../src/client/index.js";
import { query } from "../../../src/client/request.js";
import { scriptedFetch, tokenAnswer } from "./scripted.js";

const operation = new URL("../../../schema/operations/auth-token.graphql", import.meta.url);

/** The one request of a call. */
async function sentBy(options: Partial<AmityAuthOptions>, userId?: string) {
  const { fetch, sent } = scriptedFetch((request) => request.answer(tokenAnswer(0)));
  await createAmityAuth({ endpoint: "https://gateway.example/graphql", fetch, ...options }).getAuthToken({ userId });
  const [request] = sent;
  if (!request) throw new Error("nothing was sent");
  return request;
}

test("the document is the shipped operation", async () => {
  expect(query).toBe(stripIgnoredCharacters((await readFile(operation, "utf8")).replace(/^#.*\n/gm, "")));
});

test("a request is a POST of JSON", async () => {
  const { url, method, headers, body } = await sentBy({ getCredentials: async () => "Bearer abc" });
  expect([method, url]).toEqual(["POST", "https://gateway.example/graphql"]);
  expect(Object.fromEntries(headers)).toEqual({
    accept: "application/graphql-response+json, application/json;q=0.9",
    authorization: "Bearer abc",
    "content-type": "application/json",
  });
  expect(body).toEqual({ query, variables: {} });
});

test("user and region are variables", async () => {
  expect((await sentBy({ region: "US" }, "alice")).body.variables).toEqual({ region: "US", userId: "alice" });
});

test.each([
  ["no function", {}],
  ["undefined", { getCredentials: () => undefined }],
])("%s for credentials sends no Authorization", async (_name, options) => {
  expect((await sentBy(options)).headers.has("authorization")).toBe(false);
});

test("the token is all that the schema says", async () => {
  const { fetch } = scriptedFetch((request) => request.answer(tokenAnswer(0)));
  const token = await createAmityAuth({ endpoint: "/graphql", fetch }).getAuthToken();
  expect(token).toEqual({
    token: "token-1",
    userId: "alice",
    region: "EU",
    issuedAt: "1970-01-01T00:00:00.000Z",
    expiresAt: "1970-01-01T00:10:00.000Z",
    refreshAfter: "1970-01-01T00:08:00.000Z",
  });
});
