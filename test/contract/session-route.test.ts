import { describe, expect, test } from "@jest/globals";
import { errorOf, regionAt, withGateway } from "../support/gateway.js";
import { hostileIds } from "../support/hostile-ids.js";
import { type Answer, always, likeAmity, withUpstream } from "../support/upstream.js";
import { wholeSession } from "../support/whole-session.js";

const create = "mutation ($input: CreateSessionInput!) { createSession(input: $input) { accessToken userId } }";

const sessionOf = (userId: string) => ({ accessToken: "access-1", users: [{ userId }] });

/** A v3 session as Amity's Security page shows it. */
const seedSession = {
  accessToken: "access-1",
  refreshToken: "refresh-1",
  users: [
    {
      _id: "5c9d1d23da82f5001a7a6b7e",
      path: "5b028e4c673f81000fb040e7/user/5c9d1d23da82f5001a7a6b7e",
      userId: "alice",
      roles: ["moderator"],
      permissions: ["BAN_USER"],
      displayName: "Alice",
      flagCount: 2,
      hashFlag: { bits: 1, hashes: 2, hash: "AA==" },
      metadata: { tier: { level: 3 } },
      avatarFileId: null,
      isGlobalBan: false,
      createdAt: "2019-03-28T19:15:47.482Z",
      updatedAt: "2019-03-28T19:16:47.482Z",
      somethingNew: [1],
    },
  ],
  files: [{ fileId: "f1", fileUrl: "https://files.example/f1", type: "image", attributes: { size: "17" } }],
  roles: [{ roleId: "moderator", permissions: ["BAN_USER"], updatedAt: "2019-03-28T19:15:47.482Z", isDeleted: false }],
};

describe.each(["v3", "v4", "v5"])("the %s session route", (version) => {
  test("gets exactly the documented request", async () => {
    await withUpstream(likeAmity(sessionOf("alice"), "minted"), async ({ url, seen }) => {
      await withGateway({ env: regionAt(url, { AMITY_SESSION_API: version }) }, async ({ ask }) => {
        const handle = version === "v3" ? {} : { profileHandle: "ally" };
        const input = {
          userId: "alice",
          deviceId: "device-1",
          displayName: "Alice",
          deviceInfo: { kind: "IOS", model: "iPhone", sdkVersion: "7.0" },
          ...handle,
        };
        const { body } = await ask(create, { input });
        expect(body).toEqual({ data: { createSession: { accessToken: "access-1", userId: "alice" } } });
        expect(JSON.parse(seen[1]?.body ?? "")).toEqual({
          ...input,
          deviceInfo: { kind: "ios", model: "iPhone", sdkVersion: "7.0" },
          authToken: "minted",
        });
      });
      expect(seen.map(({ method, url: path }) => `${method} ${path}`)).toEqual([
        "POST /api/v4/authentication/token",
        `POST /api/${version}/sessions`,
      ]);
      expect(seen[1]?.headers).toEqual({
        accept: "application/json, text/plain",
        "accept-encoding": "identity",
        connection: "keep-alive",
        "content-length": String(seen[1]?.body.length),
        "content-type": "application/json",
        host: new URL(url).host,
        "user-agent": "amity-graphql/2.0.0",
        "x-api-key": "canary-api-key-eu",
      });
    });
  });

  test("gets absent and null fields left out", async () => {
    await withUpstream(likeAmity(sessionOf("alice")), async ({ url, seen }) => {
      await withGateway({ env: regionAt(url, { AMITY_SESSION_API: version }) }, async ({ ask }) => {
        await ask(create, {
          input: { userId: "alice", deviceId: "d", displayName: null, deviceInfo: null, authToken: null },
        });
      });
      expect(JSON.parse(seen[1]?.body ?? "")).toEqual({ userId: "alice", deviceId: "d", authToken: "token-1" });
    });
  });
});

test.each(hostileIds)("the user id %j reaches both routes exactly", async (userId) => {
  await withUpstream(likeAmity(sessionOf(userId)), async ({ url, seen }) => {
    await withGateway({ env: regionAt(url) }, async ({ ask }) => {
      const { body } = await ask(create, { input: { userId, deviceId: userId } });
      expect(body.data.createSession.userId).toBe(userId);
    });
    expect(seen.map(({ body }) => JSON.parse(body))).toEqual([
      { userId },
      { userId, deviceId: userId, authToken: "token-1" },
    ]);
  });
});

