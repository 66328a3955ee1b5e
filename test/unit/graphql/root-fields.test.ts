import { describe, expect, test } from "@jest/globals";
import { buildSchema, getVariableValues, Kind, type OperationDefinitionNode, parse } from "graphql";
import { rootFieldNames, rootFieldsOf } from "../../../src/graphql/root-fields.js";
import { fragmentsOf } from "../../../src/graphql/selections.js";

const schema = buildSchema(`
  input Input { userId: ID, note: String = "by default" }
  type Query { one(userId: ID, input: Input, times: Int! = 1): String, two: String }
  type Mutation { set(userId: ID!): String }
`);

/** The root fields of the document's operation: `one` for a name alone, else the name with its arguments. */
function fieldsOf(query: string, variables: Record<string, unknown> = {}): unknown[] {
  const document = parse(query);
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  if (!operation) throw new Error("no operation");
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  return rootFieldsOf({ schema, operation, fragments: fragmentsOf(document), variables: coerced }).map(
    ({ name, args }) => [name, args],
  );
}

/** Like fieldsOf, the names alone. */
function namesOf(query: string, variables?: Record<string, unknown>): unknown[] {
  return fieldsOf(query, variables).map((field) => (Array.isArray(field) ? field[0] : field));
}

describe("root fields", () => {
  test.each<[string, string[]]>([
    ["{ one two }", ["one", "two"]],
    ["{ a: one b: one }", ["one", "one"]],
    ["{ one one a: one a: one }", ["one", "one"]],
    ["{ one ... { one } ...f } fragment f on Query { one }", ["one"]],
    ["{ __typename __schema { queryType { name } } }", ["__typename", "__schema"]],
    ["{ ...f } fragment f on Query { one }", ["one"]],
    ["{ ... { one } ... on Query { two } }", ["one", "two"]],
    ["{ ...f } fragment f on Query { ... { ...g } } fragment g on Query { two }", ["two"]],
    ["{ ...f ...f } fragment f on Query { one }", ["one"]],
    ["{ ...f ...g } fragment f on Query { ...g } fragment g on Query { two }", ["two"]],
    ["{ ...f } fragment f on Query { one ...f }", ["one"]],
    ["{ ...missing two }", ["two"]],
    ["{ nowhere two }", ["two"]],
    ['mutation { set(userId: "a") }', ["set"]],
    ["subscription { one }", []],
  ])("of %s are %j", (query, names) => {
    // To toEqual, a list of undefined is an empty one.
    expect(namesOf(query)).toStrictEqual(names);
  });
});

describe("the names of a schema's root fields", () => {
  const introspection = ["__schema", "__type", "__typename"];

  test.each<[string, string, string[]]>([
    ["queries alone", "type Query { one: String two: String }", ["one", "two"]],
    ["mutations too", "type Query { one: String } type Mutation { set: String }", ["one", "set"]],
    ["none of its own", "scalar Nothing", []],
  ])("with %s are those and introspection's", (_what, source, names) => {
    expect(rootFieldNames(buildSchema(source))).toEqual([...names, ...introspection]);
  });
});

describe("@skip and @include", () => {
  test.each<[string, string[]]>([
    ["{ one @skip(if: true) two }", ["two"]],
    ["{ one @skip(if: false) two }", ["one", "two"]],
    ["{ one @include(if: false) two }", ["two"]],
    ["{ one @include(if: true) two }", ["one", "two"]],
    ["{ one @skip(if: true) @include(if: true) two }", ["two"]],
    ["{ one @skip(if: false) @include(if: false) two }", ["two"]],
    ["{ ...f @skip(if: true) two } fragment f on Query { one }", ["two"]],
    ["{ ... @include(if: false) { one } two }", ["two"]],
    // The spread that is left out does not use up the fragment.
    ["{ ...f @skip(if: true) ...f } fragment f on Query { one }", ["one"]],
    ["{ ...f @include(if: false) ... { ...f } } fragment f on Query { one }", ["one"]],
  ])("are obeyed in %s", (query, names) => {
    expect(namesOf(query)).toEqual(names);
  });

  test.each<[Record<string, unknown>, string[]]>([
    [{ on: true }, ["two"]],
    [{ on: false }, ["one"]],
    [{}, ["two"]],
  ])("take the variables %j with their defaults", (variables, names) => {
    const query = "query ($on: Boolean! = true) { one @skip(if: $on) two @include(if: $on) }";
    expect(namesOf(query, variables)).toEqual(names);
  });

  test("that cannot be read leave the field in", () => {
    expect(namesOf("query ($on: Boolean) { one @skip(if: $on) two @include(if: $on) }", {})).toEqual(["one", "two"]);
  });
});

describe("the arguments of a root field", () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["{ one }", {}, { times: 1 }],
    ['{ one(userId: "bob") }', {}, { userId: "bob", times: 1 }],
    ["{ one(userId: 42) }", {}, { userId: "42", times: 1 }],
    ["{ one(userId: null) }", {}, { userId: null, times: 1 }],
    ["query ($u: ID) { one(userId: $u) }", { u: "bob" }, { userId: "bob", times: 1 }],
    ["query ($u: ID) { one(userId: $u) }", { u: 42 }, { userId: "42", times: 1 }],
    ["query ($u: ID) { one(userId: $u) }", {}, { times: 1 }],
    ['query ($u: ID = "bob") { one(userId: $u) }', {}, { userId: "bob", times: 1 }],
    ['query ($u: ID = "bob") { one(userId: $u) }', { u: null }, { userId: null, times: 1 }],
    ["query ($u: ID) { one(input: { userId: $u }) }", { u: "bob" }, byDefault({ userId: "bob" })],
    ["query ($i: Input) { one(input: $i) }", { i: { userId: 7 } }, byDefault({ userId: "7" })],
    ['{ one(input: { note: "x" }) }', {}, { input: { note: "x" }, times: 1 }],
  ])("of %s with %j are as its resolver gets them", (query, variables, args) => {
    expect(fieldsOf(query, variables)).toEqual([["one", args]]);
  });

  function byDefault(input: object) {
    return { input: { note: "by default", ...input }, times: 1 };
  }
});

describe("what graphql-js refuses itself", () => {
  test.each<[string, string, Record<string, unknown>, unknown[]]>([
    [
      "a variable of another type",
      "query ($u: ID) { one(userId: $u) two }",
      { u: {} },
      [
        ["one", undefined],
        ["two", undefined],
      ],
    ],
    ["a variable that is missing", "query ($u: ID!) { one(userId: $u) }", {}, [["one", undefined]]],
    [
      "an argument that is null",
      "query ($n: Int = 1) { one(times: $n) two }",
      { n: null },
      [
        ["one", undefined],
        ["two", {}],
      ],
    ],
    [
      "an argument that is missing",
      "mutation { set __typename }",
      {},
      [
        ["set", undefined],
        ["__typename", {}],
      ],
    ],
  ])("as %s has no arguments", (_what, query, variables, fields) => {
    expect(fieldsOf(query, variables)).toEqual(fields);
  });
});
