import { describe, expect, test } from "@jest/globals";
import { buildSchema, execute, GraphQLError, parse, validate } from "graphql";
import { AppError } from "../../../src/errors/app-error.js";
import { formatError } from "../../../src/errors/format-error.js";

const schema = buildSchema(`
  enum Colour { RED }
  input Inner { n: Int!, colours: [Colour!] }
  input Outer { inner: Inner, id: ID }
  type Query { f(outer: Outer, colour: Colour, required: Int! = 1): String }
`);

function messageOf(query: string, variables?: Record<string, unknown>): { code: string; message: string } {
  const document = parse(query);
  const source = { schema, document, variables };
  const [invalid] = validate(schema, document);
  if (invalid) {
    const asApollo = new GraphQLError(invalid.message, {
      nodes: invalid.nodes ?? null,
      originalError: invalid,
      extensions: { code: "GRAPHQL_VALIDATION_FAILED" },
    });
    return summary(formatError(asApollo, "id", source));
  }
  const result = execute({ schema, document, variableValues: variables });
  if (result instanceof Promise || !result.errors?.[0]) throw new Error("no error");
  const [error] = result.errors;
  const coerced = error.nodes?.[0]?.kind === "VariableDefinition";
  const code = coerced ? { extensions: { code: "BAD_USER_INPUT" } } : {};
  return summary(
    formatError(
      coerced ? new GraphQLError(error.message, { nodes: error.nodes ?? null, ...code }) : error,
      "id",
      source,
    ),
  );
}

function summary(error: ReturnType<typeof formatError>) {
  return { code: error.extensions.code, message: error.message };
}

describe("the text of an error", () => {
  test.each([
    ["an unknown error", new Error("password=SECRET")],
    ["a wrapped unknown error", new GraphQLError("SECRET", { originalError: new Error("SECRET") })],
    ["a thrown string", "SECRET"],
    ["a GraphQL error of unknown origin", new GraphQLError("SECRET")],
    ["a foreign code", new GraphQLError("SECRET", { extensions: { code: "SECRET" } })],
    ["a code from the prototype", new GraphQLError("SECRET", { extensions: { code: "constructor" } })],
  ])("is fixed for %s", (_what, error) => {
    expect(summary(formatError(error, "id"))).toEqual({ code: "INTERNAL_SERVER_ERROR", message: "Internal error" });
  });

  test("is kept when this project wrote it", () => {
    const error = formatError(new AppError("BAD_USER_INPUT", { message: "userId must not be empty" }), "request-1");
    expect(error).toEqual({
      message: "userId must not be empty",
      extensions: { code: "BAD_USER_INPUT", requestId: "request-1", retryable: false },
    });
  });

  test("carries what Amity said in numbers", () => {
    const error = new AppError("UPSTREAM_RATE_LIMITED", {
      amity: { status: 429, code: 400_311 },
      retryAfterSeconds: 3,
    });
    expect(formatError(error, "id").extensions).toEqual({
      code: "UPSTREAM_RATE_LIMITED",
      requestId: "id",
      retryable: true,
      retryAfterSeconds: 3,
      amity: { status: 429, code: 400_311 },
    });
  });
});

describe("a bad value", () => {
  test.each([
    ["{ f(colour: SECRET) }", "Invalid value at colour: expected Colour"],
    ['{ f(colour: "SECRET") }', "Invalid value at colour: expected Colour"],
    ['{ f(outer: { inner: { n: "SECRET" } }) }', "Invalid value at outer.inner.n: expected Int!"],
    ["{ f(outer: { inner: { n: 1, colours: [SECRET] } }) }", "Invalid value at outer.inner.colours: expected Colour!"],
    ["query ($c: Colour = SECRET) { f(colour: $c) }", "Invalid value at $c: expected Colour"],
    ["{ f(outer: { inner: {} }) }", 'Field "Inner.n" of required type "Int!" was not provided.'],
  ])("in the document %j is named by its place", (query, message) => {
    expect(messageOf(query)).toEqual({ code: "GRAPHQL_VALIDATION_FAILED", message });
  });

  const query = "query ($o: Outer, $c: Colour) { f(outer: $o, colour: $c) }";
  test.each([
    [{ c: "SECRET" }, "Invalid value at $c: expected Colour"],
    [{ o: "SECRET" }, "Invalid value at $o: expected Outer"],
    [{ o: { inner: { n: "SECRET" } } }, "Invalid value at $o.inner.n: expected Int!"],
    [{ o: { inner: { n: 1, colours: ["RED", "SECRET"] } } }, "Invalid value at $o.inner.colours.1: expected Colour!"],
    [{ o: { inner: {} } }, 'Field "n" of required type "Int!" was not provided.'],
    [{ o: { SECRET: 1 } }, "Invalid value at $o: a field that Outer does not have"],
    [{ o: { id: { SECRET: 1 } } }, "Invalid value at $o.id: expected ID"],
  ])("in the variables %j is named by its place", (variables, message) => {
    expect(messageOf(query, variables)).toEqual({ code: "BAD_USER_INPUT", message });
  });

  test("is told apart from others of its variable", () => {
    const document = parse(query);
    const variables = { o: { inner: { n: "SECRET", colours: ["SECRET"] }, extra: "SECRET" } };
    const result = execute({ schema, document, variableValues: variables });
    if (result instanceof Promise) throw new Error("not synchronous");
    const messages = result.errors?.map((error) => {
      const extensions = { code: "BAD_USER_INPUT" };
      const asApollo = new GraphQLError(error.message, { nodes: error.nodes ?? null, extensions });
      return formatError(asApollo, "id", { schema, document, variables }).message;
    });
    expect(messages).toEqual([
      "Invalid value at $o.inner.n: expected Int!",
      "Invalid value at $o.inner.colours.0: expected Colour!",
      "Invalid value at $o: a field that Outer does not have",
    ]);
  });

  test("that is null at execution is the caller's mistake", () => {
    expect(messageOf("query ($n: Int = 1) { f(required: $n) }", { n: null })).toEqual({
      code: "BAD_USER_INPUT",
      message: "Invalid value at required: expected Int!",
    });
  });
});
