import { signedIn } from "../../support/callers.js";
import type { Member } from "../cost.js";
import { bodyBytes, filled, listed, times } from "./filling.js";

const createSession = "mutation ($i: CreateSessionInput!) { createSession(input: $i) { userId } }";
const region = "query ($c: RegionCode!) { region(code: $c) { code } }";
const write = "mutation ($i: UpsertUserInput!) { upsertUser(input: $i) { userId } }";
const lookUp = "query ($l: [ID!]!) { a: users(userIds: $l) { userId } b: users(userIds: $l) { userId } }";
const status = "query ($t: String!) { sessionStatus(accessToken: $t) { state } }";
const end = "mutation ($t: String!) { revokeSession(input: { accessToken: $t }) { revoked } }";
const endAll = "mutation ($u: ID) { revokeUserSessions(input: { userId: $u }) { revoked } }";
const sign = "query ($d: String!) { visitorSignature(deviceId: $d) { authSignature } }";
const visit = "mutation ($i: CreateVisitorSessionInput!) { createVisitorSession(input: $i) { userId } }";
const ofId = "query ($u: ID) { authToken(userId: $u) { userId } }";

const alice = await signedIn("alice", { scope: "amity:users:write amity:users:roles" });

/** `value`: JSON of the only variable, made with so many bytes. */
function variable(name: string, query: string, value: (bytes: number) => string, code = "BAD_USER_INPUT"): Member {
  const variableName = /\$(\w+)/.exec(query)?.[1];
  const make = (run: number) => {
    const before = `{"query":${JSON.stringify(`${query} # ${run}`)},"variables":{"${variableName}":`;
    return { headers: alice, body: `${before}${value(bodyBytes - before.length - 2)}}}` };
  };
  return { name, code, make };
}

const list = (piece: (index: number) => string) => (bytes: number) => listed(bytes, "[", piece, "]");
const object = (piece: (index: number) => string) => (bytes: number) => listed(bytes, "{", piece, "}");
const text = (piece: string) => (bytes: number) => filled(bytes, '"', () => piece, '"');
const nested = (open: string, close: string) => (bytes: number) => {
  const depth = Math.floor((bytes - 1) / (open.length + close.length));
  return `${open.repeat(depth)}0${close.repeat(depth)}`;
};
const withDevice = (value: (bytes: number) => string) => (bytes: number) =>
  `{"deviceId":"d","deviceInfo":${value(bytes - 33)}}`;

const withUser = (name: string, value: (bytes: number) => string) => (bytes: number) =>
  `{"userId":"bob","${name}":${value(bytes - 24 - name.length)}}`;

/** Users, their data and their sessions: what is refused, and what Amity is asked for, which cannot be reached. */
const ofUsers: readonly Member[] = [
  variable(
    "9,000 users to look up, twice",
    lookUp,
    list((index) => `"user-${index}"`),
  ),
  variable(
    "one user to look up again and again",
    lookUp,
    list(() => '"bob"'),
  ),
  variable(
    "100 users of 1 kB",
    lookUp,
    list((index) => `"${index}${"a".repeat(1_000)}"`),
  ),
  variable(
    "100 users of 100 emoji, twice",
    lookUp,
    () =>
      listed(bodyBytes, "[", (index) => (index < 100 ? `"${"😀".repeat(98)}${index}"` : "x".repeat(bodyBytes)), "]"),
    "UPSTREAM_UNAVAILABLE",
  ),
  variable("lists in lists of users", lookUp, nested("[", "]")),
  variable(
    "data of many members",
    write,
    withUser(
      "metadata",
      object((index) => `"${index}":0`),
    ),
  ),
  variable(
    "data of lists in lists",
    write,
    withUser("metadata", (bytes) => `{"a":${nested("[", "]")(bytes - 6)}}`),
  ),
  variable("data of objects in objects", write, withUser("metadata", nested('{"a":', "}"))),
  variable(
    "data of numbers that lost digits",
    write,
    withUser("metadata", (bytes) => `{"a":${list(() => "9007199254740993")(bytes - 6)}}`),
  ),
  variable(
    "data of __proto__ again and again",
    write,
    withUser(
      "metadata",
      object(() => '"__proto__":{"a":0}'),
    ),
    "UPSTREAM_UNAVAILABLE",
  ),
  variable(
    "data of one long text",
    write,
    withUser("metadata", (bytes) => `{"a":${text("\\u0001")(bytes - 6)}}`),
  ),
  variable("data that is a text", write, withUser("metadata", text("a"))),
  variable(
    "many roles",
    write,
    withUser(
      "roles",
      list((index) => `"r${index}"`),
    ),
  ),
  variable("a description of line ends", write, withUser("description", text("\\n"))),
  variable("an access token of 100 kB to look at", status, text("a")),
  variable("an access token of emoji to end", end, text("😀")),
  variable("100 kB of a user whose sessions end", endAll, text("a"), "FORBIDDEN"),
  variable("a visitor's device of 100 kB", sign, text("&")),
  variable("a visitor's device of expiries", sign, text("&authSignatureExpiresAt=")),
  variable("a visitor's session of unknown keys", visit, (bytes) =>
    listed(bytes, '{"deviceId":"d",', (index) => `"k${index}":0`, "}"),
  ),
];

