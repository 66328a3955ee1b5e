import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { callersAt, signedIn } from "../support/callers.js";
import { testClock } from "../support/clock.js";
import { type TestGateway, withGateway } from "../support/gateway.js";
import { rawRequest } from "../support/raw-request.js";
import { type Answer, always, likeAmity, withUpstream } from "../support/upstream.js";

const alice = "alice@example.com";

function linesOf({ logged }: TestGateway, message: string): Record<string, unknown>[] {
  return logged.map((line) => JSON.parse(line)).filter((line) => line.message === message);
}

/** Lets a signed-in caller ask, and gives the gateway whose log can be read. */
async function afterAsking(
  query: string,
  env: Record<string, string>,
  read: (gateway: TestGateway) => void,
): Promise<void> {
  await withUpstream(likeAmity({ accessToken: "a", users: [{ userId: alice }] }), async ({ url }) => {
    await withGateway(callersAt(url, env), async (gateway) => {
      await gateway.ask(query, {}, { ...(await signedIn(alice)), "x-request-id": "request-1" });
      read(gateway);
    });
  });
}

describe("the access log", () => {
  test("has one line without the user's name", async () => {
    await afterAsking("{ authToken { token } }", {}, (gateway) => {
      const hash = createHash("sha256").update(alice).digest("hex").slice(0, 16);
      expect(linesOf(gateway, "request")).toEqual([
        {
          level: "info",
          message: "request",
          requestId: "request-1",
          method: "POST",
          path: "/graphql",
          status: 200,
          ms: expect.any(Number),
          address: "127.0.0.1",
          caller: `user:${hash}`,
          rootFields: [{ field: "authToken", outcome: "OK" }],
          calls: [{ region: "EU", operation: "mintAuthToken", outcome: "OK", attempts: 1 }],
        },
      ]);
    });
  });

  test("names the user where that is wanted", async () => {
    await afterAsking("{ regions { code } }", { LOG_USER_IDS: "plain" }, (gateway) => {
      expect(linesOf(gateway, "request")[0]).toMatchObject({ caller: `user:${alice}` });
    });
  });

  test("repeats no path that a client made up", async () => {
    await withGateway({}, async (gateway) => {
      await gateway.send("/secret-in-the-path?token=secret");
      expect(linesOf(gateway, "request")[0]).toMatchObject({ path: "other", status: 404 });
    });
  });
});

const many = (count: number, text: string) =>
  Array.from({ length: count }, (_, i) => text.replaceAll("#", String(i))).join(" ");
const tooMany = (limit: string) => ({ codes: ["QUERY_TOO_COMPLEX"], documentRefused: "QUERY_TOO_COMPLEX", limit });
const refusedField = (field: string, outcome: string) => ({ rootFields: [{ field, outcome }], codes: [outcome] });

/** What a signed-in caller asks, and what the request line says of it beyond the usual. */
const refusedDocuments: [what: string, query: string, facts: object][] = [
  ["is no GraphQL", "{ S3CRET", { codes: ["GRAPHQL_PARSE_FAILED"], documentRefused: "GRAPHQL_PARSE_FAILED" }],
  [
    "does not fit the schema",
    "{ S3CRET }",
    { codes: ["GRAPHQL_VALIDATION_FAILED"], documentRefused: "GRAPHQL_VALIDATION_FAILED" },
  ],
  [
    "names no operation of several",
    "query S3CRET { __typename } query b { __typename }",
    { codes: ["OPERATION_RESOLUTION_FAILURE"], documentRefused: "OPERATION_RESOLUTION_FAILURE" },
  ],
  ["is too deep", `${"{ S3CRET ".repeat(9)}${"}".repeat(9)}`, tooMany("depth")],
  ["has too many aliases", `{ regions { ${many(16, "S3CRET#: code")} } }`, tooMany("aliases")],
  ["has too many root fields", `{ ${many(5, "S3CRET#: regions { code }")} }`, tooMany("rootFields")],
  ["has too many directives", `{ regions { code ${"@include(if: true) ".repeat(11)} } }`, tooMany("directives")],
  ["has too many tokens", `{ regions { ${"S3CRET ".repeat(1_001)} } }`, tooMany("tokens")],
  ["has too many comments", `${"#S3CRET\n".repeat(1_001)}{ __typename }`, tooMany("comments")],
  [
    "has too many definitions",
    `{ __typename } ${many(50, "fragment S3CRET# on Query { __typename }")}`,
    tooMany("definitions"),
  ],
  [
    "selects too much",
    `{ regions { ${many(15, "S3CRET#: code")} ${many(100, "f# { ...ten }")} } } fragment ten on Region { a b c d e f g h i }`,
    tooMany("selections"),
  ],
  ["repeats too many fields", `{ regions { ${"code ".repeat(102)} } }`, tooMany("repeatedFields")],
  [
    "introspects too much",
    `{ __schema { ${many(3, `t#: types { fields { type { ${"fields { name type { name kind } } ofType { ".repeat(3)}kind } } } } } }`)} } }`,
    tooMany("introspection"),
  ],
];

