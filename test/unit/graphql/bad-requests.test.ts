import { inspect } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { chanceOf } from "../../support/chance.js";
import { requestWith, type TestPipeline, withPipeline } from "../../support/pipeline.js";

const roomy = { bodyLimitBytes: 200_000 };

async function codesOf({ pipeline }: TestPipeline, body: object): Promise<string[]> {
  const headers = { "content-type": "application/json", accept: "application/graphql-response+json" };
  const answer = await pipeline.handle(
    requestWith({ method: "POST", url: "/graphql", headers, body: JSON.stringify(body) }),
  );
  const { errors = [] } = JSON.parse(String(answer.body));
  const codes: string[] = errors.map((error: { extensions: { code: string } }) => error.extensions.code);
  // One and the same mistake may be told several times, but never without end.
  expect(codes.length).toBeLessThanOrEqual(6);
  return [...new Set(codes)];
}

const create = "mutation ($i: CreateSessionInput!) { createSession(input: $i) { userId } }";
const token = "query ($u: ID, $r: RegionCode) { authToken(userId: $u, region: $r) { token } }";
const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
const nested = (depth: number): unknown => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);

const bad: [string, object, string][] = [
  ...[5, 49, 50, 51, 60, 1_000, 10_000].map((count): [string, object, string] => [
    `${count} unknown keys`,
    { query: create, variables: { i: keys(count) } },
    "BAD_USER_INPUT",
  ]),
  ...[
    null,
    1,
    "SECRET",
    true,
    [],
    {},
    [[]],
    "x".repeat(150_000),
    nested(2_000),
    { deviceId: {} },
    { deviceId: null },
  ].map((i): [string, object, string] => [
    `an input like ${inspect(i).slice(0, 20)}`,
    { query: create, variables: { i } },
    "BAD_USER_INPUT",
  ]),
  ["no variables", { query: create }, "BAD_USER_INPUT"],
  ["null for variables", { query: create, variables: null }, "BAD_USER_INPUT"],
  ["a number for an enumeration", { query: token, variables: { r: 1 } }, "BAD_USER_INPUT"],
  ["a method's name for an enumeration", { query: token, variables: { r: "toString" } }, "BAD_USER_INPUT"],
  ["a fraction", { query: token, variables: { u: 0.5 } }, "BAD_USER_INPUT"],
  [
    "four bad variables",
    {
      query: `query ($a: RegionCode!, $b: RegionCode!, $c: RegionCode!, $d: RegionCode!) { ${["a", "b", "c", "d"].map((name) => `${name}: region(code: $${name}) { code }`).join(" ")} }`,
      variables: { a: 1, b: null, d: {} },
    },
    "BAD_USER_INPUT",
  ],
  [
    "null for a default",
    { query: "query ($c: RegionCode = EU) { region(code: $c) { code } }", variables: { c: null } },
    "BAD_USER_INPUT",
  ],
  [
    "null for a directive",
    { query: "query ($b: Boolean = true) { regions @include(if: $b) { code } }", variables: { b: null } },
    "BAD_USER_INPUT",
  ],
  [
    "null for a directive below",
    { query: "query ($b: Boolean = true) { regions { code @skip(if: $b) } }", variables: { b: null } },
    "BAD_USER_INPUT",
  ],
  [
    "null for a directive in introspection",
    { query: "query ($b: Boolean = true) { __schema { types { name @skip(if: $b) } } }", variables: { b: null } },
    "BAD_USER_INPUT",
  ],
  [
    "null for a type's name",
    { query: 'query ($n: String = "X") { __type(name: $n) { name } }', variables: { n: null } },
    "BAD_USER_INPUT",
  ],
  [
    "null within an input",
    {
      query: 'mutation ($d: String = "d") { createSession(input: { deviceId: $d }) { userId } }',
      variables: { d: null },
    },
    "BAD_USER_INPUT",
  ],
  ["a subscription", { query: "subscription { regions { code } }" }, "GRAPHQL_VALIDATION_FAILED"],
  ["two operations of a name", { query: "query a { __typename } query a { __typename }" }, "GRAPHQL_VALIDATION_FAILED"],
  [
    "two operations and no name",
    { query: "query a { __typename } query b { __typename }" },
    "OPERATION_RESOLUTION_FAILURE",
  ],
  ["an empty name", { query: "{ __typename }", operationName: "" }, "OPERATION_RESOLUTION_FAILURE"],
  ["a method's name", { query: "{ __typename }", operationName: "constructor" }, "OPERATION_RESOLUTION_FAILURE"],
  ["fragments alone", { query: "fragment f on Query { __typename }" }, "GRAPHQL_VALIDATION_FAILED"],
  ["a fragment on a scalar", { query: "{ ...f } fragment f on String { x }" }, "GRAPHQL_VALIDATION_FAILED"],
  ["a fragment on an input", { query: "{ ...f } fragment f on CreateSessionInput { x }" }, "GRAPHQL_VALIDATION_FAILED"],
  ["a fragment named on", { query: "{ ...on } fragment on on Query { x }" }, "GRAPHQL_PARSE_FAILED"],
  ["a directive without its argument", { query: "{ regions @skip { code } }" }, "GRAPHQL_VALIDATION_FAILED"],
  ["a directive with another", { query: '{ regions @skip(if: "SECRET") { code } }' }, "GRAPHQL_VALIDATION_FAILED"],
  ["a definition of a type", { query: "type Query { a: Int }" }, "GRAPHQL_VALIDATION_FAILED"],
  ["an extension of the schema", { query: "{ __typename } extend schema @x" }, "GRAPHQL_VALIDATION_FAILED"],
  ["introspection of nothing", { query: "{ __schema }" }, "GRAPHQL_VALIDATION_FAILED"],
  [
    "introspection at the wrong place",
    { query: "{ regions { __schema { types { name } } } }" },
    "GRAPHQL_VALIDATION_FAILED",
  ],
  ["deferral", { query: "{ ... @defer { regions { code } } }" }, "GRAPHQL_VALIDATION_FAILED"],
  ["a name of 100 kB", { query: `{ ${"a".repeat(100_000)} }` }, "GRAPHQL_VALIDATION_FAILED"],
  ["a string of 100 kB", { query: `{ authToken(userId: "${"a".repeat(100_000)}") { token } }` }, "BAD_USER_INPUT"],
  [
    "lists in lists",
    { query: `{ authToken(userId: ${"[".repeat(490)}${"]".repeat(490)}) { token } }` },
    "GRAPHQL_VALIDATION_FAILED",
  ],
  ["a comment of 100 kB", { query: `{ nope } #${"a".repeat(100_000)}` }, "GRAPHQL_VALIDATION_FAILED"],
  ["nothing but comments", { query: "#\n".repeat(2_000) }, "QUERY_TOO_COMPLEX"],
  ["a persisted query", { extensions: { persistedQuery: { version: 2 } } }, "PERSISTED_QUERY_NOT_SUPPORTED"],
];

