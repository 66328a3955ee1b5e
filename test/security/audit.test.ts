import { describe, expect, test } from "@jest/globals";
import { callersAt, signedIn } from "../support/callers.js";
import { regionAt, type TestGateway, withGateway } from "../support/gateway.js";
import { type Answer, always, likeAmity, withUpstream } from "../support/upstream.js";

type Line = Record<string, unknown>;

const amity = likeAmity({ accessToken: "a", users: [{ userId: "alice" }] });
const delegate = { scope: "amity:mint:any" };
const mint = "query ($u: ID) { authToken(userId: $u) { token } }";
const create = "mutation ($input: CreateSessionInput!) { createSession(input: $input) { accessToken } }";
const input = { deviceId: "d" };

function auditOf({ logged }: TestGateway): Line[] {
  return logged.map((line) => JSON.parse(line)).filter(({ message }) => message === "audit");
}

/** A whole line; `given` over an issued token of alice's own. */
function line(given: Line): Line {
  const common = { level: "info", message: "audit", audit: true, requestId: "request-1" };
  return { ...common, operation: "authToken", by: "user:alice", userId: "alice", region: "EU", ...given };
}

function without(name: string, given: Line): Line {
  const { [name]: _, ...rest } = line(given);
  return rest;
}

interface Attempt {
  readonly query?: string;
  readonly variables?: object;
  readonly claims?: Record<string, unknown>;
  readonly env?: Record<string, string>;
  readonly answer?: Answer;
  readonly lines: readonly Line[];
}

const forbidden = { outcome: "FORBIDDEN", reason: "acts for another" };
const unusable = { outcome: "BAD_USER_INPUT" };
const limited = { outcome: "RATE_LIMITED", reason: "caller's rate" };
const session = { operation: "createSession" };
const ending = { operation: "revokeUserSessions" };
const endAll = "mutation ($u: ID) { revokeUserSessions(input: { userId: $u }) { revoked } }";

