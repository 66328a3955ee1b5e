import { describe, expect, test } from "@jest/globals";
import { buildSchema, getVariableValues, Kind, parse } from "graphql";
import type { Audience } from "../../../src/errors/audience.js";
import { formatErrors } from "../../../src/errors/format-error.js";
import { describeInvalidVariables } from "../../../src/errors/invalid-variables.js";

const schema = buildSchema(`
  enum Colour { RED BLUE }
  input Inner { n: Int!, colours: [Colour!] }
  input Outer { inner: Inner, id: ID, grid: [[Int]] }
  input Either @oneOf { a: Int, b: Int }
  type Query { f(outer: Outer, colour: Colour, ids: [ID!], either: Either): String }
`);
const query = "query ($o: Outer, $c: Colour, $i: [ID!], $e: Either) { f(outer: $o, colour: $c, ids: $i, either: $e) }";

function definitionsIn(text: string) {
  const [operation] = parse(text).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("no operation");
  return operation.variableDefinitions ?? [];
}

function messagesFor(variables: Record<string, unknown>, text = query, audience: Audience = "developer"): string[] {
  const definitions = definitionsIn(text);
  // What is described here is what graphql-js refuses.
  expect(getVariableValues(schema, definitions, variables, { maxErrors: 0 }).errors).not.toBeUndefined();
  return describeInvalidVariables(schema, definitions, variables, audience).map(({ message }) => message);
}

/** With own keys that an object written out would not have. */
const odd = JSON.parse('{"o":{"__proto__":1,"constructor":1,"toString":1,"hasOwnProperty":1}}');
const unknown = "Invalid value at $o: a field that Outer does not have";

describe("a bad variable", () => {
  test.each([
    [{ c: "SECRET" }, ["Invalid value at $c: expected Colour: RED or BLUE"]],
    [{ c: { SECRET: 1 } }, ["Invalid value at $c: expected Colour: RED or BLUE"]],
    [{ o: "SECRET" }, ["Invalid value at $o: expected Outer"]],
    [{ o: ["SECRET"] }, ["Invalid value at $o: expected Outer"]],
    [{ o: { inner: { n: "SECRET" } } }, ["Invalid value at $o.inner.n: expected Int!"]],
    [{ o: { inner: { n: null } } }, ["Invalid value at $o.inner.n: expected Int!"]],
    [{ o: { inner: { n: 2 ** 40 } } }, ["Invalid value at $o.inner.n: expected Int!"]],
    [
      { o: { inner: { n: 1, colours: ["RED", "SECRET"] } } },
      ["Invalid value at $o.inner.colours.1: expected Colour!: RED or BLUE"],
    ],
    [
      { o: { inner: { n: 1, colours: [null] } } },
      ["Invalid value at $o.inner.colours.0: expected Colour!: RED or BLUE"],
    ],
    [{ o: { inner: {} } }, ['Field "n" of required type "Int!" was not provided.']],
    [{ o: { SECRET: 1 } }, [unknown]],
    [{ o: { "SECRET\nSECRET": 1 } }, [unknown]],
    [{ o: { id: { SECRET: 1 } } }, ["Invalid value at $o.id: expected ID"]],
    [{ o: { grid: [[1], ["SECRET"]] } }, ["Invalid value at $o.grid.1.0: expected Int"]],
    [{ o: { grid: "SECRET" } }, ["Invalid value at $o.grid: expected Int"]],
    [{ i: ["a", null, {}] }, ["Invalid value at $i.1: expected ID!", "Invalid value at $i.2: expected ID!"]],
    [odd, [unknown, unknown, unknown, unknown]],
    [{ e: { a: 1, b: 2 } }, ["Invalid variables"]],
    [
      { o: { inner: { n: "SECRET", colours: ["SECRET"] }, extra: "SECRET" } },
      [
        "Invalid value at $o.inner.n: expected Int!",
        "Invalid value at $o.inner.colours.0: expected Colour!: RED or BLUE",
        unknown,
      ],
    ],
  ])("in %j is named by its place", (variables, messages) => {
    expect(messagesFor(variables)).toEqual(messages);
  });

  test.each([
    ["query ($n: Int!) { f }", {}, 'Variable "$n" of required type "Int!" was not provided.'],
    ["query ($n: Int!) { f }", { n: null }, "Invalid value at $n: expected Int!"],
    ["query ($n: Int! = 1) { f }", { n: null }, "Invalid value at $n: expected Int!"],
    ["query ($__proto__: Int!) { f }", {}, 'Variable "$__proto__" of required type "Int!" was not provided.'],
    ["query ($toString: Int!) { f }", {}, 'Variable "$toString" of required type "Int!" was not provided.'],
  ])("declared by %j is named, given %j", (text, variables, message) => {
    expect(messagesFor(variables, text)).toEqual([message]);
  });

  test("hides the members of an enumeration from strangers", () => {
    expect(messagesFor({ c: "SECRET" }, query, "stranger")).toEqual(["Invalid value at $c: expected Colour"]);
  });
});

describe("many bad variables", () => {
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));

  test.each([
    [5, undefined],
    [6, "And 1 more problems with the variables"],
    [1_000, "And 995 more problems with the variables"],
    [13_000, "And 12995 more problems with the variables"],
  ])("of %i unknown keys names five and counts the rest", (count, rest) => {
    const messages = messagesFor({ o: keys(count) });
    expect(messages.slice(0, 5)).toEqual(Array(5).fill(unknown));
    expect(messages.slice(5)).toEqual(rest === undefined ? [] : [rest]);
  });

  test("are counted across variables", () => {
    expect(messagesFor({ o: keys(4), c: 1, i: [{}] }).slice(4)).toEqual([
      "Invalid value at $c: expected Colour: RED or BLUE",
      "And 1 more problems with the variables",
    ]);
  });

  test("of wrong values are not all tried", () => {
    expect(messagesFor({ i: Array(50_000).fill({}) }).slice(5)).toEqual([
      "And at least 95 more problems with the variables",
    ]);
  });
});

test("a bad variable is the caller's mistake, at the place of its definition", () => {
  const errors = describeInvalidVariables(schema, definitionsIn(query), { c: "SECRET" }, "developer");
  expect(formatErrors(errors, "id")).toEqual([
    {
      message: "Invalid value at $c: expected Colour: RED or BLUE",
      locations: [{ line: 1, column: 19 }],
      extensions: { code: "BAD_USER_INPUT", requestId: "id", retryable: false },
    },
  ]);
});

test("a null where one may be is no problem beside others", () => {
  const variables = { o: { id: null, inner: null, grid: [null, [null]] }, c: "SECRET", i: null };
  expect(messagesFor(variables)).toEqual(["Invalid value at $c: expected Colour: RED or BLUE"]);
});

test("an unknown field of an inner object is named by that object", () => {
  expect(messagesFor({ o: { inner: { n: 1, SECRET: 1 } } })).toEqual([
    "Invalid value at $o.inner: a field that Inner does not have",
  ]);
});