test("an auth token in the input saves the mint", async () => {
  await withUpstream(likeAmity(sessionOf("alice")), async ({ url, seen }) => {
    await withGateway({ env: regionAt(url) }, async ({ ask }) => {
      await ask(create, { input: { userId: "alice", deviceId: "d", authToken: "mine" } });
    });
    expect(seen.map(({ body }) => JSON.parse(body))).toEqual([{ userId: "alice", deviceId: "d", authToken: "mine" }]);
  });
});

test("an unsecure network gets no auth token", async () => {
  await withUpstream(likeAmity(sessionOf("alice")), async ({ url, seen }) => {
    const env = { AMITY_EU_API_KEY: "k", AMITY_EU_BASE_URL: url };
    await withGateway({ env }, ({ ask }) => ask(create, { input: { userId: "alice", deviceId: "d" } }).then(() => {}));
    expect(seen.map(({ body }) => JSON.parse(body))).toEqual([{ userId: "alice", deviceId: "d" }]);
  });
});

test("two sessions of one operation mint two tokens", async () => {
  await withUpstream(likeAmity(sessionOf("alice")), async ({ url, seen }) => {
    await withGateway({ env: regionAt(url) }, async ({ ask }) => {
      await ask(`mutation { a: createSession(input: { userId: "alice", deviceId: "1" }) { accessToken }
        b: createSession(input: { userId: "alice", deviceId: "2" }) { accessToken } }`);
    });
    expect(seen.filter(({ url: path }) => path.includes("token"))).toHaveLength(2);
  });
});

test("a server key without API key mints nothing", async () => {
  await withUpstream(likeAmity(sessionOf("alice")), async ({ url, seen }) => {
    const env = { AMITY_EU_SERVER_KEY: "k", AMITY_EU_BASE_URL: url };
    await withGateway({ env }, async ({ ask }) => {
      const answered = await ask(create, { input: { userId: "alice", deviceId: "d" } });
      expect(errorOf(answered).extensions.code).toBe("REGION_NOT_CONFIGURED");
    });
    expect(seen).toEqual([]);
  });
});

test("Amity's whole answer comes back exactly", async () => {
  await withUpstream(likeAmity(seedSession), async ({ url }) => {
    const now = () => Date.parse("2026-01-01T00:00:00.000Z");
    await withGateway({ env: regionAt(url), now }, async ({ ask }) => {
      const { body } = await ask(wholeSession, { input: { userId: "alice", deviceId: "d" } });
      const user = {
        ...seedSession.users[0],
        profileHandle: null,
        description: null,
        avatarCustomUrl: null,
        isBrand: false,
        isDeleted: false,
        deletedAt: null,
        somethingNew: undefined,
      };
      const { somethingNew: _, ...known } = user;
      expect(body).toEqual({
        data: {
          createSession: {
            accessToken: "access-1",
            refreshToken: "refresh-1",
            userId: "alice",
            region: "EU",
            userType: "SIGNED_IN",
            issuedAt: "2026-01-01T00:00:00.000Z",
            expiresAt: "2026-01-31T00:00:00.000Z",
            refreshAfter: "2026-01-25T00:00:00.000Z",
            lastCachePurge: null,
            user: known,
            users: [known],
            files: [{ ...seedSession.files[0], accessType: null, altText: null, createdAt: null, updatedAt: null }],
            roles: [{ ...seedSession.roles[0], displayName: null, createdAt: null }],
          },
        },
      });
    });
  });
});

