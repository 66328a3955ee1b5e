import { describe, expect, test } from "@jest/globals";
import type { RegionSettings } from "../../../src/amity/region.js";
import { RegionCode } from "../../../src/amity/regions.js";
import { AppError } from "../../../src/errors/app-error.js";
import { fixed } from "../../../src/system/reloading-file.js";
import { fullKeys, type Scene, type Setup, withClient } from "../../support/amity-client.js";
import { type Answer, always, type SeenRequest } from "../../support/upstream.js";

const { EU } = RegionCode;
const user = { userId: "alice" };
const session = { accessToken: "access", users: [user] };
const likeAmity: Answer = (response, { method, url }) => {
  const whole = { ...session, adminToken: "next-admin-token", success: method === "DELETE" };
  always(200, JSON.stringify(url.includes("/token") ? "minted-token" : whole))(response, {} as never);
};

/** Every call that a client can make. */
const callsOf = ({ client, limits }: Pick<Scene, "client" | "limits">) => ({
  mintAuthToken: () => client.mintAuthToken(EU, "alice", limits),
  createSession: () => client.createSession(EU, { userId: "alice", deviceId: "phone" }, limits, "minted"),
  createSessionWithAuthToken: () =>
    client.createSession(EU, { userId: "alice", deviceId: "phone", authToken: "own" }, limits),
  createVisitorSession: () => client.createVisitorSession(EU, visitor, limits),
  verifySession: () => client.verifySession(EU, "access", limits),
  revokeSession: () => client.revokeSession(EU, "access", limits),
  revokeUserSessions: () => client.revokeUserSessions(EU, "a/b", limits),
  rotateAdminToken: () => client.rotateAdminToken(EU, limits),
  listUsers: () => client.listUsers(EU, ["alice", "a/b"], limits),
  updateUser: () => client.updateUser(EU, { userId: "alice", displayName: "Alice" }, limits),
});
const visitor = { deviceId: "phone", authSignature: "signature", authSignatureExpiresAt: "2026-01-01T00:00:00.000Z" };
type Operation = keyof ReturnType<typeof callsOf>;
const operations = Object.keys(callsOf({} as never)) as Operation[];
/** What is done with the admin token. */
const adminOperations = ["revokeUserSessions", "rotateAdminToken", "listUsers", "updateUser"] as const;

/** What came of a call: its result, or its error's code. */
async function outcomeOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

