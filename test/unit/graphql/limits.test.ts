import { describe, expect, test } from "@jest/globals";
import { type ASTVisitor, buildSchema, Kind, parse, validate } from "graphql";
import { documentLimitsRule } from "../../../src/graphql/limits.js";
import { documentLimits } from "../../../src/limits.js";

const schema = buildSchema("type Query { q: Query, _q: Query, a: String }");

const rule = documentLimitsRule(schema);

/** What the rule says against the document. */
function refusals(document: string): string[] {
  return validate(schema, parse(document), [rule]).map(({ message }) => message);
}

const tooMany = (most: number, what: string) => [`The operation has more than ${most} ${what}`];
const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(" ");
const alias = (index: number) => `x${index}: a`;
const on = "@include(if: true)";

test("the limits are those of the documentation", () => {
  expect(documentLimits).toEqual({
    depth: 8,
    aliases: 15,
    rootFields: 4,
    directives: 10,
    tokens: 1_000,
    comments: 1_000,
    definitions: 50,
    selections: 1_000,
    repeatedFields: 100,
    introspection: 1.5,
    validationErrors: 5,
  });
});

describe("levels", () => {
  const levels = (count: number) => `${"{ q ".repeat(count - 1)}{ a }${" }".repeat(count - 1)}`;
  test.each([
    ["are eight", levels(8), []],
    ["are not nine", levels(9), tooMany(8, "levels")],
    ["are made by a name that begins with one underscore too", levels(9).replaceAll("q", "_q"), tooMany(8, "levels")],
    ["are not made by inline fragments", `{ q { ${"... { ".repeat(9)} a ${"}".repeat(9)} } }`, []],
    ["are the deepest of several", `{ a ${levels(9).slice(1)}`, tooMany(8, "levels")],
    ["go through fragments", `{ q { ...f } } fragment f on Query ${levels(8)}`, tooMany(8, "levels")],
    ["go through inline fragments", `{ q { ... ${levels(8)} } }`, tooMany(8, "levels")],
  ])("%s", (_rule, document, messages) => {
    expect(refusals(document)).toEqual(messages);
  });
});

describe("aliases", () => {
  const inner = (count: number) => `{ q { ${times(count, alias)} } }`;
  test.each([
    ["are fifteen", inner(15), []],
    ["are not sixteen", inner(16), tooMany(15, "aliases")],
    ["count on every level", `{ r: q { ${times(15, alias)} } }`, tooMany(15, "aliases")],
    ["count on introspection", `{ q { ${times(16, (i) => `x${i}: __typename`)} } }`, tooMany(15, "aliases")],
    [
      "count for each spread",
      `{ q { ...f } r: q { ...f } } fragment f on Query { ${times(8, alias)} }`,
      tooMany(15, "aliases"),
    ],
    ["count in inline fragments", `{ q { ... { ${times(16, alias)} } } }`, tooMany(15, "aliases")],
  ])("%s", (_rule, document, messages) => {
    expect(refusals(document)).toEqual(messages);
  });
});

describe("root fields", () => {
  test.each([
    ["are four", "{ a q { a } b: a c: a }", []],
    ["are not five", "{ a q { a } b: a c: a d: a }", tooMany(4, "root fields")],
    ["are not those of introspection", "{ a q { a } b: a c: a __typename }", []],
    ["are not those below", "{ q { a b: a c: a d: a e: a } }", []],
    ["count through fragments", "{ ...f b: a } fragment f on Query { a c: a d: a q { a } }", tooMany(4, "root fields")],
    ["count through inline fragments", "{ ... { a b: a } ... { c: a d: a e: a } }", tooMany(4, "root fields")],
  ])("%s", (_rule, document, messages) => {
    expect(refusals(document)).toEqual(messages);
  });
});

describe("directives", () => {
  const many = (count: number) => times(count, () => on);
  test.each([
    ["are ten", `{ q { a ${many(10)} } }`, []],
    ["are not eleven", `{ q { a ${many(11)} } }`, tooMany(10, "directives")],
    ["count on the operation", `query ${many(1)} { q { a ${many(10)} } }`, tooMany(10, "directives")],
    ["count on fields with fields", `{ q ${many(1)} { a ${many(10)} } }`, tooMany(10, "directives")],
    ["count on introspection", `{ __typename ${many(11)} }`, tooMany(10, "directives")],
    ["count on spreads", `{ ...f ${many(11)} } fragment f on Query { a }`, tooMany(10, "directives")],
    ["count on inline fragments", `{ ... ${many(11)} { a } }`, tooMany(10, "directives")],
    ["count on fragments", `{ ...f } fragment f on Query ${many(11)} { a }`, tooMany(10, "directives")],
    ["count in fragments", `{ ...f } fragment f on Query { a ${many(11)} }`, tooMany(10, "directives")],
  ])("%s", (_rule, document, messages) => {
    expect(refusals(document)).toEqual(messages);
  });
});