test("fields of no use are left empty, counted each time and logged once", async () => {
  const odd = {
    ...sessionOf("alice"),
    users: ["canary-odd-user", { userId: "alice", metadata: ["canary-odd-value"], createdAt: "canary-odd-date" }],
    files: null,
    roles: "canary-odd-roles",
  };
  await withUpstream(likeAmity(odd), async ({ url }) => {
    await withGateway({ env: regionAt(url) }, async ({ ask, send, logged }) => {
      const query = `mutation { createSession(input: { userId: "alice", deviceId: "d" }) {
        users { userId metadata createdAt } files { fileId } roles { roleId }
      } }`;
      for (let i = 0; i < 3; i++) {
        expect((await ask(query)).body).toEqual({
          data: {
            createSession: { users: [{ userId: "alice", metadata: null, createdAt: null }], files: [], roles: [] },
          },
        });
      }
      const { text } = await send("/metrics");
      const fields = ["users.userId", "users.metadata", "users.createdAt", "session.roles"];
      for (const field of fields) expect(text).toContain(`amity_unusable_fields_total{field="${field}"} 3`);
      const told = logged.map((line) => JSON.parse(line)).filter(({ field }) => field);
      expect(told.map(({ field }) => field).sort()).toEqual(fields.sort());
      expect(logged.join()).not.toContain("canary-odd");
    });
  });
});

describe("a session's life", () => {
  const times =
    "mutation ($input: CreateSessionInput!) { createSession(input: $input) { issuedAt expiresAt refreshAfter } }";
  const input = { userId: "alice", deviceId: "d" };
  const now = () => Date.parse("2026-01-01T00:00:00.000Z");

  test("is Amity's own when Amity names it", async () => {
    const session = { ...sessionOf("alice"), issuedAt: "2026-01-01T00:00:05+00:00", expiresAt: "2026-01-01T00:01:45Z" };
    await withUpstream(likeAmity(session), async ({ url }) => {
      await withGateway({ env: regionAt(url), now }, async ({ ask }) => {
        expect((await ask(times, { input })).body.data.createSession).toEqual({
          issuedAt: "2026-01-01T00:00:05.000Z",
          expiresAt: "2026-01-01T00:01:45.000Z",
          refreshAfter: "2026-01-01T00:01:25.000Z",
        });
      });
    });
  });

  const start = "2026-01-01T00:00:00.000Z";
  const later = "2026-01-31T00:00:00.000Z";

  test.each([
    ["an end that cannot be read", { issuedAt: start, expiresAt: "in a month" }, [start, later]],
    ["an end as a number", { issuedAt: start, expiresAt: 1_769_817_600 }, [start, later]],
    ["an end before it begins", { issuedAt: start, expiresAt: "2025-12-31T00:00:00Z" }, [start, later]],
    ["an end that is past", { expiresAt: "2025-12-31T00:00:00Z" }, [start, later]],
    ["a beginning after its end", { issuedAt: "2099-01-01T00:00:00Z", expiresAt: later }, [start, later]],
    ["a beginning at its end", { issuedAt: later, expiresAt: later }, [start, later]],
    ["a beginning that cannot be read", { issuedAt: "now", expiresAt: later }, [start, later]],
  ])("goes on past %s", async (_what, odd, [issuedAt, expiresAt]) => {
    await withUpstream(likeAmity({ ...sessionOf("alice"), ...odd }), async ({ url }) => {
      await withGateway({ env: regionAt(url), now }, async ({ ask }) => {
        const refreshAfter = "2026-01-25T00:00:00.000Z";
        expect((await ask(times, { input })).body.data.createSession).toEqual({ issuedAt, expiresAt, refreshAfter });
      });
    });
  });

  test("is one day on an unsecure network otherwise", async () => {
    await withUpstream(likeAmity(sessionOf("alice")), async ({ url }) => {
      const env = { AMITY_EU_API_KEY: "k", AMITY_EU_BASE_URL: url };
      await withGateway({ env, now }, async ({ ask }) => {
        expect((await ask(times, { input })).body.data.createSession.expiresAt).toBe("2026-01-02T00:00:00.000Z");
      });
    });
  });
});

test.each([
  [undefined, "SIGNED_IN"],
  ["signed-in", "SIGNED_IN"],
  ["visitor", "VISITOR"],
  ["bot", "BOT"],
  ["martian", "OTHER"],
])("the user type %p is answered as %s", async (userType, expected) => {
  await withUpstream(likeAmity({ ...sessionOf("alice"), userType }), async ({ url }) => {
    await withGateway({ env: regionAt(url) }, async ({ ask }) => {
      const { body } = await ask('mutation { createSession(input: { userId: "alice", deviceId: "d" }) { userType } }');
      expect(body.data.createSession.userType).toBe(expected);
    });
  });
});