const refused: [string, Attempt][] = [
  ["another's token", { variables: { u: "bob" }, lines: [line({ userId: "bob", ...forbidden })] }],
  [
    "another's session",
    {
      query: create,
      variables: { input: { ...input, userId: "bob", region: "US" } },
      lines: [line({ ...session, userId: "bob", region: "US", ...forbidden })],
    },
  ],
  [
    "two others' tokens beside one's own",
    {
      query:
        '{ own: authToken { token } b: authToken(userId: "bob") { token } c: authToken(userId: "carol") { token } }',
      lines: [line({ userId: "bob", ...forbidden }), line({ userId: "carol", ...forbidden })],
    },
  ],
  [
    "another's token that is selected twice",
    {
      query: '{ authToken(userId: "bob") { token } ... { authToken(userId: "bob") { userId } } }',
      lines: [line({ userId: "bob", ...forbidden })],
    },
  ],
  ["what is nobody's id", { variables: { u: "x".repeat(5_000) }, lines: [without("userId", forbidden)] }],
  [
    "another display name",
    {
      query: create,
      variables: { input: { ...input, displayName: "Admin" } },
      claims: { name: "Alice" },
      env: { AUTH_DISPLAY_NAME_CLAIM: "name" },
      lines: [line({ ...session, outcome: "FORBIDDEN", reason: "another display name" })],
    },
  ],
  ["too long an id", { variables: { u: "x".repeat(101) }, claims: delegate, lines: [without("userId", unusable)] }],
  [
    "too long an id for a session",
    {
      query: create,
      variables: { input: { ...input, userId: "x".repeat(51) } },
      claims: delegate,
      lines: [line({ ...session, userId: "x".repeat(51), ...unusable })],
    },
  ],
  [
    "an id with a control character",
    { variables: { u: "bob\u0000" }, claims: delegate, lines: [without("userId", unusable)] },
  ],
  ["an empty id", { variables: { u: "" }, claims: delegate, lines: [without("userId", unusable)] }],
  [
    "a session without a user after one that was issued",
    {
      query:
        'mutation { a: createSession(input: { deviceId: "d" }) { accessToken } b: createSession(input: { userId: "", deviceId: "d" }) { accessToken } }',
      claims: delegate,
      lines: [without("userId", { ...session, ...unusable }), line({ ...session, outcome: "issued" })],
    },
  ],
  [
    "an empty device id",
    { query: create, variables: { input: { deviceId: "" } }, lines: [line({ ...session, ...unusable })] },
  ],
  [
    "a profile handle on v3",
    {
      query: create,
      variables: { input: { ...input, profileHandle: "ally" } },
      lines: [line({ ...session, ...unusable })],
    },
  ],
  [
    "an id that v5 reserves",
    {
      query: create,
      variables: { input: { ...input, userId: "ADMIN_bob" } },
      claims: delegate,
      env: { AMITY_SESSION_API: "v5" },
      lines: [line({ ...session, userId: "ADMIN_bob", ...unusable })],
    },
  ],
  [
    "a variable of the wrong type",
    { variables: { u: { id: "bob" } }, lines: [{ ...without("userId", unusable), region: undefined }] },
  ],
  [
    "an input without a device",
    {
      query: create,
      variables: { input: {} },
      lines: [{ ...without("userId", { ...session, ...unusable }), region: undefined }],
    },
  ],
  [
    "null where an input must be",
    {
      query: 'mutation ($i: CreateSessionInput = { deviceId: "d" }) { createSession(input: $i) { accessToken } }',
      variables: { i: null },
      lines: [{ ...without("userId", { ...session, ...unusable }), region: undefined }],
    },
  ],
  [
    "an id whose digits are lost",
    { variables: { u: 2 ** 53 }, claims: delegate, lines: [line({ userId: String(2 ** 53), ...unusable })] },
  ],
  [
    "a token of a region that is not configured",
    {
      query: "{ authToken(region: US) { token } }",
      lines: [line({ region: "US", outcome: "REGION_NOT_CONFIGURED", reason: "no server key" })],
    },
  ],
  [
    "a session of a region that is not configured",
    {
      query: create,
      variables: { input: { ...input, region: "SG" } },
      lines: [line({ ...session, region: "SG", outcome: "REGION_NOT_CONFIGURED", reason: "no API key" })],
    },
  ],
  [
    "a token that Amity refuses",
    { answer: always(401, ""), lines: [line({ outcome: "UPSTREAM_AUTH_FAILED", reason: "key refused" })] },
  ],
  [
    "a session that Amity refuses",
    {
      query: create,
      variables: { input: { ...input, authToken: "stolen" } },
      answer: always(401, ""),
      lines: [line({ ...session, outcome: "AUTH_TOKEN_REJECTED", reason: "auth token refused" })],
    },
  ],
  [
    "the end of another's sessions",
    { query: endAll, variables: { u: "bob" }, lines: [line({ ...ending, userId: "bob", ...forbidden })] },
  ],
  [
    "the end of sessions without an admin token",
    { query: endAll, lines: [line({ ...ending, outcome: "ADMIN_NOT_CONFIGURED", reason: "no admin token" })] },
  ],
  [
    "a session's end by a value that is no token",
    {
      query: 'mutation { revokeSession(input: { accessToken: "" }) { revoked } }',
      lines: [without("userId", { operation: "revokeSession", ...unusable })],
    },
  ],
  [
    "a look at a session where Amity does not answer well",
    {
      query: '{ sessionStatus(accessToken: "a") { state } }',
      answer: always(400, ""),
      lines: [
        without("userId", { operation: "sessionStatus", outcome: "UPSTREAM_REJECTED", reason: "request refused" }),
      ],
    },
  ],
  [
    "more than the rate limit allows",
    {
      query: "{ a: authToken { token } b: authToken(region: US) { token } regions { code } }",
      env: { RATE_LIMIT_USER: "1" },
      lines: [line(limited), line({ region: "US", ...limited })],
    },
  ],
];

describe("the audit log has one line for each refusal of", () => {
  test.each(refused)("%s", async (_what, { query = mint, variables, claims, env, answer = amity, lines }) => {
    await withUpstream(answer, async ({ url }) => {
      await withGateway(callersAt(url, env), async (gateway) => {
        const headers = { ...(await signedIn("alice", claims)), "x-request-id": "request-1" };
        const { body } = await gateway.ask(query, variables, headers);
        expect(lines.map(({ outcome }) => outcome)).toContain(body.errors[0].extensions.code);
        expect(auditOf(gateway)).toEqual(lines.map((expected) => JSON.parse(JSON.stringify(expected))));
      });
    });
  });

  test("an attempt that names nobody", async () => {
    await withGateway({ env: regionAt("http://127.0.0.1:9") }, async (gateway) => {
      await gateway.ask(mint, {}, { "x-request-id": "request-1" });
      expect(auditOf(gateway)).toEqual([without("userId", { by: "anybody", ...unusable })]);
    });
  });
});