describe("what execution would meet", () => {
  const fields = (count: number) => `{ q { ${times(count, (i) => `f${i}`)} } }`;
  const fragments = (count: number) => times(count, (i) => `fragment f${i} on Query { a }`);
  test.each([
    ["are a thousand selections", fields(999), []],
    ["are no more selections", fields(1_000), tooMany(1_000, "selections")],
    [
      "are no more selections, even below the last",
      fields(998).replace(" } }", " g { a } } }"),
      tooMany(1_000, "selections"),
    ],
    [
      "are the selections of all operations",
      `query A ${fields(499)} query B ${fields(500)}`,
      tooMany(1_000, "selections"),
    ],
    ["are a hundred repeated fields", `{ q { ${"a ".repeat(101)} } }`, []],
    ["are no more repeated fields", `{ q { ${"a ".repeat(102)} } }`, tooMany(100, "repeated fields")],
    [
      "are the repeated fields of all operations",
      `query A { q { ${"a ".repeat(52)} } } query B { q { ${"a ".repeat(51)} } }`,
      tooMany(100, "repeated fields"),
    ],
    ["are fifty definitions", `{ a } ${fragments(49)}`, []],
    ["are no more definitions", `{ a } ${fragments(50)}`, tooMany(50, "definitions")],
    ["are definitions that are not there", `{ ...x ...y } ${fragments(49)}`, tooMany(50, "definitions")],
    ["are each of them once", `{ ...x ...x } ${fragments(48)}`, []],
  ])("%s", (_rule, document, messages) => {
    expect(refusals(document)).toEqual(messages);
  });
});

test.each([
  ["depth", `${"{ q ".repeat(8)}{ a }${" }".repeat(8)}`],
  ["aliases", `{ q { ${times(16, alias)} } }`],
  ["rootFields", "{ a b c d e }"],
  ["directives", `{ a ${times(11, () => on)} }`],
  ["definitions", times(51, (i) => `query q${i} { a }`)],
  ["selections", `{ q { ${times(1_000, (i) => `f${i}`)} } }`],
  ["repeatedFields", `{ q { ${"a ".repeat(102)} } }`],
  ["introspection", `{ __schema { ${times(9, (i) => `t${i}: types { fields { type { name } args { name } } }`)} } }`],
])("the limit of %s is told to log and metrics by its name", (limit, document) => {
  const [error, ...others] = validate(schema, parse(document), [rule]);
  expect(others).toEqual([]);
  expect(error?.originalError).toMatchObject({ code: "QUERY_TOO_COMPLEX", details: { limit } });
});

test("a circle of fragments is no valid document", () => {
  const [error] = validate(schema, parse("{ ...f } fragment f on Query { ...f }"), [rule]);
  expect(error?.originalError).toMatchObject({ code: "GRAPHQL_VALIDATION_FAILED" });
});

describe("an operation", () => {
  test("is told every limit that it breaks", () => {
    const document = `{ ${times(5, (i) => `r${i}: q { ${times(4, alias)} }`)} }`;
    expect(refusals(document)).toEqual([...tooMany(15, "aliases"), ...tooMany(4, "root fields")]);
  });

  test("is measured beside others", () => {
    const document = `query A { a } query B { q { ${times(16, alias)} } }`;
    expect(refusals(document)).toEqual(tooMany(15, "aliases"));
  });

  test("with a cycle of fragments comes to an end", () => {
    expect(refusals("{ ...f } fragment f on Query { a ...g } fragment g on Query { ...f }")).toEqual([
      "A fragment spreads itself",
    ]);
  });

  test("without its fragment is left to graphql-js", () => {
    expect(refusals("{ ...f a }")).toEqual([]);
  });

  test("beside definitions of a schema is left to graphql-js", () => {
    expect(refusals("{ a } type Other { a: String } directive @other on FIELD")).toEqual([]);
  });

  test("with nested spreads is measured in no time", () => {
    const chain = times(45, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`);
    expect(refusals(`{ ...f0 } ${chain} fragment f45 on Query { __typename }`)).toEqual([]);
  });
});

describe("a document over a limit", () => {
  const watched = (query: string) => {
    let seen = 0;
    const costly = (): ASTVisitor => ({ enter: ({ kind }) => void (kind === Kind.FIELD && seen++) });
    const errors = validate(schema, parse(query), [costly, rule]);
    return { seen, messages: errors.map(({ message }) => message) };
  };

  test.each([
    ["repeated fields", `{ regions { ${"code ".repeat(150)} } }`],
    ["definitions", `{ regions { ${times(50, (i) => `...f${i}`)} } }`],
    ["definitions", `{ __typename } ${times(60, (i) => `fragment f${i} on Region { code }`)}`],
    [
      "selections",
      `{ ${"a { b { c { ".repeat(1)} ${times(40, (i) => `s${i} { ...f }`)} } } } } fragment f on Region { ${times(30, (i) => `f${i}`)} }`,
    ],
    ["aliases", `{ regions { ${times(16, (i) => `a${i}: code`)} } }`],
  ])("with too many %s is kept from other rules", (what, query) => {
    const { seen, messages } = watched(query);
    expect([seen, messages]).toEqual([0, [expect.stringContaining(what)]]);
  });

  test.each([
    ["itself", "{ ...a } fragment a on Query { regions { ...a } }"],
    ["itself through another", "{ ...a } fragment a on Query { ...b } fragment b on Query { x { ...a } }"],
    ["itself, and nothing spreads it", "{ __typename } fragment a on Region { x { ...a } }"],
    ["itself beneath introspection", "{ __schema { ...a } } fragment a on __Schema { types { ...a } }"],
  ])("spreading %s is kept from them too", (_what, query) => {
    expect(watched(query)).toEqual({ seen: 0, messages: ["A fragment spreads itself"] });
  });

  test("within every limit is seen by all", () => {
    expect(watched("{ regions { code } }")).toEqual({ seen: 2, messages: [] });
  });
});
