import { describe, expect, test } from "@jest/globals";
import { errorOf, regionAt, withGateway } from "../support/gateway.js";
import { hostileIds } from "../support/hostile-ids.js";
import { always, likeAmity, withUpstream } from "../support/upstream.js";

const mint =
  "query ($userId: ID, $region: RegionCode) { authToken(userId: $userId, region: $region) { token userId region } }";

describe("the v4 token route", () => {
  test("gets exactly the documented request", async () => {
    await withUpstream(always(200, '"token-1"', { "content-type": "text/plain" }), async ({ url, seen }) => {
      await withGateway({ env: regionAt(url) }, async ({ ask }) => {
        const { body } = await ask(mint, { userId: "alice" });
        expect(body).toEqual({ data: { authToken: { token: "token-1", userId: "alice", region: "EU" } } });
      });
      expect(seen).toEqual([
        {
          method: "POST",
          url: "/api/v4/authentication/token",
          headers: {
            accept: "application/json, text/plain",
            "accept-encoding": "identity",
            connection: "keep-alive",
            "content-length": "18",
            "content-type": "application/json",
            host: new URL(url).host,
            "user-agent": "amity-graphql/2.0.0",
            "x-server-key": "canary-server-key-eu",
          },
          body: '{"userId":"alice"}',
        },
      ]);
    });
  });

  test.each(hostileIds)("carries the user id %j exactly", async (userId) => {
    await withUpstream(always(200, '"t"'), async ({ url, seen }) => {
      await withGateway({ env: regionAt(url) }, async ({ ask }) => {
        const { body } = await ask(mint, { userId });
        expect(body.data.authToken.userId).toBe(userId);
      });
      expect(seen.map(({ body }) => JSON.parse(body))).toEqual([{ userId }]);
    });
  });
});

describe("the v3 token route", () => {
  test("gets exactly the documented request", async () => {
    await withUpstream(always(200, '"token-1"', { "content-type": "application/json" }), async ({ url, seen }) => {
      await withGateway({ env: regionAt(url, { AMITY_TOKEN_API: "v3" }) }, async ({ ask }) => {
        const { body } = await ask(mint, { userId: "alice" });
        expect(body.data.authToken.token).toBe("token-1");
      });
      expect(seen).toEqual([
        {
          method: "GET",
          url: "/api/v3/authentication/token?userId=alice",
          headers: {
            accept: "application/json, text/plain",
            "accept-encoding": "identity",
            connection: "keep-alive",
            host: new URL(url).host,
            "user-agent": "amity-graphql/2.0.0",
            "x-server-key": "canary-server-key-eu",
          },
          body: "",
        },
      ]);
    });
  });

  test.each(hostileIds)("carries the user id %j exactly", async (userId) => {
    await withUpstream(always(200, '"t"'), async ({ url, seen }) => {
      await withGateway({ env: regionAt(url, { AMITY_TOKEN_API: "v3" }) }, ({ ask }) =>
        ask(mint, { userId }).then(() => {}),
      );
      const [{ url: path } = { url: "" }] = seen;
      expect(Object.fromEntries(new URL(path, url).searchParams)).toEqual({ userId });
      expect(path).not.toContain("+");
    });
  });
});

describe("every region", () => {
  test("is reached at its own base URL with its own key", async () => {
    await withUpstream(likeAmity({}, "from-eu"), async (eu) => {
      await withUpstream(likeAmity({}, "from-us"), async (us) => {
        const env = {
          AMITY_EU_BASE_URL: `${eu.url}/behind/a/path`,
          AMITY_EU_SERVER_KEY: "key-eu",
          AMITY_US_BASE_URL: us.url,
          AMITY_US_SERVER_KEY: "key-us",
          AMITY_REGION: "us",
        };
        await withGateway({ env }, async ({ ask }) => {
          const { body } = await ask(`{ eu: authToken(userId: "a", region: EU) { token region }
            us: authToken(userId: "a", region: US) { token region } byDefault: authToken(userId: "a") { token region } }`);
          expect(body.data).toEqual({
            eu: { token: "from-eu", region: "EU" },
            us: { token: "from-us", region: "US" },
            byDefault: { token: "from-us", region: "US" },
          });
        });
        expect(eu.seen.map(({ url, headers }) => [url, headers["x-server-key"]])).toEqual([
          ["/behind/a/path/api/v4/authentication/token", "key-eu"],
        ]);
        expect(us.seen.map(({ headers }) => headers["x-server-key"])).toEqual(["key-us"]);
      });
    });
  });
});

