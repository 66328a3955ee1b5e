import type { Member } from "../cost.js";
import { bodyBytes, filled, listed } from "./filling.js";

const query = '"query":"{ regions { code } }"';

/** A good operation, and beside it as much as fits. */
const beside = (piece: (index: number) => string) => listed(bodyBytes, `{${query},`, piece, "}");
const inside = (before: string, piece: (index: number) => string, after: string) =>
  listed(bodyBytes, `{${query},"x":${before}`, piece, `${after}}`);
const nested = (open: string, close: string) => {
  const depth = Math.floor((bodyBytes - 100) / (open.length + close.length));
  return `{${query},"x":${open.repeat(depth)}0${close.repeat(depth)}}`;
};

function body(name: string, code: string | undefined, text: string | Uint8Array): Member {
  return { name, code, make: () => ({ body: text }) };
}

/** What JSON.parse and the checks of the body's shape make of up to 100 kB. */
export const bodies: readonly Member[] = [
  body("lists in lists", undefined, nested("[", "]")),
  body("objects in objects", undefined, nested('{"a":', "}")),
  body("objects in lists of objects", undefined, nested('[{"a":', "}]")),
  body("lists that nobody closes", "BAD_REQUEST", `{${query},"x":${"[".repeat(bodyBytes - 100)}`),
  body(
    "13,000 keys",
    undefined,
    beside((index) => `"${index}":0`),
  ),
  body(
    "keys like indices of a sparse list",
    undefined,
    beside((index) => `"${4_294_967_294 - index * 7_919}":0`),
  ),
  body(
    "one key again and again",
    undefined,
    beside(() => '"a":0'),
  ),
  body(
    "the query again and again",
    undefined,
    beside(() => query),
  ),
  body(
    "__proto__ again and again",
    undefined,
    beside(() => '"__proto__":{"a":0}'),
  ),
  body(
    "keys of escapes",
    undefined,
    beside((index) => `"\\u0061\\u${String(index).padStart(4, "0")}":0`),
  ),
  body(
    "one long string of escapes",
    undefined,
    filled(bodyBytes, `{${query},"x":"`, () => "\\u0041", '"}'),
  ),
  body(
    "lone surrogates",
    undefined,
    filled(bodyBytes, `{${query},"x":"`, () => "\\ud800", '"}'),
  ),
  body(
    "emoji",
    undefined,
    filled(bodyBytes, `{${query},"x":"`, () => "😀", '"}'),
  ),
  body(
    "a number of 100,000 digits",
    undefined,
    filled(bodyBytes, `{${query},"x":`, () => "9", "}"),
  ),
  body(
    "a fraction of 100,000 digits",
    undefined,
    filled(bodyBytes, `{${query},"x":0.`, () => "1", "e-300}"),
  ),
  body(
    "an exponent of 100,000 digits",
    undefined,
    filled(bodyBytes, `{${query},"x":1e`, () => "9", "}"),
  ),
  body(
    "fractions of 17 digits",
    undefined,
    inside("[", (index) => `0.${10_000_000_000_000_000 + index}`, "]"),
  ),
  body(
    "denormal numbers",
    undefined,
    inside("[", () => "4.9406564584124654e-324", "]"),
  ),
  body(
    "empty objects",
    undefined,
    inside("[", () => "{}", "]"),
  ),
  body(
    "objects of one new key each",
    undefined,
    inside("[", (index) => `{"k${index}":0}`, "]"),
  ),
  body(
    "objects whose keys grow",
    undefined,
    inside("[", (i) => `{"a":${i},"b${i % 64}":[],"c${i % 999}":{}}`, "]"),
  ),
  body(
    "blanks before the end",
    undefined,
    filled(bodyBytes, `{${query}`, () => " \n\t\r", "}"),
  ),
  body(
    "blanks alone",
    "BAD_REQUEST",
    filled(bodyBytes, "", () => " ", ""),
  ),
  body(
    "a batch",
    "BAD_REQUEST",
    listed(bodyBytes, "[", () => `{${query}}`, "]"),
  ),
  body(
    "a string alone",
    "BAD_REQUEST",
    filled(bodyBytes, '"', () => "a", '"'),
  ),
  body("zero bytes", "BAD_REQUEST", Buffer.alloc(bodyBytes)),
  body("bytes that are no UTF-8", "BAD_REQUEST", Buffer.alloc(bodyBytes, 0xff)),
  body("UTF-8 cut off at the end", "BAD_REQUEST", Buffer.from(`${nested("[", "]")}😀`).subarray(0, -1)),
  body("UTF-16", "BAD_REQUEST", Buffer.from(beside(() => '"a":0').slice(0, bodyBytes / 2), "utf16le")),
  body(
    "an operation's name of 100,000 letters",
    "OPERATION_RESOLUTION_FAILURE",
    filled(bodyBytes, `{${query},"operationName":"`, () => "a", '"}'),
  ),
  body(
    "extensions of 13,000 keys",
    undefined,
    listed(bodyBytes, `{${query},"extensions":{`, (index) => `"${index}":0`, "}}"),
  ),
  body(
    "a persisted query of 13,000 keys",
    "PERSISTED_QUERY_NOT_SUPPORTED",
    listed(bodyBytes, '{"extensions":{"persistedQuery":{', (index) => `"${index}":0`, "}}}"),
  ),
  body("one byte too many", "PAYLOAD_TOO_LARGE", " ".repeat(bodyBytes + 1)),
  {
    name: "chunks of one byte",
    code: "PAYLOAD_TOO_LARGE",
    make: () => ({ body: filled(bodyBytes, `{${query}`, () => " ", "}"), chunkBytes: 1 }),
  },
  {
    name: "chunks of one byte, one byte too many",
    code: "PAYLOAD_TOO_LARGE",
    make: () => ({ body: " ".repeat(bodyBytes + 1), chunkBytes: 1 }),
  },
];
