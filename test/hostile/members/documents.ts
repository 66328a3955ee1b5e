import { document } from "./document.js";
import { nested, times } from "./filling.js";

const invalid = "GRAPHQL_VALIDATION_FAILED";
const noOperation = "OPERATION_RESOLUTION_FAILURE";

/** Each fragment spreads the next `spreads` times; the last one has `inner`. */
const chain = (count: number, spreads: number, inner: string, type = "Region") =>
  `${times(count, (i) => `fragment f${i} on ${type} { ${times(spreads, () => `...f${i + 1}`)} }`)}
   fragment f${count} on ${type} { ${inner} }`;

/** Fields that are compared with each other, pair by pair. */
export const fields = [
  document("one field again and again", undefined, (n) => `{ regions { ${times(n, () => "code")} } }`),
  document("one root field again and again", undefined, (n) => `{ ${times(n, () => "regions { code }")} }`),
  document(
    "one root field again and again within the limit",
    undefined,
    (n) => `{ ${times(4, () => `regions { ${times(n, () => "code name")} }`)} }`,
  ),
  document("one field under many names", undefined, (n) => `{ regions { ${times(n, (i) => `a${i}: code`)} } }`),
  document("one field under one name", undefined, (n) => `{ regions { ${times(n, () => "a: code")} } }`),
  document(
    "two fields under one name",
    invalid,
    (n) => `{ regions { ${times(n, (i) => `a: ${i % 2 ? "code" : "name"}`)} } }`,
  ),
  document(
    "two fields under one name, one of them once",
    invalid,
    (n) => `{ regions { ${times(n, () => "code")} code: name } }`,
  ),
  document(
    "names that differ in arguments",
    invalid,
    (n) => `{ ${times(n, (i) => `a: region(code: ${["EU", "SG", "US"][i % 3]}) { code }`)} }`,
  ),
  document(
    "names that are alike in arguments",
    undefined,
    (n) => `{ ${times(n, () => "a: region(code: EU) { code }")} }`,
  ),
  document(
    "objects as arguments, compared key by key",
    invalid,
    (n) =>
      `mutation { ${times(4, (i) => `a: createSession(input: { ${times(n, (j) => `k${j}: ${i}`)} }) { userId }`)} }`,
  ),
  document(
    "lists as arguments, compared text by text",
    invalid,
    (n) => `{ ${times(4, () => `a: authToken(userId: [${times(n, () => '"a"')}]) { userId }`)} }`,
  ),
  document(
    "one field with many arguments, twice",
    invalid,
    (n) => `{ ${times(2, () => `a: region(${times(n, (i) => `a${i}: EU`)}) { code }`)} }`,
  ),
  document(
    "lists of users, as long as they may be",
    "UPSTREAM_UNAVAILABLE",
    (n) =>
      `{ ${times(4, (i) => `a${i}: users(userIds: [${times(Math.min(n, 100), (j) => `"${i}-${j}"`)}]) { userId }`)} }`,
  ),
  document(
    "a list of users, longer than it may be",
    "BAD_USER_INPUT",
    (n) => `{ users(userIds: [${times(n, (i) => `${i}`)}]) { userId } }`,
  ),
  document(
    "data of an app's own, ever deeper",
    "BAD_USER_INPUT",
    (n) => `mutation { upsertUser(input: { userId: "bob", metadata: { a: ${nested(n, "[", "0", "]")} } }) { userId } }`,
  ),
  document(
    "data of an app's own, ever wider",
    "UPSTREAM_UNAVAILABLE",
    (n) =>
      `mutation { upsertUser(input: { userId: "bob", metadata: { ${times(Math.min(n, 300), (i) => `a${i}: 0.5`)} } }) { userId } }`,
  ),
  document("fields in fields", invalid, (n) => nested(n, "{ regions ", "{ code }", " }")),
  document(
    "fields in fields, twice each",
    "UPSTREAM_UNAVAILABLE",
    (n) =>
      `mutation { createSession(input: { deviceId: "d" }) { ${times(n, () => "user { hashFlag { bits } } users { roles }")} } }`,
  ),
];