test("equal mints of one operation cost one call", async () => {
  await withUpstream(always(200, '"t"'), async ({ url, seen }) => {
    await withGateway({ env: regionAt(url) }, async ({ ask }) => {
      await ask(`{ a: authToken(userId: "x") { token } b: authToken(userId: "x") { token }
        c: authToken(userId: "x", region: EU) { token } d: authToken(userId: "y") { token } }`);
    });
    expect(seen.map(({ body }) => body).sort()).toEqual(['{"userId":"x"}', '{"userId":"y"}']);
  });
});

test("one failed alias leaves the other's error alone", async () => {
  const answer = (response: import("node:http").ServerResponse, { body }: { body: string }) => {
    response.writeHead(body.includes("bad") ? 422 : 200).end('"t"');
  };
  await withUpstream(answer, async ({ url }) => {
    await withGateway({ env: regionAt(url) }, async ({ ask }) => {
      const answered = await ask(
        '{ good: authToken(userId: "good") { token } bad: authToken(userId: "bad") { token } }',
      );
      expect(errorOf(answered)).toMatchObject({ path: ["bad"], extensions: { code: "UPSTREAM_REJECTED" } });
      expect(answered.body.data).toBeNull();
    });
  });
});

describe("a missing key", () => {
  test.each([
    ["no key", { AMITY_US_API_KEY: "k" }, "REGION_NOT_CONFIGURED"],
    ["an API key alone", { AMITY_EU_API_KEY: "k" }, "SECURE_MODE_NOT_CONFIGURED"],
  ])("refuses authToken for a region with %s, and names the one it lacks", async (_what, keys, code) => {
    await withGateway({ env: keys }, async ({ ask, logged }) => {
      const answered = await ask(mint, { userId: "alice", region: "EU" });
      expect(errorOf(answered).extensions).toMatchObject({ code, retryable: false });
      expect(answered.status).toBe(200);
      const lines = logged.map((line) => JSON.parse(line));
      expect(lines).toContainEqual(expect.objectContaining({ level: "warn", code, reason: "no server key" }));
    });
  });
});

describe("a user id given as a number", () => {
  test.each([42, 9_007_199_254_740_991])("%i is carried exactly", async (userId) => {
    await withUpstream(always(200, '"t"'), async ({ url, seen }) => {
      await withGateway({ env: regionAt(url) }, ({ ask }) => ask(mint, { userId }).then(() => {}));
      expect(seen[0]?.body).toBe(`{"userId":"${userId}"}`);
    });
  });

  test.each(["12345678901234567890", "1e21", "0.5", "true", "[]", "{}"])("%s is refused", async (userId) => {
    await withUpstream(always(200, '"t"'), async ({ url, seen }) => {
      await withGateway({ env: regionAt(url) }, async ({ send }) => {
        const body = `{"query":${JSON.stringify(mint)},"variables":{"userId":${userId}}}`;
        const answered = await send("/graphql", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        });
        expect(errorOf(answered).extensions.code).toBe("BAD_USER_INPUT");
      });
      expect(seen).toEqual([]);
    });
  });
});

test.each([
  ["", "userId must not be empty"],
  [null, "userId must be given: the caller has no user of its own"],
])("the refusal of the user id %j names its argument", async (userId, message) => {
  await withGateway({}, async ({ ask }) => {
    expect(errorOf(await ask(mint, { userId })).message).toBe(message);
  });
});

test("refused input is never sent", async () => {
  await withUpstream(always(200, '"t"'), async ({ url, seen }) => {
    await withGateway({ env: regionAt(url) }, async ({ ask }) => {
      for (const userId of ["", "x".repeat(101), "a\u0000b", "a\ud800", null]) {
        expect(errorOf(await ask(mint, { userId })).extensions.code).toBe("BAD_USER_INPUT");
      }
      expect((await ask(mint, { userId: "🎈".repeat(100) })).body.errors).toBeUndefined();
    });
    expect(seen).toHaveLength(1);
  });
});