describe("a call to Amity", () => {
  const json = "application/json";
  const cases: [Operation, Setup, string, object, unknown][] = [
    [
      "mintAuthToken",
      { tokenApi: "v3" },
      "GET /api/v3/authentication/token?userId=alice",
      { "x-server-key": "key-1" },
      "",
    ],
    [
      "mintAuthToken",
      { tokenApi: "v4" },
      "POST /api/v4/authentication/token",
      { "x-server-key": "key-1", "content-type": json },
      { userId: "alice" },
    ],
    ...(["v3", "v4", "v5"] as const).map((sessionApi): (typeof cases)[number] => [
      "createSession",
      { sessionApi },
      `POST /api/${sessionApi}/sessions`,
      { "x-api-key": "api-key", "content-type": json },
      { userId: "alice", deviceId: "phone", authToken: "minted" },
    ]),
    [
      "createSessionWithAuthToken",
      {},
      "POST /api/v4/sessions",
      { "x-api-key": "api-key", "content-type": json },
      { userId: "alice", deviceId: "phone", authToken: "own" },
    ],
    [
      "createVisitorSession",
      {},
      "POST /api/v5/sessions/visitor",
      { "x-api-key": "api-key", "content-type": json },
      visitor,
    ],
    ["verifySession", {}, "GET /api/v3/sessions", { authorization: "Bearer access" }, ""],
    ["revokeSession", {}, "DELETE /api/v4/sessions", { authorization: "Bearer access" }, ""],
    [
      "revokeUserSessions",
      { adminAuth: "bearer" },
      "DELETE /api/v4/sessions/users/a%2Fb",
      { authorization: "Bearer admin-token" },
      "",
    ],
    [
      "revokeUserSessions",
      { adminAuth: "x-admin-token" },
      "DELETE /api/v4/sessions/users/a%2Fb",
      { "x-admin-token": "admin-token" },
      "",
    ],
    ["rotateAdminToken", {}, "POST /api/v1/admin-token", { authorization: "Bearer admin-token" }, ""],
    [
      "listUsers",
      {},
      "GET /api/v3/users/list?userIds%5B%5D=alice&userIds%5B%5D=a%2Fb",
      { authorization: "Bearer admin-token" },
      "",
    ],
    [
      "updateUser",
      {},
      "PUT /api/v3/users",
      { authorization: "Bearer admin-token", "content-type": json },
      { userId: "alice", displayName: "Alice" },
    ],
  ];

  test.each(cases)("%s %j sends %s and nothing else", async (operation, setup, line, headers, body) => {
    await withClient(likeAmity, setup, async (scene) => {
      await callsOf(scene)[operation]();
      const usual = ["accept", "accept-encoding", "connection", "content-length", "host", "user-agent"];
      const sent = scene.seen.map((request) => ({
        line: `${request.method} ${request.url}`,
        headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => !usual.includes(name))),
        body: request.body && JSON.parse(request.body),
      }));
      expect(sent).toEqual([{ line, headers, body }]);
    });
  });

  test.each<[string, string | undefined, string | undefined, string | undefined]>([
    ["the client's own", "own", "minted", "own"],
    ["the gateway's", undefined, "minted", "minted"],
    ["no", undefined, undefined, undefined],
  ])("that opens a session takes %s auth token", async (_whose, authToken, minted, sent) => {
    await withClient(likeAmity, {}, async ({ client, limits, seen }) => {
      await client.createSession(EU, { userId: "alice", deviceId: "phone", authToken }, limits, minted);
      expect(JSON.parse(seen[0]?.body ?? "")).toEqual({ userId: "alice", deviceId: "phone", authToken: sent });
    });
  });

  test.each([".", ".."])("for the user %j takes no step in the path", async (userId) => {
    await withClient(likeAmity, {}, async ({ client, limits, seen }) => {
      expect(await client.revokeUserSessions(EU, userId, limits)).toBe(true);
      expect(seen.map(({ url }) => url)).toEqual([`/api/v4/sessions?userId=${userId}`]);
    });
  });

  test("has its results from Amity's answers", async () => {
    await withClient(likeAmity, {}, async (scene) => {
      const calls = callsOf(scene);
      const results = await Promise.all(operations.map((operation) => calls[operation]()));
      const opened = expect.objectContaining({
        accessToken: "access",
        user: expect.objectContaining(user),
      });
      const changed = expect.objectContaining(user);
      expect(results).toEqual([
        "minted-token",
        opened,
        opened,
        opened,
        "ACTIVE",
        true,
        true,
        { token: "next-admin-token", issuedAt: undefined, expiresAt: undefined },
        [changed],
        changed,
      ]);
    });
  });

  test.each(operations)("%s is told of with its time", async (operation) => {
    await withClient(likeAmity, {}, async (scene) => {
      await callsOf(scene)[operation]();
      expect(scene.heard).toEqual([["call", EU, operation, "OK", 0]]);
      expect(scene.calls).toEqual([
        { region: EU, operation, outcome: "OK", why: undefined, attempts: [{ outcome: "OK", ms: 0, why: undefined }] },
      ]);
    });
  });

  test("takes as long as the clock says", async () => {
    let pass = () => {};
    const slow: Answer = (response, request) => {
      pass();
      likeAmity(response, request);
    };
    await withClient(slow, {}, async ({ client, clock, heard, limits }) => {
      pass = () => clock.advance(1_500);
      await client.verifySession(EU, "access", limits);
      expect(heard).toEqual([["call", EU, "verifySession", "OK", 1.5]]);
    });
  });

  test("is traced, try by try", async () => {
    const told: unknown[] = [];
    const traces: Setup["traces"] = {
      call(...facts) {
        told.push(facts);
        return {
          attempt(run) {
            told.push("a try");
            return run();
          },
          ended: ({ outcome }) => void told.push(outcome),
        };
      },
    };
    let count = 0;
    const answer: Answer = (response, request) => (count++ === 0 ? always(500, "") : likeAmity)(response, request);
    await withClient(answer, { traces }, async (scene) => {
      expect(await callsOf(scene).verifySession()).toBe("ACTIVE");
      expect(told).toEqual([[EU, "verifySession"], "a try", "UPSTREAM_UNAVAILABLE", "a try", "OK"]);
      expect(scene.seen).toHaveLength(2);
    });
  });

  test.each(operations)("%s that fails says in the log where and how often", async (operation) => {
    await withClient(always(422, '{"code":500000}'), {}, async (scene) => {
      const error = await callsOf(scene)
        [operation]()
        .catch((thrown) => thrown);
      const why = { reason: "request refused" };
      expect([error.code, error.log]).toEqual(["UPSTREAM_REJECTED", { ...why, region: EU, operation, attempts: 1 }]);
      expect(scene.heard).toEqual([["call", EU, operation, "UPSTREAM_REJECTED", 0]]);
      const attempts = [{ outcome: "UPSTREAM_REJECTED", ms: 0, why }];
      expect(scene.calls).toEqual([{ region: EU, operation, outcome: "UPSTREAM_REJECTED", why, attempts }]);
    });
  });

  test.each<[Operation, number]>([
    ["mintAuthToken", 2],
    ["createSession", 1],
    ["createSessionWithAuthToken", 1],
    ["createVisitorSession", 1],
    ["verifySession", 2],
    ["revokeSession", 2],
    ["revokeUserSessions", 2],
    ["rotateAdminToken", 1],
    ["listUsers", 2],
    ["updateUser", 2],
  ])("%s after a server error is made %i times", async (operation, times) => {
    await withClient(always(500, ""), {}, async (scene) => {
      expect(await outcomeOf(callsOf(scene)[operation])).toBe("UPSTREAM_UNAVAILABLE");
      expect(scene.seen).toHaveLength(times);
      expect(scene.heard).toEqual([
        ...Array(times - 1).fill(["retry", EU]),
        ["call", EU, operation, "UPSTREAM_UNAVAILABLE", 0],
      ]);
      expect(scene.calls.map(({ attempts }) => attempts.length)).toEqual([times]);
    });
  });

  test.each(operations)("%s for nobody who waits is not made", async (operation) => {
    await withClient(likeAmity, {}, async (scene) => {
      const limits = { ...scene.limits, signal: AbortSignal.abort() };
      expect(await outcomeOf(callsOf({ ...scene, limits })[operation])).toBe("CANCELLED");
      expect(scene.seen).toEqual([]);
    });
  });

  test("is tried three times at most, however many calls there are", async () => {
    let isDown = false;
    const answer: Answer = (response, request) => (isDown ? always(503, "") : likeAmity)(response, request);
    await withClient(answer, {}, async ({ client, limits, seen }) => {
      for (let i = 0; i < 100; i++) await client.verifySession(EU, "access", limits);
      isDown = true;
      expect(await outcomeOf(() => client.verifySession(EU, "access", limits))).toBe("UPSTREAM_UNAVAILABLE");
      expect(seen).toHaveLength(103);
    });
  });

  test.each(operations)("%s without time left is not made", async (operation) => {
    await withClient(likeAmity, {}, async (scene) => {
      const limits = { ...scene.limits, deadline: scene.clock.elapsed() };
      const error = await callsOf({ ...scene, limits })
        [operation]()
        .catch((thrown) => thrown);
      expect([error.code, error.reason, scene.seen]).toEqual(["UPSTREAM_TIMEOUT", "no time left", []]);
    });
  });

  test.each(operations)("%s after a fault of ours is told of, and the fault thrown on", async (operation) => {
    const broken = async () => {
      throw new Error("disk");
    };
    await withClient(likeAmity, { pairs: [broken] }, async (scene) => {
      const outcome = await callsOf(scene)
        [operation]()
        .then(
          () => "OK",
          (error) => error.message,
        );
      const isProtected = ["mintAuthToken", ...adminOperations].includes(operation);
      expect(outcome).toBe(isProtected ? "disk" : "OK");
      expect(scene.heard).toEqual([["call", EU, operation, isProtected ? "INTERNAL_SERVER_ERROR" : "OK", 0]]);
    });
  });
});

