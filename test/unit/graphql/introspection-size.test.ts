import { describe, expect, test } from "@jest/globals";
import { buildSchema, executeSync, type GraphQLSchema, getIntrospectionQuery, parse, validate } from "graphql";
import { buildGraphQLSchema } from "../../../src/graphql/build-schema.js";
import { introspectionSize, usualIntrospectionSize } from "../../../src/graphql/introspection-size.js";
import { documentLimitsRule } from "../../../src/graphql/limits.js";
import { fragmentsOf } from "../../../src/graphql/selections.js";
import { documentLimits } from "../../../src/limits.js";

const schema = buildGraphQLSchema();
const rule = documentLimitsRule(schema);

function problemsIn(query: string): string[] {
  return validate(schema, parse(query), [rule]).map(({ message }) => message);
}

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(" ");

/** Every value in an answer that a selection asked for: what was counted must be there. */
function valuesIn(answer: unknown): number {
  if (Array.isArray(answer)) return answer.reduce((sum, item) => sum + valuesIn(item), 0);
  if (typeof answer !== "object" || answer === null) return 0;
  return Object.values(answer).reduce<number>((sum, inner) => sum + 1 + valuesIn(inner), 0);
}

const typeRef = (levels: number): string =>
  levels === 0 ? "kind name" : `kind name ofType { ${typeRef(levels - 1)} }`;

/** The same of a type and of what it wraps. */
const wrapped = (levels: number, selection: string): string =>
  levels === 0 ? selection : `${selection} ofType { ${wrapped(levels - 1, selection)} }`;

const tools: [string, string][] = [
  ["graphql-js by default", getIntrospectionQuery()],
  [
    "graphql-js with everything",
    getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    }),
  ],
  [
    "a code generator",
    getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true, specifiedByUrl: true }),
  ],
  [
    "GraphiQL, as Sandbox names it",
    getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true }).replaceAll(
      "kind",
      "__typename kind",
    ),
  ],
  [
    "a client with types sixteen levels deep",
    getIntrospectionQuery().replace(/ofType \{.*\}\s*$/s, `ofType { ${typeRef(16)} } }`),
  ],
  [
    "a tool that finds out what the server can do",
    times(6, (i) => `t${i}: __type(name: "__Type") { name fields { name args { name } } }`).replace(/^.*$/s, "{ $& }"),
  ],
  ["somebody curious", "{ __schema { queryType { fields { name type { name ofType { name } } } } } }"],
  ["a type by variable", `query ($n: String!) { __type(name: $n) { name fields { name type { ${typeRef(7)} } } } }`],
];

describe("introspection", () => {
  test.each(tools)("by %s passes", (_who, query) => {
    const document = parse(query, { maxTokens: documentLimits.tokens });
    expect(validate(schema, document).concat(validate(schema, document, [rule]))).toEqual([]);
  });

  /** The types of the schema under three names, which the limit of aliases allows. */
  const thrice = (selection: string) => `{ __schema { ${times(3, (i) => `t${i}: types { ${selection} }`)} } }`;
  const fragment = `fragment t on __Type { name description kind fields { name description args { name } type { kind name } } }`;
  test.each([
    ["lists in lists", thrice(`fields { name type { ${wrapped(3, "fields { name type { name kind } }")} } }`)],
    ["lists in lists through fragments", `${thrice(`fields { type { ${wrapped(3, "...t")} } }`)} ${fragment}`],
    ["a fragment spread at every level", `${thrice(`...t fields { type { ${wrapped(3, "...t")} } }`)} ${fragment}`],
    [
      "many names in each of many",
      `{ __schema { types { ${times(3, (i) => `f${i}: fields { ${times(3, (j) => `d${j}: description`)} name type { ${wrapped(2, "kind name")} } args { name } }`)} } } }`,
    ],
    [
      "all at once under one name after another",
      `{ ${times(4, (i) => `s${i}: __schema { types { ...t } }`)} } fragment t on __Type { name description fields { name description type { ${typeRef(3)} } } }`,
    ],
    [
      "types by variables",
      `query ($n: String!) { ${times(6, (i) => `t${i}: __type(name: $n) { fields { name type { ${typeRef(3)} } } }`)} }`,
    ],
  ])("of %s is refused", (_what, query) => {
    expect(problemsIn(query)).toEqual(["The operation introspects more than tools need"]);
  });

  test.each([
    ["aliases", `{ __schema { types { ${times(16, (i) => `n${i}: name`)} } } }`],
    ["aliases", `{ ${times(16, (i) => `t${i}: __type(name: "X") { name }`)} }`],
    [
      "aliases",
      "{ __schema { ...f ...f } } fragment f on __Schema { a: types { ...g ...g } } fragment g on __Type { x1: name x2: name x3: name x4: name x5: name x6: name x7: name x8: name }",
    ],
    ["directives", `{ __schema { types { ${times(11, () => "name @include(if: true)")} } } }`],
    ["repeated fields", `{ __schema { types { ${"name ".repeat(102)} } } }`],
    ["repeated fields", `{ ${"__typename ".repeat(102)} }`],
  ])("has its %s counted", (what, query) => {
    expect(problemsIn(query).join()).toContain(` ${what}`);
  });

  /** How many values the answer to a query holds: as counted beforehand, and as they are. */
  function sizesOf(query: string, of: GraphQLSchema = schema): { readonly counted: number; readonly actual: number } {
    const document = parse(query);
    const [operation] = document.definitions;
    if (operation?.kind !== "OperationDefinition") throw new Error("no operation");
    const counted = introspectionSize(of, [operation.selectionSet], fragmentsOf(document), Number.POSITIVE_INFINITY);
    const { data } = executeSync({ schema: of, document });
    // The root field itself is not counted; arguments, deprecated or not, are the same here.
    return { counted, actual: valuesIn(data) - Object.keys(data ?? {}).length };
  }

  test.each(tools.filter(([, query]) => !query.includes("$")))(
    "by %s holds as many values as counted",
    (_who, query) => {
      const { counted, actual } = sizesOf(query);
      expect(counted).toBe(actual);
    },
  );

  test("counts what is deprecated, since it may be asked for", () => {
    const query = '{ __type(name: "Query") { fields(includeDeprecated: true) { name } } }';
    const old = buildSchema("type Query { a: String b: String @deprecated }");
    expect(sizesOf(query, old)).toEqual({ counted: 3, actual: 3 });
  });

  test("is measured by all that tools may ask", () => {
    const [, everything] = tools[1] ?? [];
    expect(usualIntrospectionSize(schema)).toBe(sizesOf(everything ?? "").actual);
  });

  test.each([
    ["of a type that nobody names", "{ __type { name } }"],
    ["below a text", "{ __schema { types { name { nowhere } } } }"],
    ["of fields that are not there", "{ __schema { nowhere { name } } }"],
  ])("%s is left to graphql-js", (_what, query) => {
    expect(problemsIn(query)).toEqual([]);
  });

  test("is bounded by what the usual query asks", () => {
    expect(usualIntrospectionSize(schema)).toBeGreaterThan(1_000);
    expect(documentLimits.introspection).toBeLessThan(2);
  });
});
