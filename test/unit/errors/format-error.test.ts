import { describe, expect, test } from "@jest/globals";
import {
  type ASTNode,
  buildSchema,
  type DocumentNode,
  execute,
  GraphQLError,
  GraphQLInt,
  Kind,
  parse,
  parseValue,
  validate,
  visit,
} from "graphql";
import { AppError } from "../../../src/errors/app-error.js";
import type { Audience } from "../../../src/errors/audience.js";
import { formatError, formatErrors, parserLimitOf } from "../../../src/errors/format-error.js";
import { invalidAt } from "../../../src/errors/invalid-value.js";

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

describe("an error with a place in the document", () => {
  const located = (error: AppError | Error) => {
    const { source } = parse("{ f }").loc ?? {};
    return new GraphQLError("SECRET", { source, positions: [2], path: ["f", 0], originalError: error });
  };

  test("keeps its place and its path", () => {
    expect(formatError(located(new AppError("FORBIDDEN")), "id")).toEqual({
      message: "Not permitted",
      locations: [{ line: 1, column: 3 }],
      path: ["f", 0],
      extensions: { code: "FORBIDDEN", requestId: "id", retryable: false },
    });
    expect(formatError(located(new Error("SECRET")), "id")).toMatchObject({
      message: "Internal error",
      path: ["f", 0],
    });
  });

  test("has none when it has none", () => {
    expect(Object.keys(formatError(new AppError("FORBIDDEN"), "id"))).toEqual(["message", "extensions"]);
  });
});

describe("the details of an error", () => {
  test("of zero seconds are told", () => {
    const { extensions } = formatError(new AppError("RATE_LIMITED", { retryAfterSeconds: 0 }), "id");
    expect(extensions.retryAfterSeconds).toBe(0);
  });

  test("for the log stay in the log", () => {
    const error = new AppError("UPSTREAM_TIMEOUT", { log: { fault: "SECRET" } });
    expect(JSON.stringify(formatError(error, "id"))).not.toContain("SECRET");
  });
});

