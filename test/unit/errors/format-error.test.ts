import { describe, expect, test } from "@jest/globals";
import { buildSchema, type DocumentNode, execute, GraphQLError, parse, validate } from "graphql";
import { AppError } from "../../../src/errors/app-error.js";
import type { Audience } from "../../../src/errors/audience.js";
import { formatError, formatErrors } from "../../../src/errors/format-error.js";

const schema = buildSchema(`
  enum Colour { RED BLUE }
  input Inner { n: Int!, colours: [Colour!] }
  input Outer { inner: Inner, id: ID }
  type Query { f(outer: Outer, colour: Colour, required: Int! = 1): String }
`);

function messageOf(query: string, variables?: Record<string, unknown>, audience: Audience = "developer") {
  const document = parse(query);
  const [invalid] = validate(schema, document);
  const extensions = { code: "GRAPHQL_VALIDATION_FAILED" };
  const error = invalid
    ? new GraphQLError(invalid.message, { nodes: invalid.nodes ?? null, originalError: invalid, extensions })
    : executionError(document, variables);
  const [formatted] = formatErrors([error], "id", { schema, document, audience });
  if (!formatted) throw new Error("no error");
  return summary(formatted);
}

function executionError(document: DocumentNode, variableValues: Record<string, unknown> | undefined) {
  const result = execute({ schema, document, variableValues });
  if (result instanceof Promise) throw new Error("not synchronous");
  return result.errors?.[0];
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
    ["{ f(colour: SECRET) }", "Invalid value at colour: expected Colour: RED or BLUE"],
    ['{ f(colour: "SECRET") }', "Invalid value at colour: expected Colour: RED or BLUE"],
    ['{ f(outer: { inner: { n: "SECRET" } }) }', "Invalid value at outer.inner.n: expected Int!"],
    [
      "{ f(outer: { inner: { n: 1, colours: [SECRET] } }) }",
      "Invalid value at outer.inner.colours: expected Colour!: RED or BLUE",
    ],
    ["query ($c: Colour = SECRET) { f(colour: $c) }", "Invalid value at $c: expected Colour: RED or BLUE"],
    ["{ f(outer: { inner: {} }) }", 'Field "Inner.n" of required type "Int!" was not provided.'],
  ])("in the document %j is named by its place", (query, message) => {
    expect(messageOf(query)).toEqual({ code: "GRAPHQL_VALIDATION_FAILED", message });
  });

  test("hides the members of an enumeration from strangers", () => {
    expect(messageOf("{ f(colour: SECRET) }", {}, "stranger").message).toBe("Invalid value at colour: expected Colour");
  });

  test("that is null at execution is the caller's mistake", () => {
    expect(messageOf("query ($n: Int = 1) { f(required: $n) }", { n: null })).toEqual({
      code: "BAD_USER_INPUT",
      message: "Invalid value at required: expected Int!",
    });
  });
});

describe("a syntax error", () => {
  const textOf = (query: string, audience: Audience) => {
    try {
      parse(query, { maxTokens: 20, maxComments: 2 });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      const { message } = error;
      const extensions = { code: "GRAPHQL_PARSE_FAILED" };
      const asApollo = new GraphQLError(message, {
        source: error.source ?? null,
        positions: error.positions ?? null,
        extensions,
      });
      return formatErrors([asApollo], "id", { schema, audience })[0]?.message;
    }
    throw new Error("the document is well-formed");
  };

  test.each([
    ["{", "Syntax Error: Expected Name, found <EOF>."],
    ["{ f(", "Syntax Error: Expected Name, found <EOF>."],
    ["{ }", 'Syntax Error: Expected Name, found "}".'],
    ["{ a ... }", 'Syntax Error: Expected "{", found "}".'],
    ["}", 'Syntax Error: Unexpected "}".'],
    ['{ "SECRET" }', "Syntax Error: Expected Name, found String."],
    ['{ "SECRET\\", found Name \\"SECRET" }', "Syntax Error: Expected Name, found String."],
    ['{ """SECRET""" }', "Syntax Error: Expected Name, found BlockString."],
    ["{ 4711 }", "Syntax Error: Expected Name, found Int."],
    ["{ 47.11 }", "Syntax Error: Expected Name, found Float."],
    ["SECRET", "Syntax Error: Unexpected Name."],
    ["{ f(SECRET SECRET) }", 'Syntax Error: Expected ":", found Name.'],
    ["fragment f SECRET", 'Syntax Error: Expected "on", found Name.'],
    ["query ($a: Int = $SECRET) { a }", "Syntax Error: Unexpected variable."],
    ['{ f(a: "SECRET', "Syntax Error: Unterminated string."],
    ['{ f(a: "\\uSECR") }', "Syntax Error: Invalid Unicode escape sequence."],
    ['{ f(a: "\\SECRET") }', "Syntax Error: Invalid character escape sequence."],
    ['{ f(a: "SECRET\ud800") }', "Syntax Error: Invalid character within String."],
    ["{ f(a: 'SECRET') }", "Syntax Error: Unexpected single quote character."],
    ["{ f(a: 4711SECRET) }", "Syntax Error: Invalid number."],
    ["{ f(a: SECRET@SECRET.example) }", "Syntax Error: Expected Name, found"],
    ["{ f(a: ?) }", "Syntax Error: Unexpected character."],
    ["{ a b c d e f g h i j k l m n o p q r s t }", "The operation is too large"],
    ["#\n#\n#\n{ a }", "The operation is too large"],
  ])("%j tells developers %j", (query, message) => {
    expect(textOf(query, "developer")).toContain(message);
    expect(textOf(query, "developer")).not.toMatch(/SECR|47/);
  });

  test.each<Audience>(["caller", "stranger"])("tells a %s the place alone", (audience) => {
    expect(textOf("{ f( }", audience)).toBe("Syntax error at 1:6");
  });
});
