import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { callersAt, signedIn } from "../support/callers.js";
import { testClock } from "../support/clock.js";
import { deferred } from "../support/deferred.js";
import { errorOf, regionAt, type TestGateway, withGateway } from "../support/gateway.js";
import { hostileIds } from "../support/hostile-ids.js";
import { type Answer, always, type Upstream, withUpstream } from "../support/upstream.js";

const accessToken = "canary-access-token";
const status = "query ($t: String!) { sessionStatus(accessToken: $t) { state checkedAt userId } }";
const revoke = "mutation ($t: String!) { revokeSession(input: { accessToken: $t }) { revoked } }";
const revokeAll = "mutation ($u: ID) { revokeUserSessions(input: { userId: $u }) { revoked } }";
const variables = { t: accessToken, u: "alice" };

const adminEnv = { AMITY_EU_ADMIN_TOKEN: "canary-admin-token" };
const success: Answer = always(200, '{"success":true}');
const dead: Answer = always(401, '{"status":"error","code":400100,"message":"Unauthorized"}');
const unknownUser: Answer = always(404, '{"status":"error","code":400400,"message":"userId Not Found."}');

async function withBoth(
  answer: Answer,
  use: (gateway: TestGateway, upstream: Upstream) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  await withUpstream(answer, (upstream) =>
    withGateway({ env: regionAt(upstream.url, { ...adminEnv, ...env }), random: () => 0 }, (gateway) =>
      use(gateway, upstream),
    ),
  );
}

/** What a route gets: exactly this request, and this credential alone. */
const requests: [string, string, string, object, Record<string, string>][] = [
  ["sessionStatus", status, "GET /api/v3/sessions", { authorization: `Bearer ${accessToken}` }, {}],
  ["revokeSession", revoke, "DELETE /api/v4/sessions", { authorization: `Bearer ${accessToken}` }, {}],
  [
    "revokeUserSessions",
    revokeAll,
    "DELETE /api/v4/sessions/users/alice",
    { authorization: "Bearer canary-admin-token" },
    {},
  ],
  [
    "revokeUserSessions by the other header",
    revokeAll,
    "DELETE /api/v4/sessions/users/alice",
    { "x-admin-token": "canary-admin-token" },
    { AMITY_ADMIN_AUTH: "x-admin-token" },
  ],
];

test.each(requests)("%s sends exactly the documented request", async (_field, query, line, credential, env) => {
  await withBoth(
    success,
    async ({ ask }, { url, seen }) => {
      expect((await ask(query, variables)).body.errors).toBeUndefined();
      expect(seen.map(({ method, url: path, body }) => [`${method} ${path}`, body])).toEqual([[line, ""]]);
      const { "content-length": length, ...headers } = seen[0]?.headers ?? {};
      expect([undefined, "0"]).toContain(length);
      expect(headers).toEqual({
        accept: "application/json, text/plain",
        "accept-encoding": "identity",
        connection: "keep-alive",
        host: new URL(url).host,
        "user-agent": "amity-graphql/2.0.0",
        ...credential,
      });
    },
    env,
  );
});

test("the admin token goes to no other route", async () => {
  const answer: Answer = (response, { url }) => {
    const session = { accessToken: "a", users: [{ userId: "alice" }] };
    always(200, JSON.stringify(url.includes("/authentication/") ? "a-token" : session))(response, { url } as never);
  };
  await withBoth(answer, async ({ ask }, { seen }) => {
    await ask('{ authToken(userId: "alice") { token } }');
    await ask('mutation { createSession(input: { userId: "alice", deviceId: "d" }) { userId } }');
    await ask(status, variables);
    await ask(revoke, variables);
    expect(seen).toHaveLength(5);
    expect(JSON.stringify(seen)).not.toContain("canary-admin-token");
  });
});

test.each([...hostileIds, ".", "..", "%2e", "a/b"])("the user id %j reaches Amity exactly", async (userId) => {
  await withBoth(success, async ({ ask }, { seen }) => {
    expect((await ask(revokeAll, { u: userId })).body.data.revokeUserSessions).toEqual({ revoked: true });
    const { pathname, searchParams } = new URL(seen[0]?.url ?? "", "http://amity.example");
    const inPath = /^\/api\/v4\/sessions\/users\/([^/]+)$/.exec(pathname)?.[1];
    expect(inPath === undefined ? searchParams.get("userId") : decodeURIComponent(inPath)).toBe(userId);
  });
});

