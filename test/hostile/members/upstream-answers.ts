import { filled, listed } from "./filling.js";

/** An answer of Amity's may have so many bytes. */
const answerBytes = 262_144;

/** What Amity answers, on one of its routes. `check`: the one about an access token. */
export interface UpstreamAnswer {
  readonly name: string;
  readonly code: string | undefined;
  readonly route: "session" | "token" | "users" | "check";
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly text: string;
  /** Sends it in chunks of one byte. */
  readonly dripped?: boolean;
}

const bad = "UPSTREAM_BAD_RESPONSE";

type More = Partial<Pick<UpstreamAnswer, "route" | "status" | "headers" | "dripped">>;

function answer(name: string, code: string | undefined, text: string, more: More = {}): UpstreamAnswer {
  return { name, code, text, route: "session", status: 200, headers: {}, ...more };
}

const alice = '{"userId":"alice"}';
const session = (members: string) => `{"accessToken":"a","users":[${alice}],${members}}`;
const sessionList = (name: string, piece: (index: number) => string) =>
  listed(answerBytes, `{"accessToken":"a","users":[${alice}],"${name}":[`, piece, "]}");
const users = (piece: (index: number) => string) =>
  listed(answerBytes, `{"accessToken":"a","users":[${alice},`, piece, "]}");
const aliceWith = (before: string, piece: (index: number) => string, after: string) =>
  listed(answerBytes, `{"accessToken":"a","users":[{"userId":"alice",${before}`, piece, `${after}}]}`);
const lookedUp = (piece: (index: number) => string) => listed(answerBytes, '{"users":[', piece, "]}");
const nested = (open: string, close: string, inner = "0") => {
  const depth = Math.floor((answerBytes - 200) / (open.length + close.length));
  return `${open.repeat(depth)}${inner}${close.repeat(depth)}`;
};