describe("a bad request", () => {
  test.each(bad)("with %s is the client's mistake", async (_what, body, code) => {
    await withPipeline(roomy, async (test) => {
      expect(await codesOf(test, body)).toEqual([code]);
      expect(test.logged().filter(({ level }) => level === "error")).toEqual([]);
    });
  });

  test("with a batch says that batching is off", async () => {
    await withPipeline(roomy, async ({ pipeline }) => {
      const headers = { "content-type": "application/json" };
      for (const body of ["[]", '[{"query":"{ __typename }"}]']) {
        const answer = await pipeline.handle(requestWith({ method: "POST", url: "/graphql", headers, body }));
        const [{ message, extensions }] = JSON.parse(String(answer.body)).errors;
        expect([answer.status, extensions.code, message]).toEqual([
          400,
          "BAD_REQUEST",
          "Batching is off: send each operation in a request of its own",
        ]);
      }
    });
  });
});

/** Pieces of documents that are put together at random: some fit, most do not. */
const pieces =
  '{ } ( ) [ ] : ! = @ ... $ $a $i $__proto__ query mutation subscription fragment f on g Query Region CreateSessionInput String ID Int Boolean regions region code authToken createSession input userId deviceId __typename __schema __type types name args if @skip @include null true EU 1 -1 1.5 "x" """y""" toString constructor __proto__'.split(
    " ",
  );
const shapes = [
  "{ region(code: ?) { code } }",
  "query ($a: ?) { authToken(userId: $a) { ? } }",
  "mutation ($i: ?) { createSession(input: ?) { userId ? } }",
  "{ regions { code ? } ? }",
  "{ ...f ? } fragment f on ? { ? }",
  "query ($a: ? = ?) { region(code: $a) { code @include(if: ?) } }",
  "{ __type(name: ?) { name ? } }",
];
const values: readonly unknown[] = [
  null,
  0,
  -1,
  1e300,
  2 ** 53,
  "",
  "EU",
  "x",
  [],
  {},
  [[1]],
  { deviceId: "d" },
  { deviceId: [] },
  { constructor: 1 },
  { a: { b: {} } },
];

describe("whatever is sent", () => {
  test.each([1, 2, 3])("from seed %i is never an internal error", async (seed) => {
    const chance = chanceOf(seed);
    const one = <T>(from: readonly T[]): T | undefined => from[Math.floor(chance() * from.length)];
    const some = () => Array.from({ length: 1 + Math.floor(chance() * 4) }, () => one(pieces)).join(" ");
    await withPipeline(roomy, async (test) => {
      for (let i = 0; i < 400; i++) {
        const query = (one(shapes) ?? "").replaceAll("?", some);
        const body = { query, variables: { a: one(values), i: one(values), b: one(values) } };
        expect([body, await codesOf(test, body)]).toEqual([
          body,
          expect.not.arrayContaining(["INTERNAL_SERVER_ERROR"]),
        ]);
      }
      expect(test.logged().filter(({ level }) => level === "error")).toEqual([]);
    });
  });
});
