import { describe, expect, test } from "@jest/globals";
import { callersAt, signedIn } from "../support/callers.js";
import { errorOf, type TestGateway, withGateway } from "../support/gateway.js";
import { likeAmity, withUpstream } from "../support/upstream.js";

const current = { accept: "application/graphql-response+json" };

async function withCallers(env: Record<string, string>, use: (gateway: TestGateway) => Promise<void>): Promise<void> {
  await withUpstream(likeAmity({ accessToken: "a", users: [{ userId: "alice" }] }), async ({ url, seen }) => {
    await withGateway(callersAt(url, env), use);
    expect(seen).toEqual([]);
  });
}

const production = { NODE_ENV: "production" };

/** All of an answer that could tell one document from another. */
async function toldTo({ ask }: TestGateway, query: string, headers: Record<string, string>, variables = {}) {
  const {
    status,
    headers: answered,
    text,
  } = await ask(query, variables, { ...current, "x-request-id": "r", ...headers });
  return { status, authenticate: answered.get("www-authenticate"), text };
}

describe("whoever is not signed in in production", () => {
  const known = "{ authToken { token } }";
  const guesses: [string, string, object?][] = [
    ["an unknown field", "{ authToken { tokn } }"],
    ["an unknown field beside a known one", "{ authToken { token nope } }"],
    ["an unknown root field", "{ nope }"],
    ["an unknown root field beside a public one", "{ regions { code } nope }"],
    ["an unknown root field in a fragment", "{ ...f } fragment f on Query { nope }"],
    ["an unknown mutation", "mutation { nope }"],
    ["a known mutation", 'mutation { createSession(input: { deviceId: "d" }) { userId } }'],
    ["a known mutation without its argument", "mutation { createSession { userId } }"],
    ["an unknown input field", 'mutation { createSession(input: { deviceId: "d", nope: 1 }) { userId } }'],
    ["an unknown argument", "{ authToken(nope: 1) { token } }"],
    ["a value of another type", "{ authToken(userId: {}) { token } }"],
    ["a field without selections", "{ authToken }"],
    ["an unknown type", "query ($v: Nope) { authToken(userId: $v) { token } }"],
    ["a known type at the wrong place", "query ($v: DeviceKind) { authToken(userId: $v) { token } }"],
    ["an unknown directive", "{ authToken @nope { token } }"],
    ["a variable of the wrong type", "query ($v: ID) { authToken(userId: $v) { token } }", { v: {} }],
    [
      "an unknown key in a variable",
      "mutation ($i: CreateSessionInput!) { createSession(input: $i) { userId } }",
      { i: { nope: 1 } },
    ],
    ["an unknown field of introspection", "{ __schema { nope } }"],
    ["introspection", "{ __schema { types { name } } }"],
  ];

  test("has one and the same answer for every guess", async () => {
    await withCallers(production, async (gateway) => {
      const refused = await toldTo(gateway, known, {});
      expect(refused).toMatchObject({ status: 401, authenticate: "Bearer" });
      for (const [what, query, variables] of guesses) {
        expect([what, await toldTo(gateway, query, {}, variables)]).toEqual([what, refused]);
      }
    });
  });

  test("has one answer for whatever does not fit public fields", async () => {
    await withCallers(production, async (gateway) => {
      const texts = new Set<string>();
      for (const query of [
        "{ regions { nope } }",
        "{ regions { code nope } }",
        "{ regions { code(a: 1) } }",
        "{ region(code: EV) { code } }",
        "{ region { code } }",
        "{ ...f } fragment f on Query { regions { code { x } } }",
        "query ($v: CreateSessionInput) { regions { code } }",
        "query ($v: Nope) { regions { code } }",
        "{ regions { ... on User { userId } } }",
        "{ regions { ... on Nope { userId } } }",
      ]) {
        const { status, text } = await toldTo(gateway, query, {});
        expect([query, status]).toEqual([query, 400]);
        texts.add(text);
      }
      expect([...texts].map((text) => JSON.parse(text))).toEqual([
        {
          errors: [
            {
              message: "The operation does not fit the schema",
              extensions: { code: "GRAPHQL_VALIDATION_FAILED", requestId: "r", retryable: false },
            },
          ],
        },
      ]);
    });
  });

  test("is told of limits and of public values all the same", async () => {
    await withCallers(production, async ({ ask }) => {
      expect(errorOf(await ask(`{ nope { ${"a ".repeat(102)} } }`)).extensions.code).toBe("QUERY_TOO_COMPLEX");
      const query = "query ($c: RegionCode!) { region(code: $c) { code } }";
      expect(errorOf(await ask(query, { c: "EV" })).message).toBe("Invalid value at $c: expected RegionCode!");
      expect((await ask("{ regions { code } }")).status).toBe(200);
    });
  });

  test.each([
    ["{ regions { nope } }", "Bearer nonsense"],
    ["{ nope }", "Bearer nonsense"],
  ])("with a bad credential has 401 for %s", async (query, authorization) => {
    await withCallers(production, async (gateway) => {
      const told = await toldTo(gateway, query, { authorization });
      expect([told.status, told.authenticate]).toEqual([401, 'Bearer error="invalid_token"']);
      expect(gateway.logged.join()).toContain("credential refused");
    });
  });

  test("has credentials that are refused counted", async () => {
    await withCallers({ ...production, RATE_LIMIT_FAILED_AUTH: "1" }, async (gateway) => {
      const bad = { authorization: "Bearer nonsense" };
      const statuses = [];
      for (const query of ["{ nope }", "{ nope }"]) statuses.push((await toldTo(gateway, query, bad)).status);
      expect(statuses).toEqual([401, 429]);
    });
  });
});

