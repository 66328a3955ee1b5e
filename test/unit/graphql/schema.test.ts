import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import {
  isEnumType,
  isInputObjectType,
  isObjectType,
  isSpecifiedScalarType,
  parse,
  validate,
  validateSchema,
} from "graphql";
import { buildGraphQLSchema, printedSchema } from "../../../src/graphql/build-schema.js";
import { configTable, envExample, errorTable } from "../../support/generate/tables.js";

const file = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8");
const types = Object.values(buildGraphQLSchema().getTypeMap()).filter(
  (type) => !type.name.startsWith("__") && !isSpecifiedScalarType(type),
);

describe("a generated file is current (npm run generate):", () => {
  test("schema/schema.graphql", () => {
    expect(file("schema/schema.graphql")).toBe(printedSchema());
  });

  test(".env.example", () => {
    expect(file(".env.example")).toBe(envExample());
  });

  test.each([
    ["docs/configuration.md", configTable()],
    ["docs/errors.md", errorTable()],
  ])("the table of %s", (name, table) => {
    expect(file(name)).toContain(`<!-- generated -->\n${table}\n<!-- end -->`);
  });
});

test("the schema is valid", () => {
  expect(validateSchema(buildGraphQLSchema())).toEqual([]);
});

describe("every element of the schema has a description:", () => {
  test.each(types.map((type) => [type.name, type] as const))("%s", (_name, type) => {
    const elements: { name: string; description?: string | null | undefined }[] = [type];
    if (isEnumType(type)) elements.push(...type.getValues());
    if (isInputObjectType(type)) elements.push(...Object.values(type.getFields()));
    if (isObjectType(type)) {
      for (const field of Object.values(type.getFields())) elements.push(field, ...field.args);
    }
    expect(elements.filter(({ description }) => !description).map(({ name }) => name)).toEqual([]);
  });
});

test.each(["DateTime", "JSON", "JSONObject"])("the scalar %s names its specification", (name) => {
  expect(buildGraphQLSchema().getType(name)).toMatchObject({ specifiedByURL: expect.stringMatching(/^https:/) });
});

test.each(readdirSync(new URL("../../../schema/operations/", import.meta.url)))(
  "the operation in %s fits the schema",
  (name) => {
    const schema = buildGraphQLSchema();
    const document = parse(file(`schema/operations/${name}`));
    expect(validate(schema, document)).toEqual([]);
  },
);
