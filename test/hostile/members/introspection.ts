import { getIntrospectionQuery } from "graphql";
import { document, written } from "./document.js";
import { nested, times } from "./filling.js";

const complex = "QUERY_TOO_COMPLEX";

const standard = getIntrospectionQuery({
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
});

/** In production for whoever is signed in. The answers are what is large. */
export const introspection = [
  document("__typename again and again", undefined, (n) => `{ ${times(n, () => "__typename")} }`),
  document("__typename under many names", undefined, (n) => `{ ${times(n, (i) => `a${i}: __typename`)} }`),
  document("one type by 100 kB of name", undefined, (n) => `{ __type(name: "${"Region".repeat(n)}") { name } }`),
  document("one type again and again", undefined, (n) => `{ ${times(n, () => '__type(name: "Query") { name }')} }`),
  document(
    "types under many names",
    undefined,
    (n) => `{ ${times(n, (i) => `t${i}: __type(name: "Session") { fields { name description type { name } } }`)} }`,
  ),
  document(
    "types under the names that are allowed",
    undefined,
    () => `{ ${times(3, (i) => `t${i}: __type(name: "User") { fields { name description type { name } } }`)} }`,
  ),
  document(
    "fields under many names",
    undefined,
    (n) => `{ __schema { types { fields { ${times(n, (i) => `a${i}: description`)} } } } }`,
  ),
  document(
    "types under many names, fields under many names",
    undefined,
    (n) =>
      `{ __schema { ${times(n, (i) => `a${i}: types { ...t }`)} } }
     fragment t on __Type { ${times(n, (i) => `b${i}: fields { name description }`)} }`,
  ),
  document(
    "aliases level by level through fragments",
    undefined,
    (n) =>
      `{ __schema { ...a } }
     fragment a on __Schema { ${times(n, (i) => `a${i}: types { ...b }`)} }
     fragment b on __Type { ${times(n, (i) => `b${i}: fields { ...c }`)} }
     fragment c on __Field { ${times(n, (i) => `c${i}: description`)} }`,
  ),
  document(
    "types of fields of types",
    "GRAPHQL_VALIDATION_FAILED",
    (n) => `{ __schema { types ${nested(n, "{ fields { type ", "{ name }", " } }")} } }`,
  ),
  document(
    "types of fields of one type",
    "GRAPHQL_VALIDATION_FAILED",
    (n) => `{ __type(name: "Query") ${nested(n, "{ fields { type ", "{ name }", " } }")} }`,
  ),
  document(
    "types of arguments of fields",
    "GRAPHQL_VALIDATION_FAILED",
    (n) =>
      `{ __schema { types { fields { args { type ${nested(n, "{ inputFields { type ", "{ name }", " } }")} } } } } }`,
  ),
  document(
    "possible types of possible types",
    "GRAPHQL_VALIDATION_FAILED",
    (n) => `{ __schema { types ${nested(n, "{ possibleTypes ", "{ name }", " }")} } }`,
  ),
  document("types of types", undefined, (n) => `{ __schema { types { ${nested(n, "ofType { ", "name", " }")} } } }`),
  document(
    "one field again and again",
    undefined,
    (n) => `{ __schema { types { fields { ${times(n, () => "description")} } } } }`,
  ),
];

export const wholeIntrospection = [
  written("the standard one", undefined, standard),
  written("by whoever is not signed in", "UNAUTHENTICATED", standard, {}),
  written(
    "fifteen aliases where they cost most",
    complex,
    `{ __schema { ...a } }
     fragment a on __Schema { ${times(4, (i) => `a${i}: types { ...b }`)} }
     fragment b on __Type { ${times(4, (i) => `b${i}: fields { ...c }`)} }
     fragment c on __Field { ${times(4, (i) => `c${i}: type { ...d }`)} }
     fragment d on __Type { ${times(3, (i) => `d${i}: fields { name description }`)} }`,
  ),
];