describe("the real text of an error", () => {
  const query = "{ authToken { tokn } }";
  const text = 'Cannot query field "tokn" on type "AuthToken".';

  test.each<[string, Record<string, string>, string]>([
    ["in production", production, text],
    ["in production without introspection", { ...production, INTROSPECTION: "off" }, text],
    ["outside production", {}, `${text} Did you mean "token"?`],
  ])("is for the signed-in %s", async (_where, env, message) => {
    await withCallers(env, async ({ ask }) => {
      expect(errorOf(await ask(query, {}, await signedIn("alice")))).toMatchObject({
        message,
        extensions: { code: "GRAPHQL_VALIDATION_FAILED" },
      });
      const enumeration = "query ($c: RegionCode!) { region(code: $c) { code } }";
      expect(errorOf(await ask(enumeration, { c: "EV" }, await signedIn("alice"))).message).toBe(
        "Invalid value at $c: expected RegionCode!: EU, SG or US",
      );
    });
  });

  test.each<[string, Record<string, string>]>([
    ["outside production", {}],
    ["where introspection is open", { ...production, INTROSPECTION: "on" }],
  ])("is for everybody %s", async (_where, env) => {
    await withCallers(env, async ({ ask }) => {
      expect(errorOf(await ask(query)).message).toContain(text);
    });
  });

  test("is for nobody but the signed-in where introspection is off", async () => {
    await withCallers({ ...production, INTROSPECTION: "off" }, async ({ ask }) => {
      expect((await ask(query)).status).toBe(401);
    });
  });
});

describe("a syntax error", () => {
  test("is told in full outside production alone", async () => {
    const query = '{ authToken(userId: "canary-secret" ';
    await withCallers({}, async ({ ask }) => {
      expect(errorOf(await ask(query)).message).toBe("Syntax Error: Expected Name, found <EOF>.");
    });
    await withCallers(production, async ({ ask }) => {
      expect(errorOf(await ask(query, {}, await signedIn("alice"))).message).toBe("Syntax error at 1:37");
    });
  });
});
