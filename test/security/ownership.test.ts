import { describe, expect, test } from "@jest/globals";
import { buildGraphQLSchema } from "../../src/graphql/build-schema.js";
import { callersAt, signedIn } from "../support/callers.js";
import { errorOf, withGateway } from "../support/gateway.js";
import { always, likeAmity, type Upstream, withUpstream } from "../support/upstream.js";

const session = { accessToken: "a", users: [{ userId: "alice" }, { userId: "bob" }] };

async function withCallers(
  use: (ask: Parameters<Parameters<typeof withGateway>[1]>[0]["ask"], upstream: Upstream) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  await withUpstream(likeAmity(session), async (upstream) => {
    await withGateway(callersAt(upstream.url, env), ({ ask }) => use(ask, upstream));
  });
}

/** Ways for alice to ask for bob's token or session. */
const attempts: [string, string, object?][] = [
  ["directly", '{ authToken(userId: "bob") { token } }'],
  ["beside her own by alias", '{ own: authToken { token } other: authToken(userId: "bob") { token } }'],
  ["beside public fields", '{ regions { code } authToken(userId: "bob") { token } }'],
  ["by a variable", "query ($u: ID) { authToken(userId: $u) { token } }", { u: "bob" }],
  ["by a variable's default", 'query ($u: ID = "bob") { authToken(userId: $u) { token } }'],
  ["by a fragment", 'query { ...f } fragment f on Query { authToken(userId: "bob") { token } }'],
  [
    "by nested fragments",
    '{ ...f } fragment f on Query { ... { ...g } } fragment g on Query { authToken(userId: "bob") { token } }',
  ],
  ["by an inline fragment", '{ ... on Query @include(if: true) { authToken(userId: "bob") { token } } }'],
  ["by a directive that is off", '{ authToken(userId: "bob") @skip(if: false) { token } }'],
  [
    "by a directive's variable",
    'query ($s: Boolean!) { authToken(userId: "bob") @skip(if: $s) { token } }',
    { s: false },
  ],
  ["in another letter case", '{ authToken(userId: "Alice") { token } }'],
  ["with a trailing space", '{ authToken(userId: "alice ") { token } }'],
  ["with a zero-width character", '{ authToken(userId: "alice\\u200b") { token } }'],
  ["by a number", "{ authToken(userId: 42) { token } }"],
  ["in a session", 'mutation { createSession(input: { userId: "bob", deviceId: "d" }) { accessToken } }'],
  [
    "after her own session",
    'mutation { a: createSession(input: { deviceId: "d" }) { accessToken } b: createSession(input: { userId: "bob", deviceId: "d" }) { accessToken } }',
  ],
  [
    "in a session by a nested variable",
    'mutation ($u: ID) { createSession(input: { userId: $u, deviceId: "d" }) { accessToken } }',
    { u: "bob" },
  ],
  ["by ending sessions", 'mutation { revokeUserSessions(input: { userId: "bob" }) { revoked } }'],
  [
    "after ending her own sessions",
    'mutation { a: revokeUserSessions(input: {}) { revoked } b: revokeUserSessions(input: { userId: "bob" }) { revoked } }',
  ],
  ["by changing them", 'mutation { upsertUser(input: { userId: "bob" }) { userId } }'],
  ["by changing herself", 'mutation { upsertUser(input: { userId: "alice" }) { userId } }'],
  [
    "after ending her own sessions, by changing them",
    'mutation { a: revokeUserSessions(input: {}) { revoked } b: upsertUser(input: { userId: "bob", roles: ["admin"] }) { userId } }',
  ],
  [
    "with a stolen token",
    'mutation { createSession(input: { userId: "bob", deviceId: "d", authToken: "stolen" }) { accessToken } }',
  ],
];

describe("a session whose token is held", () => {
  test.each([
    ["is looked at", '{ sessionStatus(accessToken: "of-bob") { state } }'],
    ["is ended", 'mutation { revokeSession(input: { accessToken: "of-bob" }) { revoked } }'],
  ])("%s for any caller", async (_what, query) => {
    await withUpstream(always(200, '{"success":true}'), async ({ url, seen }) => {
      await withGateway(callersAt(url), async ({ ask }) => {
        expect((await ask(query, {}, await signedIn("alice"))).body.errors).toBeUndefined();
      });
      expect(seen.map(({ headers }) => headers.authorization)).toEqual(["Bearer of-bob"]);
    });
  });
});

