import { inspect } from "node:util";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  type DocumentNode,
  execute,
  getOperationAST,
  getVariableValues,
  NoUnusedFragmentsRule,
  NoUnusedVariablesRule,
  parse,
  specifiedRules,
  validate,
} from "graphql";
import type { RootField } from "../../../src/graphql/root-field-access.js";
import { rootFieldsOf } from "../../../src/graphql/root-fields.js";
import { fragmentsOf } from "../../../src/graphql/selections.js";
import { tries } from "../../support/properties.js";
import { mergedDocuments, schema, unmergedDocuments, variableValues } from "../../support/random-documents.js";

type Variables = Readonly<Record<string, unknown>>;

/** Generated documents declare every variable, needed or not. */
const rules = specifiedRules.filter((rule) => rule !== NoUnusedFragmentsRule && rule !== NoUnusedVariablesRule);

function validDocument(text: string): DocumentNode {
  const document = parse(text);
  expect(validate(schema, document, rules)).toEqual([]);
  return document;
}

const textOf = (name: string, args: object) => `${name} ${inspect(args, { sorted: true, depth: null })}`;

/** The root fields that graphql-js runs; undefined when it refuses the whole operation. */
function ranFields(document: DocumentNode, variables: Variables): string[] | undefined {
  const ran: string[] = [];
  const result = execute({
    schema,
    document,
    operationName: "O0",
    variableValues: variables,
    fieldResolver: (_source, args, _context, { fieldName, path }) => {
      if (path.prev === undefined) ran.push(textOf(fieldName, args));
      return fieldName === "word" ? "word" : {};
    },
  });
  if (result instanceof Promise) throw new Error("a resolver takes its time");
  const typeNames = Object.values(result.data ?? {}).filter((value) => typeof value === "string");
  for (const _ of typeNames) ran.push(textOf("__typename", {}));
  if (result.data) return ran.sort();
  expect(ran).toEqual([]);
  return undefined;
}

/** The root fields that admission sees. */
function seenFields(document: DocumentNode, variables: Variables): RootField[] {
  const operation = getOperationAST(document, "O0");
  if (!operation) throw new Error("there is no operation O0");
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  return rootFieldsOf({ schema, operation, fragments: fragmentsOf(document), variables: coerced });
}

/** Those of them whose arguments can be made out. */
function runnableFields(document: DocumentNode, variables: Variables): string[] {
  return seenFields(document, variables)
    .flatMap(({ name, args }) => (args ? [textOf(name, args)] : []))
    .sort();
}

describe("the root fields that admission sees", () => {
  test.each([
    ["are those that run, with their arguments", unmergedDocuments],
    ["are those that run where equal fields are merged", mergedDocuments],
  ])("%s", (_what, documents) => {
    const property = fc.property(documents, variableValues, (text, variables) => {
      const document = validDocument(text);
      const seen = runnableFields(document, variables);
      expect(seen).toEqual(ranFields(document, variables) ?? seen);
    });
    fc.assert(property, tries(200));
  });

  test("cannot run where a variable does not fit", () => {
    const property = fc.property(unmergedDocuments, variableValues, (text, variables) => {
      const document = validDocument(text);
      const unfit = { ...variables, mustInt: "three" };
      expect(runnableFields(document, unfit).filter((field) => !field.startsWith("__"))).toEqual([]);
      expect(ranFields(document, unfit)).toBeUndefined();
    });
    fc.assert(property, tries(50));
  });
});