describe("input over Amity's limits", () => {
  const input = { userId: "alice", deviceId: "d" };
  test.each([
    ["v3", { ...input, userId: "x".repeat(51) }],
    ["v3", { ...input, userId: null }],
    ["v3", { ...input, deviceId: "" }],
    ["v3", { ...input, deviceId: "x".repeat(151) }],
    ["v3", { ...input, displayName: "x".repeat(101) }],
    ["v3", { ...input, displayName: "" }],
    ["v3", { ...input, profileHandle: "handle" }],
    ["v4", { ...input, profileHandle: "x".repeat(101) }],
    ["v4", { ...input, deviceInfo: { model: "x".repeat(101) } }],
    ["v5", { ...input, deviceInfo: { model: "x".repeat(301) } }],
    ["v5", { ...input, deviceInfo: { sdkVersion: "x".repeat(31) } }],
    ["v5", { ...input, userId: "ADMIN_alice" }],
    ["v5", { ...input, userId: "DELETED_alice" }],
    ["v3", { ...input, authToken: "x".repeat(8193) }],
    ["v3", { ...input, authToken: "a\nb" }],
  ])("is refused for %s before any call: %j", async (version, refused) => {
    await withUpstream(likeAmity(sessionOf("alice")), async ({ url, seen }) => {
      await withGateway({ env: regionAt(url, { AMITY_SESSION_API: version }) }, async ({ ask }) => {
        expect(errorOf(await ask(create, { input: refused })).extensions.code).toBe("BAD_USER_INPUT");
      });
      expect(seen).toEqual([]);
    });
  });

  test("is taken where a later version allows it", async () => {
    await withUpstream(likeAmity(sessionOf("ADMIN_alice")), async ({ url }) => {
      await withGateway({ env: regionAt(url, { AMITY_SESSION_API: "v3" }) }, async ({ ask }) => {
        expect((await ask(create, { input: { ...input, userId: "ADMIN_alice" } })).body.errors).toBeUndefined();
      });
    });
    await withUpstream(likeAmity(sessionOf("alice")), async ({ url }) => {
      await withGateway({ env: regionAt(url, { AMITY_SESSION_API: "v5" }) }, async ({ ask }) => {
        const long = { ...input, deviceInfo: { model: "x".repeat(300) } };
        expect((await ask(create, { input: long })).body.errors).toBeUndefined();
      });
    });
  });
});

test("a token of somebody else is reported as rejected", async () => {
  await withUpstream(always(401, '{"status":"error","code":400100,"message":"echo stolen"}'), async ({ url }) => {
    await withGateway({ env: regionAt(url) }, async ({ ask }) => {
      const answered = await ask(create, { input: { userId: "alice", deviceId: "d", authToken: "stolen" } });
      expect(errorOf(answered)).toMatchObject({
        message: "Amity refused the auth token",
        extensions: { code: "AUTH_TOKEN_REJECTED", retryable: false, amity: { status: 401, code: 400_100 } },
      });
      expect(answered.text).not.toContain("stolen");
    });
  });
});

describe("a refusal of what the gateway sent by itself", () => {
  const refusing =
    (status: number): Answer =>
    (response, request) =>
      (request.url.includes("/authentication/token") ? always(200, '"minted"') : always(status, "{}"))(
        response,
        request,
      );

  test.each([
    [401, "key refused"],
    [403, "key of another region"],
  ])("with %i is the operator's trouble: %s", async (status, reason) => {
    await withUpstream(refusing(status), async ({ url }) => {
      await withGateway({ env: regionAt(url) }, async ({ ask, logged }) => {
        const answered = await ask(create, { input: { userId: "alice", deviceId: "d" } });
        expect(errorOf(answered).extensions).toMatchObject({ code: "UPSTREAM_AUTH_FAILED", amity: { status } });
        const line = { level: "error", operation: "createSession", region: "EU", reason };
        expect(logged.map((text) => JSON.parse(text))).toContainEqual(expect.objectContaining(line));
      });
    });
  });
});

test.each([
  ["", "input.userId must not be empty"],
  [null, "input.userId must be given: the caller has no user of its own"],
])("the refusal of the user id %j names its field", async (userId, message) => {
  await withGateway({}, async ({ ask }) => {
    expect(errorOf(await ask(create, { input: { userId, deviceId: "d" } })).message).toBe(message);
  });
});