describe("without its key", () => {
  const all = { reason: "no API key", region: EU };
  const cases: [Operation, string, Partial<RegionSettings>, string, object][] = [
    ["mintAuthToken", "any key", {}, "REGION_NOT_CONFIGURED", { ...all, reason: "no server key" }],
    [
      "mintAuthToken",
      "a server key",
      { ...fullKeys, serverKeys: [] },
      "SECURE_MODE_NOT_CONFIGURED",
      { ...all, reason: "no server key" },
    ],
    ["createSession", "an API key", { ...fullKeys, apiKey: undefined }, "REGION_NOT_CONFIGURED", all],
    ["createVisitorSession", "an API key", { ...fullKeys, apiKey: undefined }, "REGION_NOT_CONFIGURED", all],
    ["verifySession", "any key", { adminToken: fixed("t") }, "REGION_NOT_CONFIGURED", all],
    ["revokeSession", "any key", { adminToken: fixed("t") }, "REGION_NOT_CONFIGURED", all],
    ...adminOperations.flatMap((operation): typeof cases => [
      [operation, "any key", { adminToken: fixed("t") }, "REGION_NOT_CONFIGURED", all],
      [
        operation,
        "an admin token",
        { ...fullKeys, adminToken: undefined },
        "ADMIN_NOT_CONFIGURED",
        { ...all, reason: "no admin token" },
      ],
    ]),
  ];

  test.each(cases)("%s without %s is no call", async (operation, _what, keys, code, log) => {
    await withClient(likeAmity, { keys }, async (scene) => {
      const error = await callsOf(scene)
        [operation]()
        .catch((thrown) => thrown);
      expect([error.code, error.log]).toEqual([code, log]);
      expect([scene.seen, scene.heard]).toEqual([[], []]);
    });
  });

  test.each<[string, Partial<RegionSettings>]>([
    ["an API key", { apiKey: fixed("k") }],
    ["a server key", { serverKeys: [fixed("k")] }],
  ])("but with %s alone, access tokens can be checked and ended", async (_what, keys) => {
    await withClient(likeAmity, { keys }, async ({ client, limits }) => {
      expect(await client.verifySession(EU, "access", limits)).toBe("ACTIVE");
      expect(await client.revokeSession(EU, "access", limits)).toBe(true);
    });
  });
});

