import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { callersAt, signedIn } from "../support/callers.js";
import { errorOf, withGateway } from "../support/gateway.js";
import { likeAmity, withUpstream } from "../support/upstream.js";

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(" ");
const mint = (alias: number) => `a${alias}: authToken(userId: "x") { token }`;
const tooLarge: [string, string][] = [
  ["five root fields", `{ ${times(5, mint)} }`],
  ["sixteen aliases", `{ regions { ${times(16, (i) => `c${i}: code`)} } }`],
  [
    "aliases through fragments",
    `{ a: regions { ...f } b: regions { ...f } } fragment f on Region { ${times(8, (i) => `c${i}: code`)} }`,
  ],
  [
    "root fields through fragments",
    `{ ...f ...g } fragment f on Query { ${times(3, mint)} } fragment g on Query { b: regions { code } c: regions { code } }`,
  ],
  ["eleven directives", `{ regions { code ${times(11, () => "@include(if: true)")} } }`],
  [
    "directives on many places",
    `query @skip(if: false) { regions { ${times(11, (i) => `c${i}: code @include(if: true)`)} } }`,
  ],
  ["more than a thousand tokens", `{ regions { ${times(1_001, () => "code")} } }`],
  ["nine levels", `${"{ a ".repeat(9)}${"}".repeat(9)}`],
  ["two thousand aliases", `{ ${times(2_000, mint)} }`],
  ["five thousand levels", "{a".repeat(5_000)],
  [
    "fields repeated in a fragment that nothing spreads",
    `{ __typename } fragment f on Region { ${"code ".repeat(102)} }`,
  ],
  [
    "fields repeated in a second fragment of the name",
    `{ ...f } fragment f on Query { ${"a ".repeat(102)} } fragment f on Query { b }`,
  ],
  ["fields repeated one level down", `{ regions { ${"a { b } ".repeat(52)} } }`],
  [
    "fields repeated across fragments",
    `{ regions { ...f ...g } } ${times(2, (i) => `fragment ${"fg"[i]} on Region { ${"code ".repeat(52)} }`)}`,
  ],
  ["fields repeated in inline fragments", `{ regions { ${"...{ code } ".repeat(102)} } }`],
];

/** As many selections, ten or eleven to a spread. Each inline fragment merges its own set of fields. */
const tenFragments = "fragment ten on Region { a b c d e f g h i }";
function selections(count: number): string {
  const filled = times(Math.floor(count / 11), (i) => `f${i} { ...ten }`);
  return `${filled} ${times(count % 11, (i) => `r${i}`)}`;
}

const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");

/** The number before a word in the row of docs/errors.md for a code. */
function documentedLimit(code: string, word: string): string | undefined {
  return new RegExp(`^\\| \`${code}\` .*?(\\d+) ${word}`, "m").exec(page)?.[1];
}

