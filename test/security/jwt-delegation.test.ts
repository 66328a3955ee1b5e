import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Env } from "../../src/config/reader.js";
import { type Answered, errorOf, regionAt, withGateway } from "../support/gateway.js";
import { audience, bearer, type Claims, claimsOf, makeKey, type SigningKey, signToken } from "../support/tokens.js";
import { type Answer, likeAmity, type SeenRequest, withUpstream } from "../support/upstream.js";

const nowMs = Date.UTC(2026, 0, 1);
const issuer = "https://issuer.example";
const scope = "amity:mint:any";

let key: SigningKey;
beforeAll(async () => {
  key = await makeKey("HS256");
});

interface Scene {
  /** Asks with a token of alice that also says `claims`. */
  readonly askAs: (claims: Claims, query: string, variables?: object) => Promise<Answered>;
  /** What Amity got. */
  readonly seen: readonly SeenRequest[];
}

/** A gateway before an Amity of its own, which opens any session. */
function withScene(env: Env, use: (scene: Scene) => Promise<void>): Promise<void> {
  return withUpstream(openAnySession, ({ url, seen }) => {
    const settings = {
      ...regionAt(url),
      AUTH_MODE: "jwt",
      AUTH_JWT_ISSUER: issuer,
      AUTH_JWT_AUDIENCE: audience,
      AUTH_JWT_SECRET: key.text,
      RATE_LIMIT_USER: "0",
      RATE_LIMIT_FAILED_AUTH: "0",
      ...env,
    };
    return withGateway({ env: settings, now: () => nowMs }, ({ ask }) =>
      use({
        askAs: async (claims, query, variables) =>
          ask(query, variables, bearer(await signToken(key, claimsOf(issuer, nowMs, claims)))),
        seen,
      }),
    );
  });
}

const openAnySession: Answer = (response, request) => {
  const userId = request.url.includes("/sessions") ? JSON.parse(request.body).userId : "";
  likeAmity({ accessToken: "access-1", users: [{ userId }] })(response, request);
};

function expectForbidden(answered: Answered, seen: readonly SeenRequest[]): void {
  expect([answered.status, answered.headers.get("www-authenticate")]).toEqual([
    403,
    'Bearer error="insufficient_scope"',
  ]);
  expect(errorOf(answered).extensions.code).toBe("FORBIDDEN");
  expect(answered.body.data).toBeUndefined();
  expect(seen).toEqual([]);
}

/** Tries each variant of claims on one gateway; nothing is ever sent. */
async function expectAllForbidden(
  { askAs, seen }: Scene,
  variants: Record<string, Claims>,
  query: string,
  variables: object = {},
): Promise<void> {
  for (const [variant, claims] of Object.entries(variants)) {
    const answered = await askAs(claims, query, variables);
    expect([variant, answered.status]).toEqual([variant, 403]);
    expectForbidden(answered, seen);
  }
}

const forBob = '{ authToken(userId: "bob") { userId } }';
const create = "mutation ($input: CreateSessionInput!) { createSession(input: $input) { userId } }";

describe("another user's id", () => {
  test("is forbidden however much it looks alike", async () => {
    await withScene({}, async ({ askAs, seen }) => {
      for (const [sub, userId] of [
        ["\u00e9", "e\u0301"],
        ["e\u0301", "\u00e9"],
        ["file", "\ufb01le"],
        ["\u0131", "i"],
        ["alice", "alic\u0435"],
        ["alice", "alice\u200b"],
        ["alice", "Alice"],
        ["alice", ""],
      ]) {
        const query = "query ($userId: ID) { authToken(userId: $userId) { token } }";
        const answered = await askAs({ sub }, query, { userId });
        expect([sub, userId, answered.status]).toEqual([sub, userId, 403]);
        expectForbidden(answered, seen);
      }
    });
  });
});

describe("AUTH_DELEGATE_SCOPE", () => {
  const env = { AUTH_DELEGATE_SCOPE: scope };
  const granting: Record<string, Claims> = {
    "as the scope": { scope },
    "among scopes": { scope: `openid ${scope} profile` },
    "in a list of scopes": { scope: ["openid", scope] },
    "in scp": { scp: ["openid", scope] },
    "in scp as a text": { scp: `openid ${scope}` },
    "in roles": { roles: ["user", scope] },
  };
  test("lets its holder act for others", async () => {
    await withScene(env, async ({ askAs }) => {
      for (const [variant, claims] of Object.entries(granting)) {
        const { body } = await askAs(claims, forBob);
        expect([variant, body]).toEqual([variant, { data: { authToken: { userId: "bob" } } }]);
      }
    });
  });

  test("lets its holder open another's session", async () => {
    await withScene(env, async ({ askAs }) => {
      const { body } = await askAs({ scope }, create, { input: { userId: "bob", deviceId: "d" } });
      expect(body).toEqual({ data: { createSession: { userId: "bob" } } });
    });
  });

  const lacking: Record<string, Claims> = {
    absent: {},
    longer: { scope: `${scope}thing` },
    shorter: { scope: "amity:mint" },
    "in capitals": { scope: scope.toUpperCase() },
    "joined by a comma": { scope: `openid,${scope}` },
    "joined by a tab": { scope: `openid\t${scope}` },
    "a list in a list": { scope: [[scope]] },
    "in a list's text": { roles: [`user ${scope}`] },
    "a property": { scope: { [scope]: true } },
    "in another claim": { permissions: [scope], scopes: scope, groups: [scope] },
    "a star": { scope: "*", roles: ["*", "admin"] },
  };
  test("lets nobody without it act for others", async () => {
    await withScene(env, async (scene) => expectAllForbidden(scene, lacking, forBob));
  });

  test("has no default for tokens", async () => {
    await withScene({}, async ({ askAs, seen }) => {
      expectForbidden(await askAs({ scope, scp: [scope], roles: [scope, "undefined", ""] }, forBob), seen);
    });
  });

  test("may have any name", async () => {
    await withScene({ AUTH_DELEGATE_SCOPE: "https://app.example/mint" }, async ({ askAs }) => {
      expect((await askAs({ roles: ["https://app.example/mint"] }, forBob)).status).toBe(200);
    });
  });

  test("leaves its holder's own user the default", async () => {
    await withScene(env, async ({ askAs }) => {
      const { body } = await askAs({ scope }, "{ authToken { userId } }");
      expect(body).toEqual({ data: { authToken: { userId: "alice" } } });
    });
  });

  test("makes no unusable user id usable", async () => {
    await withScene(env, async ({ askAs, seen }) => {
      const answered = await askAs({ scope }, '{ authToken(userId: "a\\u0000") { token } }');
      expect(errorOf(answered).extensions.code).toBe("BAD_USER_INPUT");
      expect(seen).toEqual([]);
    });
  });
});