describe("what is known of a region without asking it", () => {
  test.each<[string, Setup, object]>([
    ["all keys", { pairs: [async () => []] }, { hasApiKey: true, hasServerKey: true, hasClientCertificate: true }],
    ["no keys", { keys: {} }, { hasApiKey: false, hasServerKey: false, hasClientCertificate: false }],
  ])("is that it has %s", async (_what, setup, state) => {
    await withClient(likeAmity, { sessionApi: "v5", ...setup }, async ({ client }) => {
      expect(client.state(EU)).toEqual({ ...state, health: "available" });
      expect(client.sessionApi).toBe("v5");
    });
  });

  test("is its own health, and not another's", async () => {
    await withClient(always(503, "", { "retry-after": "60" }), {}, async ({ client, limits, heard }) => {
      for (let i = 0; i < 20; i++) await client.verifySession(EU, "access", limits).catch(() => {});
      expect([client.state(EU).health, client.state(RegionCode.US).health]).toEqual(["unavailable", "available"]);
      expect(heard).toContainEqual(["health", EU, "unavailable"]);
    });
  });

  test("is a generation of its server keys, if it has any", async () => {
    const generationWith = async (keys: Partial<RegionSettings>) => {
      let generation: string | undefined;
      await withClient(likeAmity, { keys }, async ({ client }) => {
        generation = await client.keyGeneration(EU);
      });
      return generation;
    };
    expect(await generationWith({})).toBeUndefined();
    const [one, other] = [{ serverKeys: [fixed("1")] }, { serverKeys: [fixed("2")] }];
    expect(await generationWith(one)).toEqual(expect.any(String));
    expect(await generationWith(one)).toBe(await generationWith(one));
    expect(await generationWith(other)).not.toBe(await generationWith(one));
  });
});