describe("the line of a request", () => {
  test.each(refusedDocuments)("whose document %s says so", async (_what, query, facts) => {
    await afterAsking(query, {}, (gateway) => {
      const [line] = linesOf(gateway, "request");
      expect(line).toMatchObject({ requestId: "request-1", ...facts });
      expect(line).not.toHaveProperty("calls");
      expect(gateway.logged.join()).not.toContain("S3CRET");
    });
  });

  test.each<[what: string, query: string, facts: object]>([
    ["for another user", '{ authToken(userId: "S3CRET") { token } }', refusedField("authToken", "FORBIDDEN")],
    [
      "with a value of no use",
      'mutation { createSession(input: { deviceId: "" }) { accessToken } }',
      refusedField("createSession", "BAD_USER_INPUT"),
    ],
    [
      "of several root fields",
      "{ S3CRET: regions { code } authToken(region: US) { token } }",
      {
        rootFields: [
          { field: "regions", outcome: "OK" },
          { field: "authToken", outcome: "REGION_NOT_CONFIGURED" },
        ],
        codes: ["REGION_NOT_CONFIGURED"],
      },
    ],
  ])("%s says how its fields ended", async (_what, query, facts) => {
    await afterAsking(query, {}, (gateway) => {
      expect(linesOf(gateway, "request")[0]).toMatchObject(facts);
      expect(linesOf(gateway, "request")).not.toContainEqual(expect.stringContaining("S3CRET"));
    });
  });

  test("says what a stranger is not told of the document", async () => {
    await withGateway(callersAt("http://127.0.0.1:9", { NODE_ENV: "production" }), async (gateway) => {
      await gateway.ask("{ nothing }");
      expect(linesOf(gateway, "request")[0]).toMatchObject({
        codes: ["UNAUTHENTICATED"],
        documentRefused: "GRAPHQL_VALIDATION_FAILED",
      });
    });
  });

  test.each([
    ["user", { RATE_LIMIT_USER: "1" }, ""],
    ["failedAuth", { RATE_LIMIT_FAILED_AUTH: "1" }, "x"],
  ])("beyond a rate names the limit %s", async (limit, env, ending) => {
    const authorization = `${(await signedIn(alice))["authorization"]}${ending}`;
    await withGateway(callersAt("http://127.0.0.1:9", env), async (gateway) => {
      for (let i = 0; i < 2; i++) await gateway.ask("{ regions { code } }", {}, { authorization });
      expect(linesOf(gateway, "request")[1]).toMatchObject({
        rootFields: [{ field: "regions", outcome: "RATE_LIMITED" }],
        codes: ["RATE_LIMITED"],
        limit,
      });
    });
  });

  test("counts how often Amity was asked, each try being timed at debug", async () => {
    await withUpstream(always(503, ""), async ({ url }) => {
      await withGateway({ ...callersAt(url), random: () => 0 }, async (gateway) => {
        await gateway.ask("{ authToken { token } }", {}, await signedIn(alice));
        const outcome = "UPSTREAM_UNAVAILABLE";
        expect(linesOf(gateway, "request")[0]).toMatchObject({
          codes: [outcome],
          calls: [{ region: "EU", operation: "mintAuthToken", outcome, attempts: 3 }],
        });
        const attempt = { region: "EU", operation: "mintAuthToken", outcome, ms: expect.any(Number) };
        const [timings] = linesOf(gateway, "timings");
        expect(timings).toMatchObject({ level: "debug", attempts: [attempt, attempt, attempt] });
        for (const stage of ["read", "document", "credential", "admission", "execution"]) {
          expect(timings).toHaveProperty(stage, expect.any(Number));
        }
      });
    });
  });

  test("says that Amity was not asked while a region's circuit is open", async () => {
    await withUpstream(always(500, ""), async ({ url }) => {
      await withGateway({ ...callersAt(url), random: () => 0 }, async (gateway) => {
        for (let i = 0; i < 25; i++) await gateway.ask("{ authToken { token } }", {}, await signedIn(alice));
        expect(linesOf(gateway, "request").at(-1)).toMatchObject({
          calls: [{ outcome: "UPSTREAM_UNAVAILABLE", attempts: 0 }],
        });
      });
    });
  });

  test("says that a token was handed out again", async () => {
    await withUpstream(always(200, '"token"'), async ({ url }) => {
      await withGateway(callersAt(url, { TOKEN_REUSE_SECONDS: "60" }), async (gateway) => {
        for (let i = 0; i < 2; i++) await gateway.ask("{ authToken { token } }", {}, await signedIn(alice));
        const [first, second] = linesOf(gateway, "request");
        expect(first).not.toHaveProperty("reused");
        expect(second).toMatchObject({ reused: 1, rootFields: [{ field: "authToken", outcome: "OK" }] });
        expect(second).not.toHaveProperty("calls");
      });
    });
  });

  test("says why Amity failed whose token of before it got", async () => {
    let isOut = false;
    const answer: Answer = (response, request) => always(isOut ? 503 : 200, '"token"')(response, request);
    const clock = testClock(Date.now());
    await withUpstream(answer, async ({ url }) => {
      await withGateway(
        { ...callersAt(url, { TOKEN_REUSE_SECONDS: "1" }), ...clock, random: () => 0 },
        async (gateway) => {
          const headers = await signedIn(alice);
          await gateway.ask("{ authToken { token } }", {}, headers);
          isOut = true;
          clock.advance(2_000);
          await gateway.ask("{ authToken { token } }", {}, headers);
          const why = { outcome: "UPSTREAM_UNAVAILABLE", reason: "server error" };
          const [, second] = linesOf(gateway, "request");
          expect(second).toMatchObject({ reused: 1, calls: [why] });
          expect(linesOf(gateway, "timings")[1]).toMatchObject({ attempts: [why, why, why] });
        },
      );
    });
  });

  test("says that another request's call served it too", async () => {
    const held: (() => void)[] = [];
    const answer: Answer = (response) => held.push(() => response.end('"token"'));
    await withUpstream(answer, async ({ url }) => {
      await withGateway(callersAt(url), async (gateway) => {
        const ask = async () => gateway.ask("{ authToken { token } }", {}, await signedIn(alice));
        const [one, other] = [ask(), ask()];
        while (held.length === 0 || (await joined(gateway)) < 2) await setImmediate();
        for (const end of held) end();
        await Promise.all([one, other]);
        const shared = linesOf(gateway, "request").filter((line) => line["shared"] === 1);
        expect(shared).toHaveLength(1);
        expect(shared[0]).not.toHaveProperty("calls");
      });
    });
  });

  test("of a client that left says so, and how its fields ended", async () => {
    const gone = new AbortController();
    await withUpstream(
      () => gone.abort(),
      async ({ url }) => {
        await withGateway(callersAt(url), async (gateway) => {
          const headers = { "content-type": "application/json", ...(await signedIn(alice)) };
          const body = JSON.stringify({ query: "{ authToken { token } }" });
          await gateway.send("/graphql", { method: "POST", headers, body, signal: gone.signal }).catch(() => {});
          while (linesOf(gateway, "request").length === 0) await setImmediate();
          expect(linesOf(gateway, "request")[0]).toMatchObject({
            status: 499,
            codes: ["CANCELLED"],
            rootFields: [{ field: "authToken", outcome: "CANCELLED" }],
            calls: [{ outcome: "CANCELLED", attempts: 1 }],
          });
          const { text } = await gateway.send("/metrics");
          expect(text).toContain('http_request_duration_seconds_count{path="/graphql",status="499"} 1');
        });
      },
    );
  });

  test("of what is no HTTP has the id of its answer", async () => {
    await withGateway({}, async (gateway) => {
      const answer = await rawRequest(gateway.url, "S3CRET\r\n\r\n");
      const [, requestId] = /^x-request-id: (\S+)\r$/m.exec(answer) ?? [];
      expect(linesOf(gateway, "request")).toEqual([
        expect.objectContaining({
          requestId,
          path: "other",
          status: 400,
          codes: ["BAD_REQUEST"],
          address: "127.0.0.1",
        }),
      ]);
      expect(gateway.logged.join()).not.toContain("S3CRET");
    });
  });
});