/** 256 KiB of each kind: whole sessions, odd ones, and what is none. */
export const upstreamAnswers: readonly UpstreamAnswer[] = [
  answer(
    "users without anything",
    undefined,
    users(() => "{}"),
  ),
  answer(
    "users that are null",
    undefined,
    users(() => "null"),
  ),
  answer(
    "many users",
    undefined,
    users((i) => `{"userId":"${i}"}`),
  ),
  answer(
    "the same user again and again",
    undefined,
    users(() => alice),
  ),
  answer(
    "users with odd members",
    undefined,
    users((i) => `{"userId":"${i}","roles":{},"createdAt":0,"flagCount":0.5}`),
  ),
  answer(
    "users whose time is none",
    undefined,
    users(() => '{"userId":"a","createdAt":"2026-01-01T00:00:00.000+99:99"}'),
  ),
  answer(
    "many files",
    undefined,
    sessionList("files", (i) => `{"fileId":"${i}"}`),
  ),
  answer(
    "files without anything",
    undefined,
    sessionList("files", () => "{}"),
  ),
  answer(
    "many roles",
    undefined,
    sessionList("roles", (i) => `{"roleId":"${i}"}`),
  ),
  answer(
    "roles without anything",
    undefined,
    sessionList("roles", () => "{}"),
  ),
  answer(
    "roles of many permissions",
    undefined,
    sessionList("roles", (i) => `{"roleId":"${i}","permissions":[${'"P",'.repeat(3_000)}"P"]}`),
  ),
  answer(
    "one user of many roles",
    undefined,
    aliceWith('"roles":[', (i) => `"r${i}"`, "]"),
  ),
  answer(
    "one user of odd roles",
    undefined,
    aliceWith('"roles":[', () => "0", "]"),
  ),
  answer(
    "one user of many permissions",
    undefined,
    aliceWith('"permissions":[', (i) => `"P${i}"`, "]"),
  ),
  answer(
    "one user of many unknown members",
    undefined,
    aliceWith("", (i) => `"a${i}":0`, ""),
  ),
  answer(
    "metadata of many members",
    undefined,
    aliceWith('"metadata":{', (i) => `"a${i}":0`, "}"),
  ),
  answer(
    "metadata of many lists",
    undefined,
    aliceWith('"metadata":{"a":[', () => "[]", "]}"),
  ),
  answer(
    "metadata of many deep lists",
    undefined,
    aliceWith('"metadata":{"a":[', () => `${"[".repeat(60)}${"]".repeat(60)}`, "]}"),
  ),
  answer(
    "metadata of lists in lists",
    undefined,
    `{"accessToken":"a","users":[{"userId":"alice","metadata":{"a":${nested("[", "]")}}}]}`,
  ),
  answer(
    "metadata of objects in objects",
    undefined,
    `{"accessToken":"a","users":[{"userId":"alice","metadata":{"a":${nested('{"a":', "}")}}}]}`,
  ),
  answer(
    "metadata of one long text",
    undefined,
    filled(answerBytes, '{"accessToken":"a","users":[{"userId":"alice","metadata":{"a":"', () => "\\u0001", '"}}]}'),
  ),
  answer(
    "metadata of numbers",
    undefined,
    aliceWith('"metadata":{"a":[', () => "1e308", "]}"),
  ),
  answer(
    "metadata of __proto__",
    undefined,
    aliceWith('"metadata":{', () => '"__proto__":{"a":0}', "}"),
  ),
  answer(
    "a digest of lists in lists",
    undefined,
    `{"accessToken":"a","users":[{"userId":"alice","hashFlag":{"hash":${nested("[", "]")}}}]}`,
  ),
  answer(
    "a name of 256 kB",
    undefined,
    filled(answerBytes, '{"accessToken":"a","users":[{"userId":"alice","displayName":"', () => "a", '"}]}'),
  ),
  answer(
    "an access token of 256 kB",
    undefined,
    filled(answerBytes, '{"users":[{"userId":"alice"}],"accessToken":"', () => "a", '"}'),
  ),
  answer(
    "a time of 256 kB",
    undefined,
    filled(answerBytes, '{"accessToken":"a","users":[{"userId":"alice"}],"expiresAt":"', () => "2026-01-01T", '"}'),
  ),
  answer(
    "a time with 256 kB of a second",
    undefined,
    filled(
      answerBytes,
      '{"accessToken":"a","users":[{"userId":"alice"}],"expiresAt":"2026-01-01T00:00:00.',
      () => "0",
      'Z"}',
    ),
  ),
  answer(
    "a session of many unknown members",
    undefined,
    listed(answerBytes, "{", (i) => `"a${i}":0`, `,"accessToken":"a","users":[${alice}]}`),
  ),
  answer("lists in lists", bad, nested("[", "]")),
  answer("objects in objects", bad, nested('{"users":', "}")),
  answer(
    "blanks around a session",
    undefined,
    filled(answerBytes, "", () => " ", session('"files":[]')),
  ),
  answer(
    "a page",
    bad,
    filled(answerBytes, "<html>", () => "<p>", "</html>"),
  ),
  answer(
    "chunks of one byte",
    undefined,
    filled(answerBytes, "", () => " ", session('"files":[]')),
    { dripped: true },
  ),
  answer("one byte too many", bad, " ".repeat(answerBytes + 1)),
  answer("16 kB of headers", undefined, session('"files":[]'), {
    headers: { "set-cookie": Array.from({ length: 900 }, (_, i) => `a${i}=b`) },
  }),
  answer(
    "a refusal of 256 kB",
    "UPSTREAM_REJECTED",
    filled(answerBytes, '{"code":400000,"message":"', () => "User is banned from the system", '"}'),
    { status: 400 },
  ),
  answer(
    "a refusal of many details",
    "UPSTREAM_REJECTED",
    listed(answerBytes, '{"code":400000,"data":{"detail":[', () => "[]", "]}}"),
    { status: 422 },
  ),
  answer("a refusal of lists in lists", "UPSTREAM_REJECTED", nested("[", "]"), { status: 400 }),
  answer(
    "a refusal with a code of 256 kB",
    "UPSTREAM_REJECTED",
    filled(answerBytes, '{"code":"', () => "4", '"}'),
    { status: 400 },
  ),
  answer("a limit with a time of 12 kB", "UPSTREAM_RATE_LIMITED", "{}", {
    status: 429,
    headers: { "retry-after": "9".repeat(12_000) },
  }),
  answer("a limit with blanks for a time", "UPSTREAM_RATE_LIMITED", "{}", {
    status: 429,
    headers: { "retry-after": `a${" ".repeat(12_000)}b` },
  }),
  answer(
    "a fault of 256 kB",
    "UPSTREAM_UNAVAILABLE",
    filled(answerBytes, '{"message":"', () => "\\u0041", '"}'),
    { status: 503 },
  ),
  answer(
    "a token of 256 kB",
    bad,
    filled(answerBytes, '"', () => "a", '"'),
    { route: "token" },
  ),
  answer(
    "a bare token of 256 kB",
    bad,
    filled(answerBytes, "", () => "a", ""),
    { route: "token" },
  ),
  answer(
    "a token of escapes",
    bad,
    filled(answerBytes, '"', () => "\\u0001", '"'),
    { route: "token" },
  ),
  answer(
    "a token between blanks",
    undefined,
    filled(answerBytes, '"a-token-of-24-characters"', () => " ", ""),
    { route: "token" },
  ),
  answer("lists in lists for a token", bad, nested("[", "]"), { route: "token" }),
  answer(
    "a page for a token",
    bad,
    filled(answerBytes, "<html>", () => "<p>", "</html>"),
    { route: "token" },
  ),
  answer(
    "many users who were looked up",
    undefined,
    lookedUp((i) => `{"userId":"user-${i}"}`),
    { route: "users" },
  ),
  answer(
    "looked-up users without anything",
    undefined,
    lookedUp(() => "{}"),
    { route: "users" },
  ),
  answer(
    "looked-up users with odd members",
    undefined,
    lookedUp((i) => `{"userId":"user-${i}","roles":{},"createdAt":0,"flagCount":0.5,"displayName":[]}`),
    { route: "users" },
  ),
  answer(
    "looked-up users with all that there may be",
    undefined,
    lookedUp(
      (i) => `{"userId":"user-${i}","metadata":{"a":"${"x".repeat(2_000)}"},"permissions":[${'"P",'.repeat(39)}"P"]}`,
    ),
    { route: "users" },
  ),
  answer("lists in lists for users", bad, nested("[", "]"), { route: "users" }),
  answer("users of lists in lists", undefined, `{"users":${nested("[", "]")}}`, { route: "users" }),
  answer("one byte too many of users, ten times over", bad, " ".repeat(answerBytes + 1), { route: "users" }),
  answer(
    "a page for users",
    bad,
    filled(answerBytes, "<html>", () => "<p>", "</html>"),
    { route: "users" },
  ),
  answer(
    "a check of many members",
    undefined,
    listed(answerBytes, "{", (i) => `"a${i}":0`, "}"),
    { route: "check" },
  ),
  answer("objects in objects for a check", undefined, nested('{"a":', "}"), { route: "check" }),
];