describe("AUTH_DISPLAY_NAME_CLAIM", () => {
  const env = { AUTH_DISPLAY_NAME_CLAIM: "name" };

  /** The name that Amity was given with the session; undefined when none. */
  function nameSent(seen: readonly SeenRequest[]): unknown {
    const session = seen.find(({ url }) => url.includes("/sessions"));
    if (!session) throw new Error("no session was asked for");
    return JSON.parse(session.body).displayName;
  }

  test.each([
    ["absent", {}],
    ["null", { displayName: null }],
    ["the same", { displayName: "Alice" }],
  ])("gives the name when the input's is %s", async (_what, given) => {
    await withScene(env, async ({ askAs, seen }) => {
      const { status } = await askAs({ name: "Alice" }, create, { input: { deviceId: "d", ...given } });
      expect([status, nameSent(seen)]).toEqual([200, "Alice"]);
    });
  });

  test("forbids its owner every other name", async () => {
    await withScene(env, async (scene) => {
      for (const displayName of ["Admin", "alice", "Alice ", "", "Alic\u0435"]) {
        await expectAllForbidden(scene, { [displayName]: { name: "Alice" } }, create, {
          input: { deviceId: "d", displayName },
        });
      }
    });
  });

  test("forbids another name beside a good session", async () => {
    await withScene(env, async ({ askAs, seen }) => {
      const query =
        'mutation { a: createSession(input: { deviceId: "d" }) { userId } b: createSession(input: { userId: "alice", deviceId: "e", displayName: "Admin" }) { userId } }';
      expectForbidden(await askAs({ name: "Alice" }, query), seen);
    });
  });

  const unusable: Record<string, Claims> = {
    absent: {},
    "a number": { name: 42 },
    empty: { name: "" },
    "too long": { name: "a".repeat(101) },
    "a control character": { name: "Al\u0000ice" },
    "a list": { name: ["Alice"] },
  };
  test.each(Object.entries(unusable))("that is %s gives no name", async (_what, claims) => {
    await withScene(env, async ({ askAs, seen }) => {
      const { status } = await askAs(claims, create, { input: { deviceId: "d" } });
      expect([status, nameSent(seen)]).toEqual([200, undefined]);
    });
  });

  test("that is not usable forbids every name", async () => {
    await withScene(env, async (scene) => {
      await expectAllForbidden(scene, unusable, create, { input: { deviceId: "d", displayName: "Admin" } });
    });
  });

  test("lets a delegate name another user", async () => {
    await withScene({ ...env, AUTH_DELEGATE_SCOPE: scope }, async ({ askAs, seen }) => {
      const input = { userId: "bob", deviceId: "d", displayName: "Bob" };
      expect((await askAs({ name: "Alice", scope }, create, { input })).status).toBe(200);
      expect(nameSent(seen)).toBe("Bob");
    });
  });

  test("never gives a delegate's name to another", async () => {
    await withScene({ ...env, AUTH_DELEGATE_SCOPE: scope }, async ({ askAs, seen }) => {
      const input = { userId: "bob", deviceId: "d" };
      expect((await askAs({ name: "Alice", scope }, create, { input })).status).toBe(200);
      expect(nameSent(seen)).toBeUndefined();
    });
  });

  test("binds a delegate's own name too", async () => {
    await withScene({ ...env, AUTH_DELEGATE_SCOPE: scope }, async ({ askAs, seen }) => {
      const input = { userId: "alice", deviceId: "d", displayName: "Admin" };
      expectForbidden(await askAs({ name: "Alice", scope }, create, { input }), seen);
    });
  });

  test("that is unset lets callers choose", async () => {
    await withScene({}, async ({ askAs, seen }) => {
      const input = { deviceId: "d", displayName: "Anybody" };
      expect((await askAs({ name: "Alice" }, create, { input })).status).toBe(200);
      expect(nameSent(seen)).toBe("Anybody");
    });
  });
});

test("a token's user may be too long for a session", async () => {
  await withScene({}, async ({ askAs, seen }) => {
    const answered = await askAs({ sub: "a".repeat(51) }, create, { input: { deviceId: "d" } });
    expect(errorOf(answered).extensions.code).toBe("BAD_USER_INPUT");
    expect(seen).toEqual([]);
  });
});