/** An operation that needs ten booleans. */
const booleans = `query (${times(10, (i) => `$v${i}: Boolean!`)}) {
  regions { ${times(10, (i) => `a${i}: code @skip(if: $v${i})`)} }
}`;

/** What coercion and its errors make of up to 100 kB, none of which may be quoted. */
export const variables: readonly Member[] = [
  ...ofUsers,
  variable(
    "13,000 unknown keys",
    createSession,
    object((index) => `"${index}":0`),
  ),
  variable("unknown keys beside the needed ones", createSession, (bytes) =>
    listed(bytes, '{"deviceId":"d",', (index) => `"k${index}":0`, "}"),
  ),
  variable(
    "keys near the known ones",
    createSession,
    object((index) => `"deviceId${index}":0`),
  ),
  variable("one unknown key of 100 kB", createSession, (bytes) => filled(bytes, '{"', () => "deviceId", '":0}')),
  variable("unknown keys one level down", createSession, withDevice(object((index) => `"${index}":0`))),
  variable(
    "keys named like what objects have",
    createSession,
    object((index) => `"constructor${"_".repeat(index % 99)}":{}`),
  ),
  variable(
    "a list for an input object",
    createSession,
    list(() => "{}"),
  ),
  variable(
    "a list of unknown keys",
    createSession,
    list((index) => `{"k${index}":[{}]}`),
  ),
  variable("lists in lists for an input object", createSession, nested("[", "]")),
  variable("objects in objects for an input object", createSession, nested('{"deviceInfo":', "}")),
  variable("lists in lists for a string", createSession, (bytes) => `{"deviceId":${nested("[", "]")(bytes - 13)}}`),
  variable("an id of 100 kB", createSession, (bytes) => `{"deviceId":${text("a")(bytes - 13)}}`),
  variable("an id of blanks and line ends", ofId, text("\\n"), "FORBIDDEN"),
  variable("an id of emoji", ofId, text("😀"), "FORBIDDEN"),
  variable(
    "a list of ids for an id",
    ofId,
    list((index) => `"${index}"`),
  ),
  variable("lists in lists for an id", ofId, nested("[", "]")),
  variable(
    "an object of 13,000 keys for an id",
    ofId,
    object((index) => `"${index}":0`),
  ),
  variable("a number of 100,000 digits for an id", ofId, (bytes) => "9".repeat(bytes)),
  variable("an unknown enum value of 100 kB", region, text("EU")),
  variable(
    "a list of enum values",
    region,
    list(() => '"EU"'),
  ),
  variable("objects in objects for an enum", region, nested('{"EU":', "}")),
  variable(
    "enum values in a list of them",
    "query ($l: [RegionCode!]) { regions { code } }",
    list((i) => `"EU${i}"`),
    "GRAPHQL_VALIDATION_FAILED",
  ),
  {
    name: "13,000 variables that nobody declared",
    code: undefined,
    make: (run) => ({
      body: listed(bodyBytes, `{"query":"{ regions { code } } # ${run}","variables":{`, (i) => `"${i}":0`, "}}"),
    }),
  },
  {
    name: "13,000 variables that nobody declared, and the only one missing",
    code: "BAD_USER_INPUT",
    make: (run) => ({
      body: listed(bodyBytes, `{"query":"${region} # ${run}","variables":{`, (i) => `"c${i}":0`, "}}"),
    }),
  },
  {
    name: "numbers that no double can carry, ever deeper",
    code: undefined,
    make: (run) => ({
      body: listed(
        bodyBytes,
        `{"query":"{ regions { code } } # ${run}","variables":{`,
        (i) => `"${i}":[[[[[0.1]]]]]`,
        "}}",
      ),
    }),
  },
  {
    name: "ten booleans, all of them lists",
    code: "BAD_USER_INPUT",
    make: (run) => {
      const query = JSON.stringify(`${booleans} # ${run}`);
      const each = Math.floor((bodyBytes - query.length - 200) / 10);
      const values = Array.from({ length: 10 }, (_, i) => `"v${i}":${list(() => "0")(each - 10)}`);
      return { body: `{"query":${query},"variables":{${values.join(",")}}}` };
    },
  },
];