test("an admin token from a file follows it", async () => {
  const clock = testClock();
  const path = join(await mkdtemp(join(tmpdir(), "amity-graphql-")), "admin-token");
  await writeFile(path, "canary-admin-token-1\n");
  await withUpstream(success, async ({ url, seen }) => {
    const env = regionAt(url, { AMITY_EU_ADMIN_TOKEN_FILE: path });
    await withGateway({ env, ...clock }, async ({ ask }) => {
      await ask(revokeAll, variables);
      await writeFile(path, "canary-admin-token-2\n");
      clock.advance(1_000);
      await ask(revokeAll, variables);
    });
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer canary-admin-token-1",
      "Bearer canary-admin-token-2",
    ]);
  });
});

/** An access token like those that SDK 7.20 reads. */
const tokenOf = (payload: unknown) => `e30.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.c2ln`;

describe("sessionStatus", () => {
  test.each<[string, Answer, string]>([
    ["a 200", always(200, '{"lastCachePurge":"2026-01-01T00:00:00Z"}'), "ACTIVE"],
    ["a 200 without anything", always(200, "{}"), "ACTIVE"],
    ["a 401", dead, "INVALID"],
    ["a 401 in text", always(401, "Unauthorized"), "INVALID"],
    ["a 404 of Amity's", always(404, '{"code":400400}'), "INVALID"],
    ["a global ban", always(403, '{"code":400312}'), "BANNED"],
    ["a 403 without a body", always(403, ""), "BANNED"],
    ["a system ban", always(401, '{"code":400100,"message":"User is banned from the system."}'), "BANNED"],
  ])("reads %s as a state", async (_what, answer, state) => {
    await withBoth(answer, async ({ ask }) => {
      const { body } = await ask(status, { t: tokenOf({ user: { publicUserId: "alice" } }) });
      const userId = state === "ACTIVE" ? "alice" : null;
      expect(body.data.sessionStatus).toEqual({ state, userId, checkedAt: expect.any(String) });
    });
  });

  test.each<[string, string, string | null]>([
    ["the public id", tokenOf({ user: { userId: "internal", publicUserId: "alice" } }), "alice"],
    ["the only id", tokenOf({ user: { userId: "alice" } }), "alice"],
    ["no id of another kind", tokenOf({ user: { userId: 7 } }), null],
    ["no id that is none", tokenOf({ user: { publicUserId: "a\u0000" } }), null],
    ["nobody without claims", tokenOf(null), null],
    ["nobody in an opaque token", "opaque", null],
  ])("names %s", async (_what, t, userId) => {
    await withBoth(always(200, "{}"), async ({ ask }) => {
      expect((await ask(status, { t })).body.data.sessionStatus.userId).toBe(userId);
    });
  });
});

describe("a revocation", () => {
  test.each<[string, string, Answer, boolean]>([
    ["a live token", revoke, success, true],
    ["a dead token", revoke, dead, false],
    ["a session that is not found", revoke, always(404, '{"code":400400,"message":"Session Not Found."}'), false],
    ["a user with sessions", revokeAll, success, true],
    ["a user whom Amity does not know", revokeAll, unknownUser, false],
  ])("of %s tells whether there was anything", async (_what, query, answer, revoked) => {
    await withBoth(answer, async ({ ask }) => {
      const { body } = await ask(query, variables);
      expect(body).toEqual({ data: { [query === revoke ? "revokeSession" : "revokeUserSessions"]: { revoked } } });
    });
  });

  test.each<[string, string, Answer, string]>([
    ["another page's 404 for a user", revokeAll, always(404, "Not Found"), "UPSTREAM_REJECTED"],
    ["another page's 404 for a token", revoke, always(404, "<html>"), "UPSTREAM_BAD_RESPONSE"],
    ["a proxy's page for a token", revoke, always(401, "<html>sign in</html>"), "UPSTREAM_BAD_RESPONSE"],
    ["a refused admin token", revokeAll, always(401, "Unauthorized"), "UPSTREAM_AUTH_FAILED"],
    ["a forbidden admin token", revokeAll, always(403, '{"code":400300}'), "UPSTREAM_AUTH_FAILED"],
    ["a banned user's token", revoke, always(403, '{"code":400312}'), "USER_BANNED"],
  ])("is an error for %s", async (_what, query, answer, code) => {
    await withBoth(answer, async ({ ask }) => {
      expect(errorOf(await ask(query, variables)).extensions.code).toBe(code);
    });
  });

  test("whose answer was lost counts as done when the token is dead at the next try", async () => {
    let tries = 0;
    const answer: Answer = (response, request) => {
      if (++tries === 1) response.destroy();
      else dead(response, request);
    };
    await withBoth(answer, async ({ ask, send }) => {
      expect((await ask(revoke, variables)).body.data.revokeSession).toEqual({ revoked: true });
      expect(tries).toBe(2);
      expect((await send("/metrics")).text).toContain(
        'amity_credentials_refused_total{reason="access token refused"} 0',
      );
    });
  });

  test("that Amity put off counts as none when the token is dead at the next try", async () => {
    let tries = 0;
    const answer: Answer = (response, request) => (++tries === 1 ? always(503, "") : dead)(response, request);
    await withBoth(answer, async ({ ask }) => {
      expect((await ask(revoke, variables)).body.data.revokeSession).toEqual({ revoked: false });
    });
  });
});