describe("a second server key", () => {
  const twoKeys = { serverKeys: [fixed("key-1"), fixed("key-2")] };
  /** An Amity that refuses the first key in this way. */
  const refusing =
    (status: number): Answer =>
    (response, { headers }) =>
      always(headers["x-server-key"] === "key-1" ? status : 200, '"token-by-the-second"')(response, {} as never);
  const keysOf = (seen: readonly SeenRequest[]) => seen.map(({ headers }) => headers["x-server-key"]);

  test("is tried when the first is refused, and that is told", async () => {
    await withClient(refusing(401), { keys: twoKeys }, async ({ client, seen, heard, limits }) => {
      expect(await client.mintAuthToken(EU, "alice", limits)).toBe("token-by-the-second");
      expect(keysOf(seen)).toEqual(["key-1", "key-2"]);
      expect(heard).toContainEqual(["fallback", EU, "request-1"]);
    });
  });

  test("that comes first by now is no news", async () => {
    await withClient(refusing(401), { keys: twoKeys }, async ({ client, seen, heard, limits }) => {
      for (let i = 0; i < 3; i++) await client.mintAuthToken(EU, "alice", limits);
      expect(keysOf(seen)).toEqual(["key-1", "key-2", "key-2", "key-2"]);
      expect(heard.filter((one) => String(one).startsWith("fallback"))).toHaveLength(1);
    });
  });

  test("that is used while the first is tried again is no news", async () => {
    let isMended = false;
    const answer: Answer = (response, request) => (isMended ? likeAmity : refusing(401))(response, request);
    await withClient(answer, { keys: twoKeys }, async ({ client, clock, seen, heard, limits: { deadline } }) => {
      await client.mintAuthToken(EU, "alice", { deadline });
      isMended = true;
      clock.advance(60_000);
      const limits = { deadline: clock.elapsed() + 20_000 };
      await Promise.all([client.mintAuthToken(EU, "alice", limits), client.mintAuthToken(EU, "bob", limits)]);
      expect(keysOf(seen).sort()).toEqual(["key-1", "key-1", "key-2", "key-2"]);
      expect(heard.filter((one) => String(one).startsWith("fallback"))).toHaveLength(1);
    });
  });

  test("is told of without a request, too", async () => {
    await withClient(refusing(403), { keys: twoKeys }, async ({ client, heard, limits: { deadline } }) => {
      expect(await client.mintAuthToken(EU, "alice", { deadline })).toBe("token-by-the-second");
      expect(heard).toContainEqual(["fallback", EU, undefined]);
    });
  });

  test("is not tried after any other failure", async () => {
    await withClient(refusing(422), { keys: twoKeys }, async ({ client, seen, limits }) => {
      expect(await outcomeOf(() => client.mintAuthToken(EU, "alice", limits))).toBe("UPSTREAM_REJECTED");
      expect(keysOf(seen)).toEqual(["key-1"]);
    });
  });

  test("that is refused too ends the matter", async () => {
    await withClient(always(401, ""), { keys: twoKeys }, async ({ client, seen, limits }) => {
      expect(await outcomeOf(() => client.mintAuthToken(EU, "alice", limits))).toBe("UPSTREAM_AUTH_FAILED");
      expect(keysOf(seen)).toEqual(["key-1", "key-2"]);
    });
  });
});