describe("the audit log has one line for each", () => {
  test.each([
    ["issued token", "{ authToken { token } b: authToken { token } }", {}],
    ["issued session", 'mutation { createSession(input: { deviceId: "d" }) { accessToken } }', session],
  ])("%s", async (_what, query, given) => {
    await withUpstream(amity, async ({ url }) => {
      await withGateway(callersAt(url), async (gateway) => {
        await gateway.ask(query, {}, { ...(await signedIn("alice")), "x-request-id": "request-1" });
        expect(auditOf(gateway)).toEqual([line({ ...given, outcome: "issued" })]);
      });
    });
  });
});

describe("the audit log names whom", () => {
  const users = always(200, '{"users":[{"userId":"bob","displayName":"canary-name"}]}');
  const [one, several, write] = [
    '{ user(userId: "bob") { displayName } }',
    "query ($ids: [ID!]!) { users(userIds: $ids) { displayName } }",
    'mutation ($roles: [String!]) { upsertUser(input: { userId: "bob", displayName: "canary-name", roles: $roles }) { userId } }',
  ];
  const [user, many, change] = [
    { operation: "user", userId: "bob" },
    { operation: "users" },
    { operation: "upsertUser", userId: "bob" },
  ];
  const writer = { scope: "amity:users:write" };
  const broken = always(401, "");

  test.each<[string, Attempt]>([
    ["somebody looked up", { query: one, lines: [line({ ...user, outcome: "read" })] }],
    [
      "somebody looked up of several",
      {
        query: several,
        variables: { ids: ["bob", "eve", "bob"] },
        lines: [without("userId", { ...many, userIds: ["bob", "eve", "bob"], outcome: "read" })],
      },
    ],
    [
      "somebody did not get to see",
      {
        query: one,
        answer: broken,
        lines: [line({ ...user, outcome: "UPSTREAM_AUTH_FAILED", reason: "admin token refused" })],
      },
    ],
    [
      "nobody, of too many",
      {
        query: several,
        variables: { ids: Array(101).fill("bob") },
        lines: [without("userId", { ...many, ...unusable })],
      },
    ],
    [
      "of several could be meant",
      {
        query: several,
        variables: { ids: ["bob", "e\u0000"] },
        lines: [without("userId", { ...many, userIds: ["bob"], ...unusable })],
      },
    ],
    [
      "somebody asked for beyond the limit",
      {
        query: '{ users(userIds: ["bob"]) { userId } user(userId: "bob") { userId } }',
        env: { RATE_LIMIT_USER: "1" },
        lines: [without("userId", { ...many, userIds: ["bob"], ...limited }), line({ ...user, ...limited })],
      },
    ],
    ["a backend changed", { query: write, claims: writer, lines: [line({ ...change, outcome: "written" })] }],
    [
      "somebody wanted to change",
      { query: write, lines: [line({ ...change, outcome: "FORBIDDEN", reason: "changes users" })] },
    ],
    [
      "a backend wanted to give roles",
      {
        query: write,
        variables: { roles: ["canary-role"] },
        claims: writer,
        lines: [line({ ...change, outcome: "FORBIDDEN", reason: "changes users" })],
      },
    ],
  ])(
    "%s, and no value",
    async (_what, { query = one, variables = {}, claims = {}, env = {}, answer = users, lines }) => {
      await withUpstream(answer, async ({ url }) => {
        const settings = { AMITY_EU_ADMIN_TOKEN: "canary-admin-token", USER_PROFILES: "on", ...env };
        await withGateway(callersAt(url, settings), async (gateway) => {
          const headers = { ...(await signedIn("alice", claims)), "x-request-id": "request-1" };
          await gateway.ask(query, variables, headers);
          expect(auditOf(gateway)).toEqual(lines.map((expected) => JSON.parse(JSON.stringify(expected))));
          expect(gateway.logged.join()).not.toMatch(/canary-(?:name|role)/);
        });
      });
    },
  );
});

