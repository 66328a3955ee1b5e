import { document, written } from "./document.js";
import { nested, times } from "./filling.js";

const invalid = "GRAPHQL_VALIDATION_FAILED";
const complex = "QUERY_TOO_COMPLEX";
const unread = "GRAPHQL_PARSE_FAILED";
const forbidden = "FORBIDDEN";

const again = (text: string) => (count: number) => text.repeat(count);
const around = (before: string, piece: (count: number) => string, after: string) => (count: number) =>
  `${before}${piece(count)}${after}`;
const tokenFor = (piece: (count: number) => string) => around("{ authToken(userId: ", piece, ") { userId } }");
const operation = "{ regions { code } }";

/** Names that are not there, long or many: nobody may look for names that are alike. */
export const unknownNames = [
  document("one field of 100 kB", invalid, around("{ ", again("regions"), " }")),
  document("fields near the known ones", invalid, (n) => `{ ${times(n, (i) => `region${i}`)} }`),
  document("fields of 100 bytes", invalid, (n) => `{ ${times(n, (i) => `region${"s".repeat(88)}${i}`)} }`),
  document("fields on a thousand lines", invalid, (n) => `${"\n".repeat(45_000)}{ ${times(n, (i) => `a${i}`)} }`),
  document("fields with selections", invalid, (n) => `{ ${times(n, (i) => `region${i} { code }`)} }`),
  document("one argument of 100 kB", invalid, around("{ region(", again("code"), ": EU) { code } }")),
  document("arguments near the known one", invalid, (n) => `{ region(${times(n, (i) => `code${i}: EU`)}) { code } }`),
  document("one enum value of 100 kB", invalid, around("{ region(code: ", again("EU"), ") { code } }")),
  document("one type of 100 kB", invalid, around("{ regions { ... on ", again("Region"), " { code } } }")),
  document("one fragment of 100 kB", invalid, around("{ regions { ...", again("f"), " } }")),
  document("one directive of 100 kB", invalid, around("{ regions @", again("skip"), " { code } }")),
  document(
    "one input field of 100 kB",
    invalid,
    around("mutation { createSession(input: { ", again("deviceId"), ": 1 }) { userId } }"),
  ),
  document(
    "input fields near the known ones",
    invalid,
    (n) => `mutation { createSession(input: { ${times(n, (i) => `deviceId${i}: 1`)} }) { userId } }`,
  ),
];

export const values = [
  document("a list for an enum", invalid, (n) => `{ region(code: [${times(n, () => "EU")}]) { code } }`),
  document("lists in a list", invalid, (n) => `{ region(code: ${nested(n, "[", "1", "]")}) { code } }`),
  document(
    "objects in an object",
    invalid,
    (n) => `mutation { createSession(input: ${nested(n, "{ deviceInfo: ", "1", " }")}) { userId } }`,
  ),
  document(
    "one input field again and again",
    invalid,
    (n) => `mutation { createSession(input: { ${times(n, () => 'deviceId: "d"')} }) { userId } }`,
  ),
  document("a number of 100,000 digits", invalid, around("{ region(code: ", again("9"), ") { code } }")),
  document("an id of 100,000 digits", forbidden, tokenFor(again("9"))),
  document("a fraction of 100,000 digits", invalid, around("{ region(code: 0.", again("9"), ") { code } }")),
  document("an exponent of 100,000 digits", invalid, around("{ region(code: 1e", again("9"), ") { code } }")),
  document(
    "an id of 100 kB",
    forbidden,
    tokenFor((n) => `"${"a".repeat(n)}"`),
  ),
  document(
    "an id of escapes",
    forbidden,
    tokenFor((n) => `"${"\\u{1F600}".repeat(n)}"`),
  ),
  document(
    "an id of surrogates as escapes",
    forbidden,
    tokenFor((n) => `"${"\\ud83d\\ude00".repeat(n)}"`),
  ),
  document(
    "an id of emoji",
    forbidden,
    tokenFor((n) => `"${"😀".repeat(n)}"`),
  ),
  document(
    "a block string of line ends",
    forbidden,
    tokenFor((n) => `"""${"\n".repeat(n)}"""`),
  ),
  document(
    "a block string of indented lines",
    forbidden,
    tokenFor((n) => `"""a\n${" \n".repeat(n)} b"""`),
  ),
  document(
    "a block string whose lines grow",
    forbidden,
    tokenFor((n) => `"""a\n${times(n, (i) => `${" ".repeat(i)}a\n`)}"""`),
  ),
  document(
    "a block string of quotes",
    forbidden,
    tokenFor((n) => `"""${'\\"""'.repeat(n)}"""`),
  ),
  document(
    "many block strings",
    invalid,
    (n) => `{ authToken(userId: [${times(n, () => '"""\n a\n  b\n"""')}]) { userId } }`,
  ),
  document("an alias of 100 kB", undefined, around("{ ", again("a"), ": regions { code } }")),
  document("an operation's name of 100 kB", undefined, around("query ", again("a"), ` ${operation}`)),
];

/** What counts as no token. */
export const ignored = [
  document("a comment of 100 kB", undefined, (n) => `#${"a".repeat(n)}\n${operation}`),
  document("comments", undefined, (n) => `${"#\n".repeat(n)}${operation}`),
  document("comments between all tokens", undefined, (n) => {
    const comments = "#\n".repeat(n);
    return `{${comments}regions${comments}{ code ${comments}}${comments}}`;
  }),
  document("blanks", undefined, around("", again(" "), operation)),
  document("commas", undefined, around("", again(","), operation)),
  document("line ends of both kinds", undefined, around("", again("\r\n"), operation)),
  document("byte order marks", undefined, around("", again("\uFEFF"), operation)),
];

/** What is no operation: sources that cannot be read, and definitions of other things. */
export const unreadable = [
  written("a mistake after many comments", complex, `${"#\n".repeat(33_000)}${operation} }`),
  written("a mistake after many lines", unread, `${"\n".repeat(45_000)}${operation} }`),
  written("a mistake after one long line", unread, `${" ".repeat(90_000)}${operation} }`),
  written("a block string that nobody closes", unread, `{ regions(a: """${"a\n".repeat(33_000)}`),
  written("a string that nobody closes", unread, `{ regions(a: "${"a".repeat(100_000)}`),
  written("letters that no name has", unread, `{ ${"é".repeat(45_000)} }`),
  written("lone surrogates", unread, `{ regions(a: "${"\ud800".repeat(15_000)}") }`),
  written("brackets that nobody closes", unread, "{ a".repeat(450)),
  written("brackets in brackets", unread, "{".repeat(900)),
  written("lists that nobody closes", unread, `{ a(b: ${"[".repeat(900)}`),
  written("types that nobody closes", unread, `query ($v: ${"[".repeat(900)}`),
  written("one token too many", complex, `{ ${"a ".repeat(999)}}`),
  written("tokens as many as fit", complex, `{ ${"a ".repeat(50_000)}}`),
  written("brackets as many as fit", "GRAPHQL_PARSE_FAILED", "{".repeat(100_000)),
  written(
    "definitions of types",
    invalid,
    times(140, (i) => `type T${i} { a: Int }`),
  ),
  written(
    "extensions of types",
    invalid,
    times(120, () => "extend type Query { a: Int }"),
  ),
  written(
    "definitions of schemas",
    invalid,
    times(160, () => "schema { query: Query }"),
  ),
  written("empty selections", unread, `{ regions { ${times(240, () => "... { }")} } }`),
  written("nothing but a comment", unread, `#${"a".repeat(100_000)}`),
];