describe("an operation", () => {
  test.each(tooLarge)("with %s is refused before any call", async (_what, query) => {
    await withUpstream(likeAmity({}), async ({ url, seen }) => {
      await withGateway(callersAt(url), async ({ ask }) => {
        const headers = { ...(await signedIn("x")), accept: "application/graphql-response+json" };
        const answered = await ask(query, {}, headers);
        expect(answered.status).toBe(400);
        expect(answered.body.errors.length).toBeLessThanOrEqual(6);
        expect(answered.body.errors.map((error: { extensions: { code: string } }) => error.extensions.code)).toContain(
          "QUERY_TOO_COMPLEX",
        );
      });
      expect(seen).toEqual([]);
    });
  });

  test.each<[string, (count: number) => string]>([
    ["levels", (count) => `${"{ a ".repeat(count)}${"}".repeat(count)}`],
    ["aliases", (count) => `{ regions { ${times(count, (i) => `c${i}: code`)} } }`],
    ["root fields", (count) => `{ ${times(count, (i) => `a${i}: region(code: EU) { code }`)} }`],
    ["directives", (count) => `{ regions { code ${"@include(if: true) ".repeat(count)} } }`],
    ["tokens", (count) => `{ regions { ${times(count - 5, (i) => `c${i}`)} } }`],
    ["comments", (count) => `{ regions { code } } ${"#\n".repeat(count)}`],
    ["definitions", (count) => `{ __typename } ${times(count - 1, (i) => `fragment f${i} on Region { code }`)}`],
    ["selections", (count) => `{ regions { ${selections(count - 1)} } } ${tenFragments}`],
    ["repeated fields", (count) => `{ regions { ${"code ".repeat(count + 1)} } }`],
  ])("may have as many %s as docs/errors.md says", async (what, documentWith) => {
    const most = Number(documentedLimit("QUERY_TOO_COMPLEX", what));
    await withGateway({}, async ({ ask }) => {
      expect((await ask(documentWith(most))).text).not.toContain("QUERY_TOO_COMPLEX");
      expect((await ask(documentWith(most + 1))).text).toContain("QUERY_TOO_COMPLEX");
    });
  });

  test("with inline fragments is no deeper for them", async () => {
    await withGateway({}, async ({ ask }) => {
      const { body } = await ask(`{ regions { ${"... { ".repeat(9)} code ${"}".repeat(9)} } }`);
      expect(body.errors).toBeUndefined();
    });
  });

  test("with a fragment cycle is refused", async () => {
    await withGateway({}, async ({ ask }) => {
      const { body } = await ask("{ regions { ...a } } fragment a on Region { ...b } fragment b on Region { ...a }");
      expect(body.errors[0].extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
    });
  });

  test("is not multiplied by nested fragments", async () => {
    await withGateway({}, async ({ ask }) => {
      const chain = times(20, (i) => `fragment f${i} on Region { ...f${i + 1} ...f${i + 1} }`);
      const { body } = await ask(`{ regions { ...f0 } } ${chain} fragment f20 on Region { x: code }`);
      expect(body.errors[0].extensions.code).toBe("QUERY_TOO_COMPLEX");
    });
  });

  test("spreads a fragment twice at no more cost", async () => {
    await withGateway({}, async ({ ask }) => {
      const chain = times(45, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`);
      const { body } = await ask(`{ ...f0 } ${chain} fragment f45 on Query { __typename }`);
      expect(body).toEqual({ data: { __typename: "Query" } });
    });
  });

  test("with very many errors reports a handful", async () => {
    await withGateway({}, async ({ ask }) => {
      const { body } = await ask(`{ ${times(300, (i) => `nope${i}`)} }`);
      expect(body.errors.length).toBeLessThanOrEqual(7);
    });
  });

  test("that introspects with the usual query is answered", async () => {
    const { getIntrospectionQuery } = await import("graphql");
    await withGateway({}, async ({ ask }) => {
      const { body } = await ask(getIntrospectionQuery({ descriptions: true, specifiedByUrl: true }));
      expect(body.data.__schema.queryType.name).toBe("Query");
    });
  });
});

describe("a rate limit", () => {
  test("counts root fields of one user alone", async () => {
    await withUpstream(likeAmity({}), async ({ url, seen }) => {
      await withGateway(callersAt(url, { RATE_LIMIT_USER: "3" }), async ({ ask }) => {
        const query = "{ a: authToken { userId } b: authToken { userId } }";
        expect((await ask(query, {}, await signedIn("alice"))).status).toBe(200);
        const refused = await ask(query, {}, await signedIn("alice"));
        expect(refused.status).toBe(429);
        expect(errorOf(refused).extensions).toMatchObject({ code: "RATE_LIMITED", retryable: true });
        expect(Number(refused.headers.get("retry-after"))).toBe(errorOf(refused).extensions.retryAfterSeconds);
        expect((await ask(query, {}, await signedIn("bob"))).status).toBe(200);
      });
      expect(seen).toHaveLength(2);
    });
  });

  test.each([
    ["a forbidden id", "FORBIDDEN", "bob"],
    ["a variable of the wrong type", "BAD_USER_INPUT", { id: "alice" }],
    ["a number that loses digits", "BAD_USER_INPUT", 2 ** 53],
  ])("counts attempts with %s too", async (_what, code, u) => {
    await withUpstream(likeAmity({}), async ({ url }) => {
      await withGateway(callersAt(url, { RATE_LIMIT_USER: "2" }), async ({ ask }) => {
        const codes = [];
        for (let i = 0; i < 3; i++) {
          const query = "query ($u: ID) { authToken(userId: $u) { token } }";
          codes.push(errorOf(await ask(query, { u }, await signedIn("alice"))).extensions.code);
        }
        expect(codes).toEqual([code, code, "RATE_LIMITED"]);
      });
    });
  });

  test.each([
    ["introspection", "{ __schema { queryType { name } } }", [200, 200, 429]],
    ["a type by introspection", '{ __type(name: "Region") { name } }', [200, 200, 429]],
    [
      "introspection under two names",
      '{ a: __type(name: "A") { name } b: __type(name: "B") { name } }',
      [200, 429, 429],
    ],
    ["introspection beside a field", "{ regions { code } __schema { queryType { name } } }", [200, 429, 429]],
    ["a type's name alone", "{ __typename }", [200, 200, 200]],
  ])("counts %s as a root field, or not", async (_what, query, expected) => {
    await withUpstream(likeAmity({}), async ({ url }) => {
      await withGateway(callersAt(url, { RATE_LIMIT_USER: "2" }), async ({ ask }) => {
        const statuses = [];
        for (let i = 0; i < 3; i++) statuses.push((await ask(query, {}, await signedIn("alice"))).status);
        expect(statuses).toEqual(expected);
      });
    });
  });

  test("holds back refused credentials, not valid ones", async () => {
    await withUpstream(likeAmity({}), async ({ url }) => {
      await withGateway(callersAt(url, { RATE_LIMIT_FAILED_AUTH: "2" }), async ({ ask }) => {
        const bad = { authorization: "Bearer nonsense" };
        const statuses = [];
        for (let i = 0; i < 3; i++) statuses.push((await ask("{ regions { code } }", {}, bad)).status);
        expect(statuses).toEqual([401, 401, 429]);
        expect((await ask("{ authToken { userId } }", {}, await signedIn("alice"))).status).toBe(200);
      });
    });
  });

  test.each([
    ["ports of one address", ["203.0.113.2:50000", "203.0.113.2:50001", "203.0.113.2"]],
    ["addresses of one /64", ["2001:db8:1:2::1", "[2001:db8:1:2:3:4:5:6]:443", "2001:DB8:1:2:ffff::"]],
    ["spellings of one address", ["192.0.2.1", "::ffff:192.0.2.1", "[::ffff:c000:201]:80"]],
    ["words that are no address", ["unknown", "_hidden", "6.6.6.6, nonsense"]],
    ["addresses made up on the left", ["1.1.1.1, 192.0.2.1", "2.2.2.2, 192.0.2.1", "127.0.0.1, 192.0.2.1:7"]],
  ])("counts %s together", async (_what, addresses) => {
    await withUpstream(likeAmity({}), async ({ url }) => {
      const env = { RATE_LIMIT_FAILED_AUTH: "1", TRUSTED_PROXIES: "127.0.0.0/8" };
      await withGateway(callersAt(url, env), async ({ ask }) => {
        const statuses = [];
        for (const address of addresses) {
          const headers = { authorization: "Bearer nonsense", "x-forwarded-for": address };
          statuses.push((await ask("{ regions { code } }", {}, headers)).status);
        }
        expect(statuses).toEqual([401, 429, 429]);
      });
    });
  });

  test.each([
    ["believed from a trusted proxy", { TRUSTED_PROXIES: "127.0.0.0/8" }, [401, 401]],
    ["ignored from anybody else", {}, [401, 429]],
  ])("has X-Forwarded-For %s", async (_how, env, expected) => {
    await withUpstream(likeAmity({}), async ({ url }) => {
      await withGateway(callersAt(url, { RATE_LIMIT_FAILED_AUTH: "1", ...env }), async ({ ask }) => {
        const statuses = [];
        for (const address of ["192.0.2.1", "192.0.2.2"]) {
          const headers = { authorization: "Bearer nonsense", "x-forwarded-for": address };
          statuses.push((await ask("{ regions { code } }", {}, headers)).status);
        }
        expect(statuses).toEqual(expected);
      });
    });
  });
});

test("the body limit is configurable", async () => {
  await withGateway({ env: { BODY_LIMIT_BYTES: "2048" } }, async ({ ask }) => {
    expect((await ask(`{ regions { code } } ${"#".repeat(2_048)}`)).status).toBe(413);
  });
});

test("an overloaded process sheds operations, not health checks", async () => {
  await withGateway({ env: { SHED_EVENT_LOOP_DELAY_MS: "1" } }, async ({ ask, send }) => {
    let answered = await ask("{ regions { code } }");
    for (let tries = 0; tries < 100 && answered.status === 200; tries++) {
      for (const end = performance.now() + 50; performance.now() < end; ) Math.sqrt(2);
      answered = await ask("{ regions { code } }");
    }
    expect([answered.status, answered.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(errorOf(answered).extensions).toMatchObject({ code: "OVERLOADED", retryable: true });
    expect((await send("/livez")).status).toBe(200);
  });
});

test("headers may be as large as docs/errors.md says", async () => {
  const most = Number(documentedLimit("HEADERS_TOO_LARGE", "KiB")) * 1_024;
  const padded = (bytes: number) => ({ headers: { "x-padding": "x".repeat(bytes) } });
  await withGateway({}, async ({ send }) => {
    // What fetch itself sends takes less than this.
    expect((await send("/livez", padded(most - 512))).status).toBe(200);
    expect((await send("/livez", padded(most))).status).toBe(431);
  });
});
