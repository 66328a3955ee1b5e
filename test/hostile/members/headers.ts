import type { OutgoingHttpHeaders } from "node:http";
import type { Member } from "../cost.js";
import { filled, listed } from "./filling.js";

/** 16 KiB are the limit for all headers; Node's client adds a few. */
const headerBytes = 15_900;
const list = (piece: (index: number) => string) => listed(headerBytes, "", piece, "");
const text = (piece: string) => filled(headerBytes, "", () => piece, "");

function headers(name: string, code: string | undefined, of: OutgoingHttpHeaders): Member {
  return {
    name,
    code,
    make: (run) => ({ headers: of, body: JSON.stringify({ query: `{ regions { code } } # ${run}` }) }),
  };
}

const unacceptable = "NOT_ACCEPTABLE";
const unsupported = "UNSUPPORTED_MEDIA_TYPE";
const refused = "UNAUTHENTICATED";

/** What 16 KiB of headers cost, each of which may be there. */
export const requestHeaders: readonly Member[] = [
  headers("Accept of 1,000 types", unacceptable, { accept: list((index) => `a/b${index}`) }),
  headers("Accept of anything again and again", undefined, { accept: list(() => "*/*") }),
  headers("Accept of our type again and again", undefined, { accept: list(() => "application/json") }),
  headers("Accept with a weight each", undefined, { accept: list((index) => `*/*;q=0.${index}`) }),
  headers("Accept with parameters", unacceptable, { accept: `application/json${text(";a=b").slice(20)}` }),
  headers("Accept with quotes", unacceptable, { accept: list(() => 'a/b;c="d,e\\"f"') }),
  headers("Accept with quotes that nobody closes", unacceptable, { accept: list(() => 'a/b;c="') }),
  headers("Accept of commas", unacceptable, { accept: text(",") }),
  headers("Accept of semicolons", unacceptable, { accept: text(";") }),
  headers("Accept of blanks", unacceptable, { accept: `a/b ${text(" ").slice(8)};q=1` }),
  headers("Accept of slashes", unacceptable, { accept: text("/") }),
  headers("Accept of equals signs", unacceptable, { accept: `application/json;${text("=").slice(30)}` }),
  headers("many Accept headers", unacceptable, { accept: Array.from({ length: 900 }, () => "a/b") }),
  headers("Authorization of 16 kB", refused, { authorization: `Bearer ${text("a").slice(7)}` }),
  headers("Authorization of blanks", refused, { authorization: `Bearer${text(" ").slice(8)}a b` }),
  headers("Authorization of blanks and letters", refused, { authorization: text("Bearer ").slice(0, -1) }),
  headers("Authorization of letters alone", refused, { authorization: text("a") }),
  headers("Authorization of dots", refused, { authorization: `Bearer ${text(".").slice(7)}` }),
  headers("a service key of 16 kB", refused, { authorization: `ApiKey key.${text("a").slice(12)}` }),
  headers("X-Forwarded-For of 1,700 addresses", undefined, {
    "x-forwarded-for": list((i) => `10.0.${(i >> 8) & 255}.${i & 255}`),
  }),
  headers("X-Forwarded-For of the same proxy", undefined, { "x-forwarded-for": list(() => "127.0.0.1") }),
  headers("X-Forwarded-For of IPv6", undefined, { "x-forwarded-for": list((i) => `2001:db8::${i.toString(16)}`) }),
  headers("X-Forwarded-For of mapped addresses", undefined, { "x-forwarded-for": list(() => "::ffff:127.0.0.1") }),
  headers("X-Forwarded-For of commas", undefined, { "x-forwarded-for": text(",") }),
  headers("X-Forwarded-For of what is no address", refused, {
    "x-forwarded-for": list(() => "a"),
    authorization: "Bearer a",
  }),
  headers("X-Forwarded-For of one long address", refused, {
    "x-forwarded-for": text("1").slice(200),
    authorization: "Bearer a",
  }),
  headers("Origin of 16 kB", undefined, { origin: `https://${text("a").slice(9)}` }),
  headers("x-request-id of 16 kB", undefined, { "x-request-id": text("a") }),
  headers("x-request-id with a bad last letter", undefined, { "x-request-id": `${"a".repeat(63)}!` }),
  headers("Content-Type of parameters", undefined, { "content-type": `application/json${text(";a=b").slice(20)}` }),
  headers("Content-Type of charsets", undefined, {
    "content-type": `application/json${filled(15_800, "", () => ";charset=utf-8", "")}`,
  }),
  headers("Content-Type of blanks", undefined, {
    "content-type": `application/json ${text(" ").slice(30)};charset=utf-8`,
  }),
  headers("Content-Type of semicolons", undefined, { "content-type": `application/json${text(";").slice(20)}` }),
  headers("Content-Type of 16 kB", unsupported, { "content-type": text("a") }),
  headers("Content-Encoding of 16 kB", unsupported, { "content-encoding": text("identity,") }),
  headers("Cookie of 16 kB", undefined, { cookie: text("a=b; ") }),
  headers("If-None-Match of 16 kB", undefined, { "if-none-match": text('"a", ') }),
  headers("1,000 headers", undefined, Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`x-${i}`, "a"]))),
  headers("1,000 headers of one name", undefined, { "x-a": Array.from({ length: 1_000 }, () => "a") }),
  headers(
    "1,000 headers named like what objects have",
    undefined,
    Object.fromEntries(Array.from({ length: 700 }, (_, i) => [`__proto__${i}`, "a"])),
  ),
  headers("letters beyond ASCII", undefined, { "x-a": text("\u00e9") }),
  headers("more than 16 KiB", "HEADERS_TOO_LARGE", { "x-a": "a".repeat(17_000) }),
];
