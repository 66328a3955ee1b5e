import { describe, expect, test } from "@jest/globals";
import { errorOf, regionAt, type TestGateway, withGateway } from "../support/gateway.js";
import { hostileIds } from "../support/hostile-ids.js";
import { type Answer, always, type SeenRequest, type Upstream, withUpstream } from "../support/upstream.js";

const one = "query ($u: ID!) { user(userId: $u) { userId displayName isBrand isDeleted region } }";
const several = "query ($ids: [ID!]!) { users(userIds: $ids) { userId } }";
const upsert =
  "mutation ($input: UpsertUserInput!) { upsertUser(input: $input) { userId displayName metadata roles } }";

const on = { USER_PROFILES: "on", AMITY_EU_ADMIN_TOKEN: "canary-admin-token" };

async function withBoth(
  answer: Answer,
  use: (gateway: TestGateway, upstream: Upstream) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  await withUpstream(answer, (upstream) =>
    withGateway({ env: regionAt(upstream.url, { ...on, ...env }), random: () => 0 }, (gateway) =>
      use(gateway, upstream),
    ),
  );
}

const idsOf = ({ url }: Pick<SeenRequest, "url">) =>
  new URL(url, "http://amity.example").searchParams.getAll("userIds[]");

/** Everybody is there, in another order than asked for; `of`: what is said of each. */
const everybody =
  (of: (userId: string) => object = () => ({})): Answer =>
  (response, request) => {
    const ids = request.method === "PUT" ? [JSON.parse(request.body).userId] : idsOf(request).reverse();
    response.end(JSON.stringify({ users: ids.map((userId) => ({ ...of(userId), userId })), roles: [], files: [] }));
  };

const exactly = "input.metadata holds a number that cannot be carried exactly";

const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `user-${from + i}`);
const usersOf = (body: { data: { users: ({ userId: string } | null)[] } }) =>
  body.data.users.map((user) => user?.userId ?? null);

/** What a route gets: exactly this request, and the admin's credential alone. */
const requests: [string, string, object, string, string, object][] = [
  ["user", one, { u: "a b&c" }, "GET /api/v3/users/list?userIds%5B%5D=a%20b%26c", "", {}],
  ["users", several, { ids: ["a", "b"] }, "GET /api/v3/users/list?userIds%5B%5D=a&userIds%5B%5D=b", "", {}],
  [
    "upsertUser",
    upsert,
    { input: { userId: "bob", displayName: "Bob", metadata: { plan: [1.5, null] } } },
    "PUT /api/v3/users",
    '{"userId":"bob","displayName":"Bob","metadata":{"plan":[1.5,null]}}',
    { "content-type": "application/json" },
  ],
];

describe.each([
  ["bearer", { authorization: "Bearer canary-admin-token" }],
  ["x-admin-token", { "x-admin-token": "canary-admin-token" }],
])("with AMITY_ADMIN_AUTH=%s", (AMITY_ADMIN_AUTH, credential) => {
  test.each(requests)("%s sends exactly the documented request", async (_field, query, variables, line, sent, more) => {
    await withBoth(
      everybody(),
      async ({ ask }, { url, seen }) => {
        expect((await ask(query, variables)).body.errors).toBeUndefined();
        expect(seen.map(({ method, url: path, body }) => [`${method} ${path}`, body])).toEqual([[line, sent]]);
        const { "content-length": length, ...headers } = seen[0]?.headers ?? {};
        expect(Number(length ?? 0)).toBe(sent.length);
        expect(headers).toEqual({
          accept: "application/json, text/plain",
          "accept-encoding": "identity",
          connection: "keep-alive",
          host: new URL(url).host,
          "user-agent": "amity-graphql/2.0.0",
          ...credential,
          ...more,
        });
      },
      { AMITY_ADMIN_AUTH },
    );
  });
});