export const fragments = [
  document("a chain", undefined, (n) => `{ regions { ...f0 } } ${chain(n, 1, "code")}`),
  document("a chain of two spreads each", undefined, (n) => `{ regions { ...f0 } } ${chain(n, 2, "code")}`),
  document("a chain of nine spreads each", undefined, (n) => `{ regions { ...f0 } } ${chain(n, 9, "code")}`),
  document(
    "each spreads all later ones",
    undefined,
    (n) =>
      `{ regions { ...f0 } } ${times(
        n,
        (i) => `fragment f${i} on Region { code ${times(n - i, (j) => `...f${i + j + 1}`)} }`,
      )} fragment f${n} on Region { code }`,
  ),
  document(
    "spread side by side",
    undefined,
    (n) => `{ regions { ${times(n, (i) => `...f${i}`)} } } ${times(n, (i) => `fragment f${i} on Region { code }`)}`,
  ),
  document(
    "side by side, with fields that differ",
    invalid,
    (n) =>
      `{ regions { ${times(n, (i) => `...f${i}`)} } }
     ${times(n, (i) => `fragment f${i} on Region { a: ${i % 2 ? "code" : "name"} }`)}`,
  ),
  document(
    "side by side, twice",
    undefined,
    (n) =>
      `{ ${times(2, () => `regions { ${times(n, (i) => `...f${i}`)} }`)} }
     ${times(n, (i) => `fragment f${i} on Region { code }`)}`,
  ),
  document(
    "one cycle of all",
    invalid,
    (n) => `{ regions { ...f0 } } ${times(n, (i) => `fragment f${i} on Region { ...f${(i + 1) % n} }`)}`,
  ),
  document(
    "all spread all",
    invalid,
    (n) => `{ regions { ...f0 } } ${times(n, (i) => `fragment f${i} on Region { ${times(n, (j) => `...f${j}`)} }`)}`,
  ),
  document(
    "all spread all, with fields that differ",
    invalid,
    (n) =>
      `{ regions { ...f0 } } ${times(
        n,
        (i) => `fragment f${i} on Region { a: ${i % 2 ? "code" : "name"} ${times(n, (j) => `...f${j}`)} }`,
      )}`,
  ),
  document(
    "one spreads itself",
    invalid,
    (n) => `{ regions { ...f } } fragment f on Region { ${times(n, () => "...f")} }`,
  ),
  document(
    "one is spread again and again",
    undefined,
    (n) => `{ regions { ${times(n, () => "...f")} } } fragment f on Region { code }`,
  ),
  document(
    "nobody spreads them",
    invalid,
    (n) => `{ regions { code } } ${times(n, (i) => `fragment f${i} on Region { code }`)}`,
  ),
  document("none of them is there", invalid, (n) => `{ regions { ${times(n, (i) => `...f${i}`)} } }`),
  document(
    "all have one name",
    invalid,
    (n) => `{ regions { ...f } } ${times(n, () => "fragment f on Region { code }")}`,
  ),
  document("on types that are not there", invalid, (n) => `{ regions { ${times(n, (i) => `... on T${i} { a }`)} } }`),
  document("on types that do not fit", invalid, (n) => `{ regions { ${times(n, () => "... on User { userId }")} } }`),
  document("on an enum", invalid, (n) => `{ regions { ${times(n, () => "... on RegionCode { a }")} } }`),
  document("inline, one in the other", undefined, (n) => `{ regions ${nested(n, "{ ...", "{ code }", " }")} }`),
  document("inline, side by side", undefined, (n) => `{ regions { ${times(n, () => "... { code }")} } }`),
  document(
    "inline, side by side, with aliases",
    undefined,
    (n) => `{ regions { ${times(n, (i) => `... { a${i % 15}: code }`)} } }`,
  ),
];

