import fc from "fast-check";
import { canary } from "../target.js";
import { jsonTexts, objectWith } from "./json.js";
import { edited, headerTexts, mostly, oddTexts } from "./texts.js";

/** An answer of Amity's, as bytes. */
export interface RawAnswer {
  readonly status: number;
  /** Lines, in Latin-1. */
  readonly headers: readonly string[];
  readonly body: string;
  readonly encoding: BufferEncoding;
  /** How much longer than the body its length is said to be; undefined: it ends with the connection. */
  readonly tooLong: number | undefined;
}

/** The answer as it goes over the wire. */
export function bytesOf({ status, headers, body, encoding, tooLong }: RawAnswer): Buffer {
  const bytes = Buffer.from(body, encoding);
  const length = tooLong === undefined ? [] : [`content-length: ${Math.max(0, bytes.length + tooLong)}`];
  const head = [`HTTP/1.1 ${status} Odd`, "connection: close", ...length, ...headers];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), bytes]);
}

function oneOf(...texts: string[]): fc.Arbitrary<string> {
  return mostly(fc.constantFrom(...texts), jsonTexts);
}

const failures = objectWith({
  status: oneOf('"error"'),
  code: oneOf("400100", "400312", "500000", '"400900"', "429000"),
  message: oneOf(`"${canary}"`, '"User is banned from the system."'),
  data: mostly(objectWith({ detail: oneOf("null", `["${canary}"]`) }), jsonTexts),
});
/** The text of each route when all is well. */
const good = {
  token: fc.constantFrom('"a-token-of-24-characters"', "a-token-of-24-characters", ' "a"\r\n', '"\\u00e4"'),
  session: objectWith({
    accessToken: oneOf('"an-access-token"'),
    refreshToken: oneOf('"a-refresh-token"', "null"),
    issuedAt: oneOf('"2026-01-01T00:00:00.000Z"'),
    expiresAt: oneOf('"2099-01-01T00:00:00.000Z"', '"+275760-09-13T00:00:00.001Z"'),
    userType: oneOf('"standard"'),
    users: mostly(lists(users()), jsonTexts),
    files: mostly(
      lists(objectWith({ fileId: oneOf('"f"'), attributes: oneOf("{}"), createdAt: oneOf("null") })),
      jsonTexts,
    ),
    roles: mostly(
      lists(objectWith({ roleId: oneOf('"r"'), permissions: oneOf('["a"]'), isDeleted: oneOf("0") })),
      jsonTexts,
    ),
  }),
  users: objectWith({ users: mostly(lists(users()), jsonTexts, 20), roles: oneOf("[]"), files: oneOf("[]") }),
  check: objectWith({ lastCachePurge: oneOf('"2026-01-01T00:00:00.000Z"') }),
  revocation: objectWith({ success: mostly(fc.constant("true"), jsonTexts, 20) }),
};
export type Route = keyof typeof good;

function users(): fc.Arbitrary<string> {
  const flags = objectWith({ bits: oneOf("1"), hashes: oneOf("2"), hash: jsonTexts });
  return objectWith({
    userId: mostly(fc.constant('"alice"'), jsonTexts, 20),
    displayName: oneOf('"Alice"'),
    metadata: oneOf("{}"),
    roles: oneOf('["a"]'),
    flagCount: oneOf("0", '"1"', "-1"),
    hashFlag: mostly(flags, jsonTexts),
    isDeleted: oneOf("false"),
    createdAt: oneOf('"2026-01-01T00:00:00.000Z"'),
  });
}

function lists(entries: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.array(entries, { minLength: 1, maxLength: 3 }).map((all) => `[${all.join()}]`);
}

const pages = fc.constantFrom("", "<html>", canary, "null", "canary-server-key", "\u0000", "a".repeat(300_000));
const wire = {
  encoding: mostly<BufferEncoding>(fc.constant("utf8"), fc.constantFrom("latin1", "utf16le"), 20),
  tooLong: mostly<number | undefined>(fc.constant(0), fc.constantFrom(undefined, -1, 1, 1_000_000), 8),
};
const lines = fc.oneof(
  fc.constantFrom(
    "content-type: application/json",
    "content-type: text/html; charset=utf-16",
    "content-encoding: gzip",
    "content-encoding: identity",
    "transfer-encoding: chunked",
    `location: http://127.0.0.1:9/${canary}`,
    "set-cookie: a=b",
  ),
  headerTexts.map((text) => `x-odd: ${text}`),
);
const noSuccess = fc.constantFrom(201, 204, 301, 304, 400, 401, 403, 404, 422, 429, 500, 502, 503, 504, 599, 600, 999);

/** Answers of a route: mostly a 200 near a good one, else refusals with odd texts. */
export function answersOf(route: Route): fc.Arbitrary<RawAnswer> {
  const near = edited(mostly(good[route], fc.oneof(jsonTexts, pages, oddTexts)), 5);
  const bad = edited(mostly(failures, fc.oneof(jsonTexts, pages, oddTexts), 4), 6);
  const headers = mostly<string[]>(fc.constant([]), fc.array(lines, { maxLength: 3 }), 6);
  return mostly(
    fc.record<RawAnswer>({ ...wire, headers, status: fc.constant(200), body: near }),
    fc.record<RawAnswer>({ ...wire, headers, status: noSuccess, body: bad }),
    3,
  );
}

const dates = fc.date({ min: new Date(0), max: new Date("2099-12-31"), noInvalidDate: true });
const waits = fc.oneof(
  fc.nat({ max: 100_000 }).map(String),
  fc.bigInt({ min: 0n, max: 10n ** 40n }).map(String),
  fc.constantFrom("-1", "+1", "1.5", "1e3", "0x10", "", " 1 ", "1, 2", "NaN", "Infinity", "\u0661"),
  dates.map((date) => date.toUTCString()),
  dates.map((date) => date.toISOString()),
);

/** Amity asks to come back later: in its words, in near ones, twice, or over two lines. */
export const retryAfters: fc.Arbitrary<RawAnswer> = fc.record<RawAnswer>({
  status: fc.constantFrom(429, 503),
  headers: fc
    .tuple(edited(waits, 3, headerTexts), mostly<string[]>(fc.constant([]), fc.array(waits, { maxLength: 2 })))
    .map((all) => all.flat().map((wait) => `retry-after: ${wait}`)),
  body: mostly(failures, pages),
  encoding: fc.constant("utf8" as const),
  tooLong: fc.constant(0),
});