describe.each<[string, string, Answer]>([
  ["sessionStatus", status, always(200, "{}")],
  ["revokeSession", revoke, success],
  ["revokeUserSessions", revokeAll, success],
])("%s", (field, query, fine) => {
  /** For what takes all the time there is. The rest ends by itself, on a busy machine later. */
  const quick = { UPSTREAM_ATTEMPT_TIMEOUT_MS: "150", UPSTREAM_TIMEOUT_MS: "400" };

  test.each<[string, Answer, string]>([
    ["a redirect", always(302, "", { location: "http://127.0.0.1:1/" }), "UPSTREAM_BAD_RESPONSE"],
    ["an odd success", always(204, ""), "UPSTREAM_BAD_RESPONSE"],
    ["a page", always(200, "<html>maintenance</html>"), "UPSTREAM_BAD_RESPONSE"],
    ["a word", always(200, '"fine"'), "UPSTREAM_BAD_RESPONSE"],
    ["a list", always(200, "[]"), "UPSTREAM_BAD_RESPONSE"],
    ["too large a body", always(200, "{}".padEnd(262_145)), "UPSTREAM_BAD_RESPONSE"],
    ["parameter errors", always(422, '{"code":500000,"data":{"detail":["x"]}}'), "UPSTREAM_REJECTED"],
    ["a rate limit", always(429, '{"code":400311}', { "retry-after": "30" }), "UPSTREAM_RATE_LIMITED"],
    ["a server error", always(500, ""), "UPSTREAM_UNAVAILABLE"],
    ["a reset", (response) => response.destroy(), "UPSTREAM_UNAVAILABLE"],
    ["no answer", () => {}, "UPSTREAM_TIMEOUT"],
  ])("gives a code for %s and goes on", async (_what, fault, code) => {
    let broken = true;
    const answer: Answer = (response, request) => (broken ? fault : fine)(response, request);
    await withBoth(
      answer,
      async ({ ask }) => {
        const answered = await ask(query, variables);
        expect(errorOf(answered).extensions.code).toBe(code);
        expect(answered.body.data).toBeNull();
        broken = false;
        expect((await ask(query, variables)).body.data[field]).toBeTruthy();
      },
      code === "UPSTREAM_TIMEOUT" ? quick : {},
    );
  });

  test("is tried again after an outage of one answer", async () => {
    let tries = 0;
    const answer: Answer = (response, request) => (++tries === 1 ? always(502, "") : fine)(response, request);
    await withBoth(answer, async ({ ask }) => {
      expect((await ask(query, variables)).body.errors).toBeUndefined();
      expect(tries).toBe(2);
    });
  });

  test("sends nothing to a region that is not configured", async () => {
    await withBoth(fine, async ({ ask }, { seen }) => {
      const inUs = query.replace("accessToken: $t", "accessToken: $t, region: US").replace("$u }", "$u, region: US }");
      expect(errorOf(await ask(inUs, variables)).extensions.code).toBe("REGION_NOT_CONFIGURED");
      expect(seen).toEqual([]);
    });
  });
});

