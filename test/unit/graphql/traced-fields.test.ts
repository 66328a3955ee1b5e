import { expect, test } from "@jest/globals";
import { type GraphQLFieldConfig, GraphQLObjectType, GraphQLSchema, GraphQLString, graphql } from "graphql";
import { traceRootFields } from "../../../src/graphql/traced-fields.js";

/** Has a resolver of its own, like fields of the real schema. */
const greeting = new GraphQLObjectType({
  name: "Greeting",
  fields: { text: { type: GraphQLString, resolve: (name) => `Hello ${name}` } },
});

/** Runs an operation of a traced schema, with mutations or without: what happened in which order, and the answer. */
async function trace(source: string, { mutations = true } = {}) {
  const happened: string[] = [];
  const greet: GraphQLFieldConfig<unknown, unknown> = {
    type: greeting,
    args: { name: { type: GraphQLString } },
    resolve(root, { name }, context, { fieldName }) {
      happened.push(`${fieldName} of ${root} for ${name} in ${context}`);
      return name;
    },
  };
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({ name: "Query", fields: { greet, plain: { type: GraphQLString } } }),
    ...(mutations && { mutation: new GraphQLObjectType({ name: "Mutation", fields: { rename: greet } }) }),
  });
  traceRootFields(schema, {
    field(name, run) {
      happened.push(`begin ${name}`);
      const result = run();
      happened.push(`end ${name}`);
      return result;
    },
  });
  const { data } = await graphql({ schema, source, rootValue: "root", contextValue: "context" });
  return { happened, data };
}

test.each([
  ['{ greet(name: "Ada") { text } }', "greet"],
  ['mutation { rename(name: "Ada") { text } }', "rename"],
])("%s runs in one span, of its root field", async (source, name) => {
  expect(await trace(source)).toEqual({
    happened: [`begin ${name}`, `${name} of root for Ada in context`, `end ${name}`],
    data: { [name]: { text: "Hello Ada" } },
  });
});

test("a field has a span for each alias", async () => {
  const { happened } = await trace("{ a: greet { text } b: greet { text } }");
  expect(happened.filter((step) => step === "begin greet")).toHaveLength(2);
});

test("a field that nothing resolves has no span", async () => {
  expect((await trace("{ plain }")).happened).toEqual([]);
});

test("a schema of queries alone is traced too", async () => {
  expect((await trace('{ greet(name: "Ada") { text } }', { mutations: false })).happened).toHaveLength(3);
});