/** How many requests wait for their answer, that for the metrics itself left out. */
async function joined({ send }: TestGateway): Promise<number> {
  const { text } = await send("/metrics");
  return Number(/^http_requests_in_flight (\d+)$/m.exec(text)?.[1]) - 1;
}

test("a refused credential is logged with its reason", async () => {
  await withUpstream(always(200, '"t"'), async ({ url }) => {
    await withGateway(callersAt(url), async (gateway) => {
      const headers = await signedIn(alice, { aud: "another", exp: 1 });
      await gateway.ask("{ regions { code } }", {}, { authorization: `${headers["authorization"]}x` });
      expect(linesOf(gateway, "credential refused")[0]).toMatchObject({
        reason: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
      });
    });
  });
});

test.each([
  [
    "refuses",
    always(422, '{"code":422000}'),
    { code: "UPSTREAM_REJECTED", reason: "request refused", amity: { status: 422, code: 422_000 } },
  ],
  ["answers nonsense", always(200, "<html>"), { code: "UPSTREAM_BAD_RESPONSE", reason: "HTML page", phase: "answer" }],
])("a call that Amity %s is logged with its place", async (_what, answer, facts) => {
  await withUpstream(answer, async ({ url }) => {
    await withGateway(callersAt(url), async (gateway) => {
      await gateway.ask("{ authToken { token } }", {}, { ...(await signedIn(alice)), "x-request-id": "request-1" });
      expect(linesOf(gateway, "a call to Amity failed")).toEqual([
        {
          level: "warn",
          message: "a call to Amity failed",
          requestId: "request-1",
          region: "EU",
          operation: "mintAuthToken",
          attempts: 1,
          ...facts,
        },
      ]);
    });
  });
});