describe("looking users up", () => {
  test("asks once for each hundred of an operation, whatever its fields", async () => {
    await withBoth(everybody(), async ({ ask }, { seen }) => {
      const lists = [numbered(0, 100), numbered(50, 150), numbered(100, 200)];
      const { body } = await ask(
        `query ($a: [ID!]!, $b: [ID!]!, $c: [ID!]!) {
          a: users(userIds: $a) { userId } b: users(userIds: $b) { userId } c: users(userIds: $c) { userId }
          d: user(userId: "user-7") { userId }
        }`,
        { a: lists[0], b: lists[1], c: lists[2] },
      );
      const { d, ...others } = body.data;
      expect(d).toEqual({ userId: "user-7" });
      expect(Object.values(others).map((users) => usersOf({ data: { users: users as [] } }))).toEqual(lists);
      expect(seen.map((request) => idsOf(request).length)).toEqual([100, 100]);
      expect(new Set(seen.flatMap(idsOf))).toEqual(new Set(numbered(0, 200)));
    });
  });

  test("keeps order and duplicates, and null for whom Amity leaves out", async () => {
    const answer = always(200, '{"users":[{"userId":"c"},{"userId":"a"},{"userId":"uninvited"}]}');
    await withBoth(answer, async ({ ask }, { seen }) => {
      const { body } = await ask(several, { ids: ["a", "b", "c", "a", "b"] });
      expect(usersOf(body)).toEqual(["a", null, "c", "a", null]);
      expect(seen.flatMap(idsOf)).toEqual(["a", "b", "c"]);
      expect((await ask(one, { u: "b" })).body).toEqual({ data: { user: null } });
    });
  });

  test("gives what apps show and no more, deleted users too", async () => {
    const bob = {
      displayName: "Bob",
      metadata: { secret: "canary-of-metadata" },
      roles: ["canary-role"],
      permissions: ["BAN_USER"],
      flagCount: 3,
      isGlobalBan: true,
      isDeleted: true,
    };
    await withBoth(
      everybody(() => bob),
      async ({ ask }) => {
        const { text, body } = await ask(one, { u: "bob" });
        expect(body.data.user).toEqual({
          userId: "bob",
          displayName: "Bob",
          isBrand: false,
          isDeleted: true,
          region: "EU",
        });
        expect(text).not.toContain("canary");
        for (const field of ["metadata", "roles", "permissions", "flagCount", "hashFlag", "isGlobalBan"]) {
          const { extensions } = errorOf(await ask(`{ user(userId: "bob") { ${field} } }`));
          expect(extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
        }
      },
    );
  });

  test("bounds each call by the bytes of its URL", async () => {
    const ids = Array.from({ length: 100 }, (_, i) => `${"😀".repeat(49)}${String.fromCodePoint(0x4e00 + i)}`);
    await withBoth(everybody(), async ({ ask }, { seen }) => {
      expect(usersOf((await ask(several, { ids })).body)).toEqual(ids);
      expect(seen.flatMap(idsOf)).toEqual(expect.arrayContaining(ids));
      expect(seen.flatMap(idsOf)).toHaveLength(100);
      expect(Math.max(...seen.map(({ url }) => url.length))).toBeLessThanOrEqual(8_000);
      expect(seen).toHaveLength(8);
    });
  });

  test.each([...hostileIds, ".", "..", "%2e", "a/b", "__proto__", "constructor"])(
    "finds the user of the id %j exactly",
    async (userId) => {
      await withBoth(everybody(), async ({ ask }) => {
        expect((await ask(one, { u: userId })).body.data.user).toMatchObject({ userId });
        expect(usersOf((await ask(several, { ids: [userId, "x"] })).body)).toEqual([userId, "x"]);
      });
    },
  );

  test("asks in parts for an answer that is too large", async () => {
    const large = everybody(() => ({ metadata: { a: "x".repeat(4_900) }, description: "😀".repeat(500) }));
    await withBoth(large, async ({ ask }, { seen }) => {
      const ids = numbered(0, 100);
      expect(usersOf((await ask(several, { ids })).body)).toEqual(ids);
      expect(seen.map((request) => idsOf(request).length)).toEqual([100, ...Array(10).fill(10)]);
    });
  });

  test("asks no more than eleven times where every answer is too large", async () => {
    await withBoth(always(200, "{}".padEnd(262_145)), async ({ ask }, { seen }) => {
      const answered = await ask(several, { ids: numbered(0, 100) });
      expect(errorOf(answered).extensions.code).toBe("UPSTREAM_BAD_RESPONSE");
      expect(seen.length).toBeLessThanOrEqual(11);
    });
  });

  test("takes Amity's word that it knows nobody", async () => {
    await withBoth(always(404, '{"code":400400,"message":"userId Not Found."}'), async ({ ask }) => {
      expect((await ask(one, { u: "bob" })).body).toEqual({ data: { user: null } });
    });
  });

  test("asks each region for its own users", async () => {
    await withUpstream(
      everybody(() => ({ displayName: "US" })),
      async (us) => {
        const env = {
          AMITY_US_BASE_URL: us.url,
          AMITY_US_API_KEY: "canary-api-key-us",
          AMITY_US_ADMIN_TOKEN: "canary-admin-token-us",
        };
        await withBoth(
          everybody(() => ({ displayName: "EU" })),
          async ({ ask }, eu) => {
            const query = '{ a: user(userId: "bob") { ...f } b: user(userId: "bob", region: US) { ...f } }';
            const { body } = await ask(`${query} fragment f on UserProfile { displayName region }`);
            expect(body.data).toEqual({
              a: { displayName: "EU", region: "EU" },
              b: { displayName: "US", region: "US" },
            });
            expect([eu, us].map(({ seen }) => seen.map(({ headers }) => headers.authorization))).toEqual([
              ["Bearer canary-admin-token"],
              ["Bearer canary-admin-token-us"],
            ]);
          },
          env,
        );
      },
    );
  });

  test("asks Amity again in the next request", async () => {
    await withBoth(everybody(), async ({ ask }, { seen }) => {
      await ask(one, { u: "bob" });
      await ask(one, { u: "bob" });
      expect(seen).toHaveLength(2);
    });
  });

  test("of nobody asks nobody", async () => {
    await withBoth(everybody(), async ({ ask }, { seen }) => {
      expect((await ask(several, { ids: [] })).body).toEqual({ data: { users: [] } });
      expect(seen).toEqual([]);
    });
  });

  test.each<[string, string, object, string]>([
    ["101 ids", several, { ids: numbered(0, 101) }, "userIds must have at most 100 entries"],
    ["an empty id", several, { ids: ["a", ""] }, "userIds.1 must not be empty"],
    ["a control character", several, { ids: ["a\u0000"] }, "userIds.0 must not hold control characters"],
    ["ill-formed Unicode", one, { u: "\ud800" }, "userId must be well-formed Unicode"],
    ["too long an id", one, { u: "x".repeat(101) }, "userId must have at most 100 characters"],
  ])("refuses %s before any call", async (_what, query, variables, message) => {
    await withBoth(everybody(), async ({ ask }, { seen }) => {
      expect(errorOf(await ask(query, variables))).toMatchObject({ message, extensions: { code: "BAD_USER_INPUT" } });
      expect(seen).toEqual([]);
    });
  });

  test.each([one, several])("is off unless USER_PROFILES says otherwise (%#)", async (query) => {
    await withUpstream(everybody(), async ({ url, seen }) => {
      const env = regionAt(url, { AMITY_EU_ADMIN_TOKEN: "canary-admin-token" });
      await withGateway({ env }, async ({ ask, logged }) => {
        const answered = await ask(query, { u: "bob", ids: ["bob"] });
        expect([answered.status, answered.body.data?.user ?? null]).toEqual([200, null]);
        expect(errorOf(answered)).toMatchObject({
          message: "User profiles are not enabled in this gateway",
          extensions: { code: "USER_PROFILES_NOT_ENABLED", retryable: false },
        });
        expect(logged.filter((line) => line.includes('"audit":true'))).toEqual([]);
      });
      expect(seen).toEqual([]);
    });
  });
});

describe("upsertUser", () => {
  const sentFor = async (input: object) => {
    let sent: unknown;
    await withBoth(everybody(), async ({ ask }, { seen }) => {
      expect((await ask(upsert, { input })).body.errors).toBeUndefined();
      sent = JSON.parse(seen[0]?.body ?? "");
    });
    return sent;
  };

  test("sends what is given alone, and takes null for absent", async () => {
    const nulls = Object.fromEntries(
      ["displayName", "roles", "metadata", "avatarFileId", "avatarCustomUrl", "description", "region"].map((name) => [
        name,
        null,
      ]),
    );
    expect(await sentFor({ userId: "bob", ...nulls })).toEqual({ userId: "bob" });
  });

  test("sends everything that Amity documents, exactly", async () => {
    const all = {
      userId: `${"😀".repeat(49)} `,
      displayName: "é".repeat(100),
      roles: Array(10).fill("r".repeat(100)),
      metadata: JSON.parse('{"__proto__":{"a":1},"toJSON":"x","deep":[[[9007199254740991,-0.25,1e-7]]],"s":"\\u0000"}'),
      avatarFileId: "f".repeat(50),
      avatarCustomUrl: `https://cdn.example/${"x".repeat(980)}`,
      description: `two\nlines ${"d".repeat(490)}`,
    };
    expect(await sentFor(all)).toEqual(all);
  });

  test("empties lists and data where empty ones are given", async () => {
    expect(await sentFor({ userId: "bob", roles: [], metadata: {} })).toEqual({
      userId: "bob",
      roles: [],
      metadata: {},
    });
  });

  test("gives the user as Amity answers it", async () => {
    const bob = { displayName: "Bob", metadata: { a: 1 }, roles: ["r"] };
    await withBoth(
      everybody(() => bob),
      async ({ ask }) => {
        const { body } = await ask(upsert, { input: { userId: "bob", displayName: "Bobby" } });
        expect(body.data.upsertUser).toEqual({ userId: "bob", ...bob });
      },
    );
  });

  test("is no success when the answer is about somebody else", async () => {
    await withBoth(always(200, '{"users":[{"userId":"eve"}]}'), async ({ ask }) => {
      const answered = await ask(upsert, { input: { userId: "bob" } });
      expect(errorOf(answered).extensions.code).toBe("UPSTREAM_BAD_RESPONSE");
    });
  });

  const deep = (levels: number): unknown => (levels === 0 ? 0 : [deep(levels - 1)]);
  test.each<[string, object, string]>([
    ["too long a userId", { userId: "x".repeat(51) }, "input.userId must have at most 50 characters"],
    ["an empty name", { displayName: "" }, "input.displayName must not be empty"],
    ["too long a name", { displayName: "x".repeat(101) }, "input.displayName must have at most 100 characters"],
    ["a name of two lines", { displayName: "a\nb" }, "input.displayName must not hold control characters"],
    ["eleven roles", { roles: Array(11).fill("r") }, "input.roles must have at most 10 entries"],
    ["too long a role", { roles: ["r", "x".repeat(101)] }, "input.roles.1 must have at most 100 characters"],
    ["too long a file id", { avatarFileId: "x".repeat(51) }, "input.avatarFileId must have at most 50 characters"],
    [
      "too long a URL",
      { avatarCustomUrl: "x".repeat(1_001) },
      "input.avatarCustomUrl must have at most 1000 characters",
    ],
    ["too long a description", { description: "x".repeat(501) }, "input.description must have at most 500 characters"],
    ["a description with a NUL", { description: "a\u0000" }, "input.description must not hold control characters"],
    [
      "too large metadata",
      { metadata: { a: "é".repeat(2_497) } },
      "input.metadata must have at most 5000 bytes as JSON",
    ],
    ["too deep metadata", { metadata: { a: deep(64) } }, "input.metadata must have at most 64 levels"],
    ["a number that lost digits", { metadata: { a: { b: 2 ** 53 } } }, exactly],
  ])("refuses %s before any call", async (_what, input, message) => {
    await withBoth(everybody(), async ({ ask }, { seen }) => {
      const answered = await ask(upsert, { input: { userId: "bob", ...input } });
      expect(errorOf(answered)).toMatchObject({ message, extensions: { code: "BAD_USER_INPUT" } });
      expect(answered.body.data).toBeNull();
      expect(seen).toEqual([]);
    });
  });

  test.each(['"canary-of-a-value"', "[1]", "17", "{ a: 1e400 }", "{ a: 12345678901234567890 }"])(
    "refuses metadata of %s without repeating it",
    async (literal) => {
      await withBoth(everybody(), async ({ ask }, { seen }) => {
        const query = `mutation { upsertUser(input: { userId: "bob", metadata: ${literal} }) { userId } }`;
        const { status, text } = await ask(query, {}, { accept: "application/graphql-response+json" });
        expect([status, text.includes("canary"), text.includes("12345")]).toEqual([400, false, false]);
        const whole = 'mutation ($m: JSONObject) { upsertUser(input: { userId: "bob", metadata: $m }) { userId } }';
        if (literal.startsWith('"'))
          expect((await ask(whole, { m: "canary-of-a-value" })).text).not.toContain("canary");
        expect(seen).toEqual([]);
      });
    },
  );

  test("takes metadata from 5,000 bytes on down, to 64 levels", async () => {
    const metadata = { a: "x".repeat(4_992), deep: undefined };
    expect(await sentFor({ userId: "bob", metadata })).toEqual({ userId: "bob", metadata: { a: metadata.a } });
    expect(await sentFor({ userId: "bob", metadata: { a: deep(62) } })).toMatchObject({ userId: "bob" });
  });
});

/** Each field with what a good answer is, and a request for it. */
const fields: [string, string, object][] = [
  ["user", one, { u: "bob" }],
  ["users", several, { ids: ["bob"] }],
  ["upsertUser", upsert, { input: { userId: "bob" } }],
];

describe.each(fields)("%s", (field, query, variables) => {
  /** For what takes all the time there is. The rest ends by itself, on a busy machine later. */
  const quick = { UPSTREAM_ATTEMPT_TIMEOUT_MS: "150", UPSTREAM_TIMEOUT_MS: "400" };

  test.each<[string, Answer, string]>([
    ["a redirect", always(302, "", { location: "http://127.0.0.1:1/" }), "UPSTREAM_BAD_RESPONSE"],
    ["an odd success", always(204, ""), "UPSTREAM_BAD_RESPONSE"],
    ["a page", always(200, "<html>maintenance</html>"), "UPSTREAM_BAD_RESPONSE"],
    ["a word", always(200, '"fine"'), "UPSTREAM_BAD_RESPONSE"],
    ["a list", always(200, "[]"), "UPSTREAM_BAD_RESPONSE"],
    ["an object without users", always(200, '{"success":true}'), "UPSTREAM_BAD_RESPONSE"],
    ["users that are null", always(200, '{"users":null}'), "UPSTREAM_BAD_RESPONSE"],
    ["users that are no list", always(200, '{"users":{"userId":"bob"}}'), "UPSTREAM_BAD_RESPONSE"],
    ["too large a body", always(200, '{"users":[]}'.padEnd(262_145)), "UPSTREAM_BAD_RESPONSE"],
    ["a refused admin token", always(401, "Unauthorized"), "UPSTREAM_AUTH_FAILED"],
    ["a forbidden admin token", always(403, '{"code":400301}'), "UPSTREAM_AUTH_FAILED"],
    ["another page's 404", always(404, "Not Found"), "UPSTREAM_REJECTED"],
    ["parameter errors", always(422, '{"code":500000,"data":{"detail":["x"]}}'), "UPSTREAM_REJECTED"],
    ["a rate limit", always(429, '{"code":400311}', { "retry-after": "30" }), "UPSTREAM_RATE_LIMITED"],
    ["a server error", always(500, ""), "UPSTREAM_UNAVAILABLE"],
    ["a reset", (response) => response.destroy(), "UPSTREAM_UNAVAILABLE"],
    ["no answer", () => {}, "UPSTREAM_TIMEOUT"],
  ])("gives a code for %s and goes on", async (_what, fault, code) => {
    let broken = true;
    const answer: Answer = (response, request) => (broken ? fault : everybody())(response, request);
    await withBoth(
      answer,
      async ({ ask }) => {
        const answered = await ask(query, variables);
        expect(errorOf(answered).extensions.code).toBe(code);
        expect(answered.body.data?.[field] ?? null).toBeNull();
        broken = false;
        expect((await ask(query, variables)).body.data[field]).toBeTruthy();
      },
      code === "UPSTREAM_TIMEOUT" ? quick : {},
    );
  });

  test("is tried again after an outage of one answer", async () => {
    let tries = 0;
    const answer: Answer = (response, request) => (++tries === 1 ? always(502, "") : everybody())(response, request);
    await withBoth(answer, async ({ ask }) => {
      expect((await ask(query, variables)).body.errors).toBeUndefined();
      expect(tries).toBe(2);
    });
  });

  test("sends nothing to a region that is not configured", async () => {
    await withBoth(everybody(), async ({ ask }, { seen }) => {
      const inUs = query
        .replace("userId: $u", "userId: $u, region: US")
        .replace("userIds: $ids", "userIds: $ids, region: US");
      const input = { userId: "bob", region: "US" };
      expect(errorOf(await ask(inUs, { ...variables, input })).extensions.code).toBe("REGION_NOT_CONFIGURED");
      expect(seen).toEqual([]);
    });
  });
});

test("without an admin token no user is changed", async () => {
  await withUpstream(everybody(), async ({ url, seen }) => {
    await withGateway({ env: regionAt(url) }, async ({ ask }) => {
      expect(errorOf(await ask(upsert, { input: { userId: "bob" } })).extensions).toMatchObject({
        code: "ADMIN_NOT_CONFIGURED",
        retryable: false,
      });
    });
    expect(seen).toEqual([]);
  });
});
