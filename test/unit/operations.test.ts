import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { parse } from "graphql";
import { buildGraphQLSchema } from "../../src/graphql/build-schema.js";
import { clashes, documentFaults, rootFieldsOf } from "../support/operation-rules.js";

// Apollo iOS, Apollo Kotlin and gqlgenc do not run here: their rules do. Those that npm has run in test/consumers.
const folder = new URL("../../schema/operations/", import.meta.url);
const names = readdirSync(folder);
const documents = names.map((name) => parse(readFileSync(new URL(name, folder), "utf8")));
const schema = buildGraphQLSchema();

test.each(names.map((name, index) => [name, documents[index]] as const))(
  "%s can be taken by every generator",
  (_name, document) => {
    expect(document && documentFaults(document, schema)).toEqual([]);
  },
);

test("no two operations have names that a generator takes for one", () => {
  expect(clashes(documents)).toEqual([]);
});

test("every root field has its one operation", () => {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  const fields = roots.flatMap((root) => Object.keys(root?.getFields() ?? {}));
  expect(rootFieldsOf(documents).sort()).toEqual(fields.sort());
});

describe("the rules refuse", () => {
  test.each([
    ["a fragment beside", "query A { regions { ...F } } fragment F on Region { code }", "not one operation alone"],
    ["a second operation", "query A { __typename } query B { __typename }", "not one operation alone"],
    ["no name", "{ __typename }", "an operation without a name"],
    ["a type's name", "query authtoken { __typename }", "named like a type: authtoken"],
    ["user and users", "query A { s { user { a } users { a } } }", "two models: user"],
    ["the same model elsewhere", "query A { user { role { user { a } } } }", "two models: user"],
    ["a model beside Data", "query A { data { a } }", "two models: data"],
    ["a model like the class", "query A { aQuery { a } }", "a model like the operation: aquery"],
    ["fields that Go writes alike", "query A { s { _id id } }", "two fields: id"],
    ["an inline fragment", "query A { s { ... { a } } }", "a fragment"],
  ])("%s", (_what, text, fault) => {
    expect(documentFaults(parse(text), schema)).toEqual([fault]);
  });

  test.each([
    ["twice in other case", "FindUser", "finduser"],
    ["that another becomes with a suffix", "Session", "SessionQuery"],
  ])("names %s", (_what, first, second) => {
    const both = [first, second].map((name) => parse(`query ${name} { __typename }`));
    expect(clashes(both)).not.toEqual([]);
  });
});