describe("somebody else's token", () => {
  test.each(attempts.map(([how, query, variables = {}]) => [how, query, variables] as const))(
    "asked for %s is forbidden and nothing sent",
    async (_how, query, variables) => {
      await withCallers(async (ask, { seen }) => {
        const answered = await ask(query, variables, await signedIn("alice"));
        expect(answered.status).toBe(403);
        expect(answered.headers.get("www-authenticate")).toBe('Bearer error="insufficient_scope"');
        expect(errorOf(answered).extensions).toMatchObject({ code: "FORBIDDEN", retryable: false });
        expect(answered.body).not.toHaveProperty("data");
        expect(seen).toEqual([]);
      });
    },
  );

  test("skipped by a directive hinders nothing", async () => {
    await withCallers(async (ask) => {
      const { body } = await ask(
        'query ($s: Boolean!) { own: authToken { userId } other: authToken(userId: "bob") @skip(if: $s) { userId } }',
        { s: true },
        await signedIn("alice"),
      );
      expect(body).toEqual({ data: { own: { userId: "alice" } } });
    });
  });

  test("differs by Unicode normalisation alone", async () => {
    await withCallers(async (ask, { seen }) => {
      const answered = await ask(
        "query ($u: ID) { authToken(userId: $u) { token } }",
        { u: "e\u0301" },
        await signedIn("\u00e9"),
      );
      expect(errorOf(answered).extensions.code).toBe("FORBIDDEN");
      expect(seen).toEqual([]);
    });
  });

  test("is given to a holder of the delegate scope", async () => {
    await withCallers(async (ask) => {
      const headers = await signedIn("backend", { scope: "openid amity:mint:any" });
      expect((await ask('{ authToken(userId: "bob") { userId } }', {}, headers)).body.data.authToken.userId).toBe(
        "bob",
      );
    });
  });
});

describe("one's own token", () => {
  test("needs no user id", async () => {
    await withCallers(async (ask, { seen }) => {
      const { body } = await ask("{ authToken { userId } }", {}, await signedIn("alice"));
      expect(body).toEqual({ data: { authToken: { userId: "alice" } } });
      expect(seen.map(({ body: sent }) => sent)).toEqual(['{"userId":"alice"}']);
    });
  });

  test("may be asked for by name", async () => {
    await withCallers(async (ask) => {
      const { body } = await ask('{ authToken(userId: "alice") { userId } }', {}, await signedIn("alice"));
      expect(body.errors).toBeUndefined();
    });
  });

  test("opens one's own session by default", async () => {
    await withCallers(async (ask, { seen }) => {
      await ask('mutation { createSession(input: { deviceId: "d" }) { accessToken } }', {}, await signedIn("alice"));
      expect(JSON.parse(seen[1]?.body ?? "")).toEqual({ userId: "alice", deviceId: "d", authToken: "token-1" });
    });
  });
});