describe("the audit log tells what became of", () => {
  const held = `e30.${Buffer.from('{"user":{"publicUserId":"bob"}}').toString("base64url")}.c2ln`;
  const [status, revoke] = [
    "query ($t: String!) { sessionStatus(accessToken: $t) { state } }",
    "mutation ($t: String!) { revokeSession(input: { accessToken: $t }) { revoked } }",
  ];
  const [operation, one] = [{ operation: "sessionStatus" }, { operation: "revokeSession" }];
  const done = always(200, '{"success":true}');

  test.each<[string, string, Answer, Line]>([
    ["a look at a live session", status, done, line({ ...operation, userId: "bob", outcome: "ACTIVE" })],
    ["a look at a dead one", status, always(401, ""), without("userId", { ...operation, outcome: "INVALID" })],
    ["a look at a banned user's", status, always(403, ""), without("userId", { ...operation, outcome: "BANNED" })],
    ["a session's end", revoke, done, line({ ...one, userId: "bob", outcome: "revoked" })],
    ["a dead session's end", revoke, always(401, ""), without("userId", { ...one, outcome: "absent" })],
    ["the end of all", endAll, done, line({ ...ending, outcome: "revoked" })],
    ["the end of none", endAll, always(404, '{"code":400400}'), line({ ...ending, outcome: "absent" })],
  ])("%s", async (_what, query, answer, expected) => {
    await withUpstream(answer, async ({ url }) => {
      await withGateway(callersAt(url, { AMITY_EU_ADMIN_TOKEN: "canary-admin-token" }), async (gateway) => {
        const headers = { ...(await signedIn("alice")), "x-request-id": "request-1" };
        await gateway.ask(query, { t: held }, headers);
        expect(auditOf(gateway)).toEqual([expected]);
        expect(gateway.logged.join()).not.toContain(held);
      });
    });
  });
});

describe("the audit log has no line", () => {
  test.each([
    ["without a credential", "{ authToken { token } }", async () => ({})],
    ["for a public field", "{ regions { code } }", () => signedIn("alice")],
    ["for introspection", "{ __schema { queryType { name } } }", () => signedIn("alice")],
    ["for a document that does not fit", "{ authToken { nothing } }", () => signedIn("alice")],
  ])("%s", async (_what, query, headers) => {
    await withUpstream(amity, async ({ url }) => {
      await withGateway(callersAt(url), async (gateway) => {
        await gateway.ask(query, {}, await headers());
        expect(auditOf(gateway)).toEqual([]);
      });
    });
  });
});

test("the audit log has a line for a credential refused", async () => {
  await withGateway(callersAt("http://127.0.0.1:9"), async (gateway) => {
    const headers = { ...(await signedIn("alice", { nbf: 4_000_000_000 })), "x-request-id": "request-1" };
    await gateway.ask("{ authToken { token } }", {}, headers);
    expect(auditOf(gateway)).toEqual([
      expect.objectContaining({
        requestId: "request-1",
        outcome: "UNAUTHENTICATED",
        reason: "claim check failed",
        claim: "nbf",
      }),
    ]);
  });
});

test.each([
  ["a token", mint, {}],
  ["a session", create, { input: { ...input, authToken: "t" } }],
])("the audit log tells that a client left before %s", async (_what, query, variables) => {
  const gone = new AbortController();
  let cancelled: () => void = () => {};
  const cancelling = new Promise<void>((resolve) => {
    cancelled = resolve;
  });
  const answer: Answer = (response) => {
    response.on("close", cancelled);
    gone.abort();
  };
  await withUpstream(answer, async ({ url }) => {
    await withGateway(callersAt(url), async (gateway) => {
      const headers = { "content-type": "application/json", ...(await signedIn("alice")), "x-request-id": "request-1" };
      const body = JSON.stringify({ query, variables });
      await expect(gateway.send("/graphql", { method: "POST", headers, body, signal: gone.signal })).rejects.toThrow();
      await cancelling;
      await gateway.ask("{ regions { code } }");
      const operation = query === mint ? "authToken" : "createSession";
      expect(auditOf(gateway)).toEqual([line({ operation, outcome: "CANCELLED" })]);
    });
  });
});

test("refusals are counted by their outcome", async () => {
  await withUpstream(amity, async ({ url }) => {
    await withGateway(callersAt(url), async ({ ask, send }) => {
      await ask(mint, { u: "bob" }, await signedIn("alice"));
      await ask(create, { input: { deviceId: "" } }, await signedIn("alice"));
      const { text } = await send("/metrics");
      expect(text).toContain('amity_issued_total{operation="authToken",outcome="FORBIDDEN"} 1');
      expect(text).toContain('amity_issued_total{operation="createSession",outcome="BAD_USER_INPUT"} 1');
    });
  });
});