test("without an admin token sessions of a user are not ended", async () => {
  await withUpstream(success, async ({ url, seen }) => {
    await withGateway({ env: regionAt(url) }, async ({ ask }) => {
      expect(errorOf(await ask(revokeAll, variables))).toMatchObject({
        message: "This gateway holds no admin token for the region",
        extensions: { code: "ADMIN_NOT_CONFIGURED", retryable: false },
      });
    });
    expect(seen).toEqual([]);
  });
});

test.each(["", "a b", "line\nend", "\u00e9", "x".repeat(8_193)])(
  "an access token that cannot be sent is refused before any call (%#)",
  async (t) => {
    await withBoth(success, async ({ ask }, { seen }) => {
      for (const [query, place] of [
        [status, "accessToken"],
        [revoke, "input.accessToken"],
      ] as const) {
        const { message, extensions } = errorOf(await ask(query, { t }));
        expect([extensions.code, message.startsWith(`${place} must `)]).toEqual(["BAD_USER_INPUT", true]);
      }
      expect(seen).toEqual([]);
    });
  },
);

describe("a dead access token", () => {
  test.each([
    ["sessionStatus", status],
    ["revokeSession", revoke],
  ])("counts in %s like a refused credential", async (_field, query) => {
    await withBoth(
      dead,
      async ({ ask, send }) => {
        const asked = async () => {
          const { status: http, body } = await ask(query, variables);
          return [http, body.errors?.[0].extensions.code];
        };
        expect([await asked(), await asked(), await asked()]).toEqual([
          [200, undefined],
          [200, undefined],
          [429, "RATE_LIMITED"],
        ]);
        const { text } = await send("/metrics");
        expect(text).toContain('amity_credentials_refused_total{reason="access token refused"} 3');
      },
      { RATE_LIMIT_FAILED_AUTH: "2" },
    );
  });

  test("shares its limit with refused credentials", async () => {
    await withUpstream(dead, async ({ url }) => {
      await withGateway(callersAt(url, { RATE_LIMIT_FAILED_AUTH: "1" }), async ({ ask }) => {
        expect((await ask(status, variables, await signedIn("alice"))).body.errors).toBeUndefined();
        const refused = await ask("{ regions { code } }", {}, { authorization: "Bearer nonsense" });
        expect(errorOf(refused).extensions.code).toBe("RATE_LIMITED");
      });
    });
  });
});

describe("revokeUserSessions", () => {
  const mint = "query ($u: ID) { authToken(userId: $u) { token } }";

  /** Mints token-1, token-2 and so on, and ends sessions. */
  function minting(): Answer {
    let count = 0;
    return (response, request) => {
      if (request.url.includes("/authentication/")) response.end(`"token-${++count}"`);
      else success(response, request);
    };
  }

  test("forgets reused tokens of the user and of nobody else", async () => {
    await withBoth(
      minting(),
      async ({ ask }) => {
        const token = async (u: string) => (await ask(mint, { u })).body.data.authToken.token;
        expect([await token("alice"), await token("bob"), await token("alice")]).toEqual([
          "token-1",
          "token-2",
          "token-1",
        ]);
        await ask(revokeAll, variables);
        expect([await token("alice"), await token("bob")]).toEqual(["token-3", "token-2"]);
      },
      { TOKEN_REUSE_SECONDS: "420" },
    );
  });

  test("lets nobody share a mint that was under way, nor keeps its token", async () => {
    const [held, arrived] = [deferred<void>(), deferred<void>()];
    const mints = minting();
    let isFirst = true;
    const answer: Answer = (response, request) => {
      if (!isFirst) return mints(response, request);
      isFirst = false;
      arrived.resolve();
      void held.promise.then(() => mints(response, request));
    };
    await withBoth(
      answer,
      async ({ ask }) => {
        const token = async () => (await ask(mint, variables)).body.data.authToken.token;
        const before = token();
        await arrived.promise;
        await ask(revokeAll, variables);
        expect(await token()).toBe("token-1");
        held.resolve();
        expect(await before).toBe("token-2");
        expect(await token()).toBe("token-1");
      },
      { TOKEN_REUSE_SECONDS: "420" },
    );
  });

  test("takes no id that a session could not have", async () => {
    await withBoth(success, async ({ ask }, { seen }) => {
      expect(errorOf(await ask(revokeAll, { u: "x".repeat(51) })).message).toBe(
        "input.userId must have at most 50 characters",
      );
      expect(seen).toEqual([]);
    });
  });
});
