import { expect, test } from "@jest/globals";
import { buildGraphQLSchema } from "../../../src/graphql/build-schema.js";
import { isAudited } from "../../../src/graphql/root-field-access.js";
import { rootFieldNames } from "../../../src/graphql/root-fields.js";
import { documentTypes } from "../../fuzz/arbitraries/documents.js";
import { fields } from "../../load/fields.mjs";

const names = rootFieldNames(buildGraphQLSchema()).filter((name) => name !== "__typename");

// These suites ask for whatever is in their lists: what is missing there goes untried, and nothing else would say so.
test.each<[list: string, wanted: string[], known: string[]]>([
  ["test/fuzz/arbitraries/documents.ts", names, Object.keys({ ...documentTypes.Query, ...documentTypes.Mutation })],
  ["test/load/fields.mjs", names.filter((name) => isAudited({ name })), Object.keys(fields)],
])("%s knows every root field that it has to try", (_list, wanted, known) => {
  expect(known.sort()).toEqual(wanted.sort());
});