describe("an error of graphql-js or Apollo", () => {
  const apollos = (code: string, message = "SECRET") => new GraphQLError(message, { extensions: { code } });

  function syntaxError(query: string): GraphQLError {
    try {
      parse(query, { maxTokens: 8 });
    } catch (error) {
      if (error instanceof GraphQLError) {
        return new GraphQLError(error.message, {
          source: error.source ?? null,
          positions: error.positions ?? null,
          extensions: { code: "GRAPHQL_PARSE_FAILED" },
          originalError: error,
        });
      }
    }
    throw new Error("no syntax error");
  }

  test.each([
    ["{ f(a: SECRET!", "GRAPHQL_PARSE_FAILED", "Syntax error at 1:14"],
    ['{\n  f(a: "SECRET', "GRAPHQL_PARSE_FAILED", "Syntax error at 2:15"],
    ["{ a a a a a a a SECRET }", "QUERY_TOO_COMPLEX", "The operation is too large"],
    ['{ a "1000 tokens" }', "GRAPHQL_PARSE_FAILED", "Syntax error at 1:5"],
    ['{ a "Document contains more than 9 tokens" }', "GRAPHQL_PARSE_FAILED", "Syntax error at 1:5"],
  ])("in the syntax of %j is told by its place", (query, code, message) => {
    expect(summary(formatError(syntaxError(query), "id"))).toEqual({ code, message });
  });

  test("in the syntax without a place is told alone", () => {
    expect(summary(formatError(apollos("GRAPHQL_PARSE_FAILED"), "id"))).toEqual({
      code: "GRAPHQL_PARSE_FAILED",
      message: "Syntax error",
    });
  });

  test.each([
    ["OPERATION_RESOLUTION_FAILURE", "operationName must name one operation of the document"],
    ["PERSISTED_QUERY_NOT_SUPPORTED", "Persisted queries are not supported"],
    ["BAD_REQUEST", "The request is malformed"],
    ["BAD_USER_INPUT", "Invalid input"],
  ])("with the code %s has our text", (code, message) => {
    expect(summary(formatError(apollos(code), "id"))).toEqual({ code, message });
  });

  test("about an unknown field keeps its text of names", () => {
    expect(messageOf("{ g }")).toEqual({
      code: "GRAPHQL_VALIDATION_FAILED",
      message: 'Cannot query field "g" on type "Query". Did you mean "f"?',
    });
  });

  /** A literal that a rule of graphql-js, or its execution, is against. */
  const aboutLiteral = (message: string, extensions = {}) => {
    const document = parse('{ f(colour: "x") }');
    const nodes: ASTNode[] = [];
    visit(document, { enter: (node) => void (node.kind === Kind.STRING && nodes.push(node)) });
    return new GraphQLError(message, { nodes, extensions });
  };

  test("about a value says no more without its document", () => {
    expect(summary(formatError(aboutLiteral("SECRET"), "id"))).toEqual({
      code: "BAD_USER_INPUT",
      message: "Invalid value",
    });
  });

  test("that only ends like one about names is not one", () => {
    const message = 'Variable "$v" got SECRET; Field "n" of required type "Int!" was not provided.';
    const longer = 'Field "n" of required type "Int!" was not provided. SECRET';
    for (const text of [message, longer]) {
      const error = aboutLiteral(text, { code: "GRAPHQL_VALIDATION_FAILED" });
      expect(formatError(error, "id").message).toBe("Invalid value");
    }
  });

  test("of a very long name is cut", () => {
    const { message } = messageOf(`{ ${"a".repeat(10_000)} }`);
    expect(message).toMatch(/^Cannot query field "a{400,500}\.\.\.$/);
  });
});

describe("an error at execution", () => {
  test("about a literal is the caller's mistake", () => {
    const result = execute({ schema, document: parse("{ f(required: null) }") });
    const [error] = result instanceof Promise ? [] : (result.errors ?? []);
    expect(error?.nodes?.[0]?.kind).toBe("NullValue");
    expect(summary(formatError(error, "id"))).toEqual({ code: "BAD_USER_INPUT", message: "Invalid value" });
  });

  test.each(["1", "$v", "[null]"])("of ours is ours, though it points at %s", (value) => {
    const error = new GraphQLError("SECRET", { nodes: parseValue(value), originalError: new Error("SECRET") });
    expect(summary(formatError(error, "id"))).toEqual({ code: "INTERNAL_SERVER_ERROR", message: "Internal error" });
  });
});

describe("a literal of every kind", () => {
  test.each([
    ["1", "Colour"],
    ["1.5", "Colour"],
    ['"SECRET"', "Colour"],
    ["true", "Colour"],
    ["SECRET", "Colour"],
    ["[SECRET]", "Colour"],
    ["{ a: SECRET }", "Colour"],
  ])("%s where another belongs is named by its place", (literal, type) => {
    expect(messageOf(`{ f(colour: ${literal}) }`)).toEqual({
      code: "GRAPHQL_VALIDATION_FAILED",
      message: `Invalid value at colour: expected ${type}: RED or BLUE`,
    });
  });

  test("null where none may be is named by its place", () => {
    expect(messageOf("{ f(required: null) }").message).toBe("Invalid value at required: expected Int!");
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

test.each([
  [500, 500],
  [501, 503],
])("a text of %i characters has %i", (length, shown) => {
  const { message } = formatError(new AppError("NOT_FOUND", { message: "x".repeat(length) }), "id");
  expect([message.length, message.endsWith("...")]).toEqual([shown, shown > length]);
});

test("an error that graphql-js has with a field is ours, and its text stays here", () => {
  const [node] = parse("{ f }").definitions;
  for (const audience of ["developer", "stranger"] as const) {
    const [error] = formatErrors([new GraphQLError("SECRET", { nodes: node ?? null })], "id", { schema, audience });
    expect(error && summary(error)).toEqual({ code: "INTERNAL_SERVER_ERROR", message: "Internal error" });
  }
});

test("a rule's error without a place keeps its text of names", () => {
  const error = new GraphQLError("Names", { extensions: { code: "GRAPHQL_VALIDATION_FAILED" } });
  expect(formatErrors([error], "id")).toEqual([
    { message: "Names", extensions: { code: "GRAPHQL_VALIDATION_FAILED", requestId: "id", retryable: false } },
  ]);
});

test("an error about a value, of no known operation, names no value", () => {
  const error = new GraphQLError("SECRET", { nodes: parseValue("SECRET") });
  expect(formatErrors([error], "id").map(summary)).toEqual([{ code: "BAD_USER_INPUT", message: "Invalid value" }]);
});

test("a syntax error in words that are new to us is not repeated", () => {
  const error = new GraphQLError("Syntax Error: SECRET", { extensions: { code: "GRAPHQL_PARSE_FAILED" } });
  expect(formatErrors([error], "id", { schema, audience: "developer" })[0]?.message).toBe("Syntax error");
});

test.each([
  ["{ a b c d e f }", "tokens"],
  ["#\n#\n#\n{ a }", "comments"],
  ["{", undefined],
  ['{ "Document contains more than 5 tokens" }', undefined],
  ['{ "Syntax Error: Document contains more that 5 tokens" }', undefined],
])("%j is beyond the parser's limit of %p", (query, limit) => {
  expect(() => parse(query, { maxTokens: 5, maxComments: 2 })).toThrow(GraphQLError);
  try {
    parse(query, { maxTokens: 5, maxComments: 2 });
  } catch (error) {
    expect(error instanceof GraphQLError && parserLimitOf(error)).toBe(limit);
  }
});

describe("where a value is invalid", () => {
  test.each([
    [["a", 0, "b"], GraphQLInt, "Invalid value at a.0.b: expected Int"],
    [["a", 0, "b"], undefined, "Invalid value at a.0.b"],
    [[], GraphQLInt, "Invalid value: expected Int"],
    [[], undefined, "Invalid value"],
  ])("at %j of type %s is told", (path, type, text) => {
    expect(invalidAt(path, type, "developer")).toBe(text);
  });
});