describe("Amity's word on an access token", () => {
  test.each<[string, Answer, string, unknown]>([
    ["a dead one", always(401, ""), "INVALID", false],
    ["a banned user", always(403, '{"code":400312}'), "BANNED", "USER_BANNED"],
    ["a parameter error", always(422, ""), "UPSTREAM_REJECTED", "UPSTREAM_REJECTED"],
    ["another object", always(200, "{}"), "ACTIVE", "UPSTREAM_BAD_RESPONSE"],
    ["no success", always(200, '{"success":false}'), "ACTIVE", "UPSTREAM_BAD_RESPONSE"],
    ["no object", always(200, "[]"), "UPSTREAM_BAD_RESPONSE", "UPSTREAM_BAD_RESPONSE"],
    ["null", always(200, "null"), "UPSTREAM_BAD_RESPONSE", "UPSTREAM_BAD_RESPONSE"],
    ["a text", always(200, '"fine"'), "UPSTREAM_BAD_RESPONSE", "UPSTREAM_BAD_RESPONSE"],
  ])("as %s is read at a check and at its end", async (_what, answer, checked, ended) => {
    await withClient(answer, {}, async (scene) => {
      const { verifySession, revokeSession } = callsOf(scene);
      expect([await outcomeOf(verifySession), await outcomeOf(revokeSession)]).toEqual([checked, ended]);
    });
  });

  test.each<[string, Answer, boolean]>([
    ["was lost", (response) => response.destroy(), true],
    ["was a server error", always(500, ""), true],
    ["put it off", always(503, ""), false],
  ])("that it is dead, after an answer that %s", async (_what, first, revoked) => {
    let count = 0;
    const answer: Answer = (response, request) => (count++ === 0 ? first : always(401, ""))(response, request);
    await withClient(answer, {}, async (scene) => {
      expect(await callsOf(scene).revokeSession()).toBe(revoked);
      expect(count).toBe(2);
    });
  });

  test.each<[string, Answer, unknown]>([
    ["knows no such user", always(404, '{"code":400400}'), false],
    ["has no such page", always(404, "Not Found"), "UPSTREAM_REJECTED"],
    ["has another code", always(404, '{"code":400300}'), "UPSTREAM_REJECTED"],
    ["has that code with another status", always(422, '{"code":400400}'), "UPSTREAM_REJECTED"],
    ["takes the admin token for none", always(401, ""), "UPSTREAM_AUTH_FAILED"],
  ])("of all of a user's, when it %s", async (_what, answer, outcome) => {
    await withClient(answer, {}, async (scene) => {
      expect(await outcomeOf(callsOf(scene).revokeUserSessions)).toBe(outcome);
    });
  });
});

describe("a field of no use in a session", () => {
  const odd = always(200, JSON.stringify({ ...session, issuedAt: "yesterday" }));
  test.each<Operation>(["createSession", "createSessionWithAuthToken", "createVisitorSession"])(
    "of %s is told with the request",
    async (operation) => {
      await withClient(odd, {}, async (scene) => {
        await callsOf(scene)[operation]();
        expect(scene.heard).toContainEqual(["unusable", EU, "session.issuedAt", "request-1"]);
        const { deadline } = scene.limits;
        await callsOf({ ...scene, limits: { deadline } as never })[operation]();
        expect(scene.heard).toContainEqual(["unusable", EU, "session.issuedAt", undefined]);
      });
    },
  );

  test("another user's session is refused, but a visitor's is anybody's", async () => {
    const bobs = always(200, JSON.stringify({ ...session, users: [{ userId: "bob" }] }));
    await withClient(bobs, {}, async (scene) => {
      const { createSession, createVisitorSession } = callsOf(scene);
      expect(await outcomeOf(createSession)).toBe("UPSTREAM_BAD_RESPONSE");
      expect(await createVisitorSession()).toMatchObject({ user: { userId: "bob" } });
    });
  });
});

test("a client that is closed leaves no timer", async () => {
  await withClient(always(503, "", { "retry-after": "60" }), {}, async ({ client, clock, limits, heard }) => {
    for (let i = 0; i < 20; i++) await client.verifySession(EU, "access", limits).catch(() => {});
    client.close();
    const told = heard.length;
    clock.advance(3_600_000);
    expect([clock.pending(), heard.length]).toEqual([0, told]);
  });
});