export const operations = [
  document(
    "all spread one long fragment",
    noOperation,
    (n) =>
      `${times(n, (i) => `query q${i} { ...f }`)} fragment f on Query { regions { ${times(4 * n, () => "code")} } }`,
  ),
  document(
    "all spread one chain",
    noOperation,
    (n) => `${times(n, (i) => `query q${i} { ...f0 }`)} ${chain(n, 1, "regions { code }", "Query")}`,
  ),
  document(
    "all spread one chain with a variable at its end",
    noOperation,
    (n) =>
      `${times(n, (i) => `query q${i}($v: Boolean!) { ...f0 }`)}
     ${chain(n, 1, "regions @skip(if: $v) { code }", "Query")}`,
  ),
  document(
    "all spread all fragments",
    noOperation,
    (n) =>
      `${times(n, (i) => `query q${i} { ${times(n, (j) => `...f${j}`)} }`)}
     ${times(n, (i) => `fragment f${i} on Query { regions { code } }`)}`,
  ),
  document("all without a name", invalid, (n) => times(n, () => "{ regions { code } }")),
  document("all of one name", invalid, (n) => times(n, () => "query q { regions { code } }")),
  document("subscriptions", noOperation, (n) => times(n, (i) => `subscription s${i} { regions { code } }`)),
  document(
    "variables that nobody uses",
    invalid,
    (n) => `query (${times(n, (i) => `$v${i}: ID`)}) { regions { code } }`,
  ),
  document("variables of one name", invalid, (n) => `query (${times(n, () => "$v: ID")}) { regions { code } }`),
  document(
    "variables that nobody declared",
    invalid,
    (n) => `{ regions { ${times(n, (i) => `code @skip(if: $v${i})`)} } }`,
  ),
  document(
    "variables that are all used",
    "BAD_USER_INPUT",
    (n) =>
      `query (${times(n, (i) => `$v${i}: Boolean!`)}) { regions { ${times(n, (i) => `code @skip(if: $v${i})`)} } }`,
  ),
  document(
    "one variable used again and again",
    "BAD_USER_INPUT",
    (n) => `query ($v: Boolean!) { regions { ${times(n, () => "code @skip(if: $v)")} } }`,
  ),
  document(
    "one variable used where it does not fit",
    invalid,
    (n) => `query ($v: ID) { regions { ${times(n, () => "code @skip(if: $v)")} } }`,
  ),
  document(
    "a variable's type of lists in lists",
    invalid,
    (n) => `query ($v: ${nested(n, "[", "ID", "]")}) { authToken(userId: $v) { userId } }`,
  ),
  document(
    "a variable's default of lists in lists",
    invalid,
    (n) => `query ($v: ID = ${nested(n, "[", "1", "]")}) { authToken(userId: $v) { userId } }`,
  ),
  document(
    "a variable's type and default of lists in lists",
    invalid,
    (n) =>
      `query ($v: ${nested(n, "[", "ID", "]")} = ${nested(n, "[", "1", "]")}) { authToken(userId: $v) { userId } }`,
  ),
  document(
    "variables of types that are not there",
    invalid,
    (n) => `query (${times(n, (i) => `$v${i}: T${i}`)}) { regions { code } }`,
  ),
  document(
    "variables of types that are no input",
    invalid,
    (n) => `query (${times(n, (i) => `$v${i}: [Region!]!`)}) { regions { code } }`,
  ),
  document(
    "a definition of many fields",
    invalid,
    (n) => `{ regions { code } } type T { ${times(n, (i) => `a${i}: Int`)} }`,
  ),
];

export const directives = [
  document("one again and again", invalid, (n) => `{ regions { code ${times(n, () => "@skip(if: false)")} } }`),
  document("those that are not there", invalid, (n) => `{ regions { code ${times(n, (i) => `@d${i}`)} } }`),
  document("without their argument", invalid, (n) => `{ regions { code ${times(n, () => "@skip")} } }`),
  document(
    "with one argument again and again",
    invalid,
    (n) => `{ regions { code @skip(${times(n, () => "if: true")}) } }`,
  ),
  document(
    "with unknown arguments",
    invalid,
    (n) => `{ regions { code @skip(if: true ${times(n, (i) => `if${i}: true`)}) } }`,
  ),
  document(
    "at every place",
    invalid,
    (n) =>
      `query @skip(if: true) { regions @a { ...f0 @a } } ${times(n, (i) => `fragment f${i} on Region @a { code @a }`)}`,
  ),
  document("on variables", invalid, (n) => `query (${times(n, (i) => `$v${i}: ID @deprecated`)}) { regions { code } }`),
  document(
    "that leave everything out",
    undefined,
    (n) => `{ regions { code ${times(n, () => "name @skip(if: true)")} } }`,
  ),
];