describe("without a credential", () => {
  const roots = Object.values(buildGraphQLSchema().getTypeMap());
  const closed = ["Query", "Mutation"].flatMap((name) => {
    const type = roots.find((candidate) => candidate.name === name);
    return type && "getFields" in type
      ? Object.keys(type.getFields()).filter(
          (field) => !/^(?:regions?|visitorSignature|createVisitorSession)$/.test(field),
        )
      : [];
  });
  const operations: Record<string, string> = {
    authToken: '{ authToken(userId: "alice") { token } }',
    createSession: 'mutation { createSession(input: { userId: "alice", deviceId: "d" }) { accessToken } }',
    sessionStatus: '{ sessionStatus(accessToken: "a") { state } }',
    revokeSession: 'mutation { revokeSession(input: { accessToken: "a" }) { revoked } }',
    revokeUserSessions: 'mutation { revokeUserSessions(input: { userId: "alice" }) { revoked } }',
    user: '{ user(userId: "alice") { userId } }',
    users: '{ users(userIds: ["alice"]) { userId } }',
    upsertUser: 'mutation { upsertUser(input: { userId: "alice" }) { userId } }',
  };

  test.each(closed)("the root field %s is 401", async (field) => {
    await withCallers(async (ask, { seen }) => {
      const answered = await ask(operations[field] ?? `{ ${field} }`);
      expect([answered.status, errorOf(answered).extensions.code]).toEqual([401, "UNAUTHENTICATED"]);
      expect(answered.headers.get("www-authenticate")).toBe("Bearer");
      expect(seen).toEqual([]);
    });
  });

  test("regions and __typename are open", async () => {
    await withCallers(async (ask) => {
      const { body } = await ask("{ __typename regions { code } region(code: EU) { isConfigured } }");
      expect(body.data).toMatchObject({ __typename: "Query", region: { isConfigured: true } });
    });
  });

  test("with a bad one even regions are 401", async () => {
    await withCallers(async (ask) => {
      const answered = await ask("{ regions { code } }", {}, { authorization: "Bearer nonsense" });
      expect(answered.status).toBe(401);
      expect(answered.headers.get("www-authenticate")).toBe('Bearer error="invalid_token"');
    });
  });
});

describe("a display name that the token gives", () => {
  const env = { AUTH_DISPLAY_NAME_CLAIM: "name" };
  const create = 'mutation ($n: String) { createSession(input: { deviceId: "d", displayName: $n }) { accessToken } }';

  test.each([null, "Alice"])("is registered when the caller sends %p", async (n) => {
    await withCallers(async (ask, { seen }) => {
      await ask(create, { n }, await signedIn("alice", { name: "Alice" }));
      expect(JSON.parse(seen[1]?.body ?? "").displayName).toBe("Alice");
    }, env);
  });

  test("cannot be replaced by another", async () => {
    await withCallers(async (ask, { seen }) => {
      const answered = await ask(create, { n: "Admin" }, await signedIn("alice", { name: "Alice" }));
      expect(errorOf(answered).extensions.code).toBe("FORBIDDEN");
      expect(seen).toEqual([]);
    }, env);
  });

  test("cannot be made up where it is missing", async () => {
    await withCallers(async (ask) => {
      const answered = await ask(create, { n: "Admin" }, await signedIn("alice"));
      expect(errorOf(answered).extensions.code).toBe("FORBIDDEN");
    }, env);
  });
});

describe("introspection", () => {
  const query = '{ __schema { queryType { name } } __type(name: "Region") { name } }';

  test("in production is for signed-in callers", async () => {
    await withCallers(
      async (ask) => {
        expect((await ask(query)).status).toBe(401);
        expect((await ask(query, {}, await signedIn("alice"))).body.data.__type.name).toBe("Region");
      },
      { NODE_ENV: "production" },
    );
  });

  test("in production may be opened or closed", async () => {
    await withCallers(
      async (ask) => {
        expect((await ask(query)).status).toBe(200);
      },
      { NODE_ENV: "production", INTROSPECTION: "on" },
    );
    await withCallers(
      async (ask) => {
        const answered = await ask(
          query,
          {},
          { ...(await signedIn("alice")), accept: "application/graphql-response+json" },
        );
        expect(answered.status).toBe(400);
      },
      { NODE_ENV: "production", INTROSPECTION: "off" },
    );
  });
});

test("names are suggested in development only", async () => {
  await withCallers(async (ask) => {
    expect((await ask("{ region(code: EU) { cod } }")).text).toContain("Did you mean");
  });
  await withCallers(
    async (ask) => {
      for (const query of ["{ regionz { code } }", "{ region(code: EV) { code } }", "{ region(cod: EU) { code } }"]) {
        expect((await ask(query)).text).not.toContain("Did you mean");
      }
      const answered = await ask("query ($c: RegionCode!) { region(code: $c) { code } }", { c: "EV" });
      expect(answered.text).not.toContain("Did you mean");
    },
    { NODE_ENV: "production" },
  );
});
