import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { stripIgnoredCharacters } from "graphql";
import { type AmityAuthOptions, createAmityAuth } from "../../../src/client/index.js";
import { authToken, createSession, visitorSignature } from "../../../src/client/operations.js";
import { scriptedFetch, tokenAnswer } from "./scripted.js";

function shipped(name: string): string {
  const path = new URL(`../../../schema/operations/${name}.graphql`, import.meta.url);
  return stripIgnoredCharacters(readFileSync(path, "utf8"));
}

/** The one request of a call. */
async function sentBy(options: Partial<AmityAuthOptions>, userId?: string) {
  const { fetch, sent } = scriptedFetch((request) => request.answer(tokenAnswer(0)));
  await createAmityAuth({ endpoint: "https://gateway.example/graphql", fetch, ...options }).getAuthToken({ userId });
  const [request] = sent;
  if (!request) throw new Error("nothing was sent");
  return request;
}

test.each([
  ["auth-token", authToken],
  ["visitor-signature", visitorSignature],
])("the document is the shipped operation %s", (name, { query }) => {
  expect(query).toBe(shipped(name));
});

test("the document of a session is the shipped operation without what follows refreshAfter", () => {
  const [start] = shipped("create-session").split(" lastCachePurge");
  expect(createSession.query).toBe(`${start}}}`);
});

test("a request is a POST of JSON", async () => {
  const { url, method, headers, body } = await sentBy({ getCredentials: async () => "Bearer abc" });
  expect([method, url]).toEqual(["POST", "https://gateway.example/graphql"]);
  expect(Object.fromEntries(headers)).toEqual({
    accept: "application/graphql-response+json, application/json;q=0.9",
    authorization: "Bearer abc",
    "content-type": "application/json",
  });
  expect(body).toEqual({ query: authToken.query, variables: {} });
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
