import { describe, expect, test } from "@jest/globals";
import type { Authenticator } from "../../../src/caller/authenticator.js";
import type { Caller } from "../../../src/caller/caller.js";
import { InvalidCredential } from "../../../src/caller/invalid-credential.js";
import { RateLimits } from "../../../src/caller/rate-limits.js";
import { AppError } from "../../../src/errors/app-error.js";
import type { Audience } from "../../../src/errors/audience.js";
import type { ApolloOptions } from "../../../src/graphql/apollo.js";
import { audienceOf } from "../../../src/graphql/schema-secrecy.js";
import { type ApolloAnswer, alice, withApollo } from "../../support/apollo.js";

/** Answers each document in production, and says how often its caller was asked for. */
async function answersIn(
  documents: readonly string[],
  authenticate: Authenticator["authenticate"],
  options: Partial<ApolloOptions> = {},
): Promise<{ readonly answers: readonly ApolloAnswer[]; readonly asked: number; readonly logged: readonly object[] }> {
  let asked = 0;
  const authenticator: Authenticator = {
    authenticate(authorization) {
      asked++;
      return authenticate(authorization);
    },
    isReady: async () => true,
    scheme: "Bearer",
  };
  const answers: ApolloAnswer[] = [];
  let logged: readonly object[] = [];
  const all = { authenticator, production: true, introspection: "signed-in", ...options } as const;
  await withApollo(all, {}, async (scene) => {
    for (const document of documents) answers.push(await scene.ask(document));
    logged = scene.logged;
  });
  return { answers, asked, logged };
}

const stranger = async () => undefined;
const user = async () => alice;

/** Status, codes and texts: all that a document's answer tells. */
const toldBy = ({ status, body }: ApolloAnswer) => [
  status,
  ...(body.errors ?? []).map(({ message, extensions }: { message: string; extensions: { code: string } }) => [
    extensions.code,
    message,
  ]),
];

test.each<[boolean, boolean, Caller | undefined, Audience]>([
  [false, false, undefined, "developer"],
  [false, true, alice, "developer"],
  [true, false, undefined, "stranger"],
  [true, false, alice, "caller"],
  [true, true, undefined, "caller"],
  [true, true, alice, "caller"],
])("in production %p with open introspection %p, %j reads as %s", (production, openIntrospection, caller, audience) => {
  expect(audienceOf(caller, { production, openIntrospection })).toBe(audience);
});

describe("a document that does not fit the schema", () => {
  const closed = [
    "{ nope }",
    "{ regions { code } nope }",
    "{ authToken { nope } }",
    "{ __schema { nope } }",
    "mutation { nope }",
    // No mutation is for everybody, whatever its fields are called.
    "mutation { regions { code } }",
    "{ ...f } fragment f on Query { nope }",
    "query A { regions { nope } } query B { nope }",
  ];

  test.each(closed)("such as %s is refused to strangers as any other", async (document) => {
    const { answers, asked } = await answersIn([document], stranger);
    expect(answers.map(toldBy)).toEqual([[401, ["UNAUTHENTICATED", "Authentication is required"]]]);
    expect([answers[0]?.headers["www-authenticate"], asked]).toEqual(["Bearer", 1]);
  });

  test.each([
    "{ regions { nope } }",
    "{ regions { nope } visitorSignature { nope } }",
    "{ ...f } fragment f on Query { regions { nope } }",
    "query A { regions { nope } } query B { region { code } }",
    "{ regions { code } } fragment f on Query { nope }",
  ])("such as %s, of public fields, has one text for strangers", async (document) => {
    const { answers } = await answersIn([document], stranger);
    expect(answers.map(toldBy)).toEqual([
      [400, ["GRAPHQL_VALIDATION_FAILED", "The operation does not fit the schema"]],
    ]);
  });

  test("is explained to callers", async () => {
    const { answers, asked } = await answersIn(["{ authToken { nope } }"], user);
    expect(answers.map(toldBy)).toEqual([
      [400, ["GRAPHQL_VALIDATION_FAILED", 'Cannot query field "nope" on type "AuthToken".']],
    ]);
    expect(asked).toBe(1);
  });

  test.each<[string, Partial<ApolloOptions>]>([
    ["outside production", { production: false }],
    ["where introspection is open", { introspection: "on" }],
  ])("is explained to everybody %s, who are not asked for", async (_where, options) => {
    const { answers, asked } = await answersIn(["{ authToken { nope } }"], stranger, options);
    expect(answers.map(({ codes }) => codes)).toEqual([["GRAPHQL_VALIDATION_FAILED"]]);
    expect([answers[0]?.body.errors[0].message, asked]).toEqual([expect.stringContaining('"nope"'), 0]);
  });

  test("is 401 with a credential that is refused, be its fields public", async () => {
    const refuse = async () => {
      throw new InvalidCredential("no such key");
    };
    const { answers, logged } = await answersIn(["{ nope }", "{ regions { nope } }"], refuse);
    expect(answers.map(toldBy)).toEqual(Array(2).fill([401, ["UNAUTHENTICATED", "The credential is not valid"]]));
    expect(logged.filter((line) => JSON.stringify(line).includes("credential refused"))).toHaveLength(2);
  });

  test("counts a credential that is refused", async () => {
    const refuse = async () => {
      throw new InvalidCredential("no such key");
    };
    const rateLimits = new RateLimits({ user: 0, service: 0, failedAuth: 1 });
    const { answers } = await answersIn(["{ nope }", "{ nope }"], refuse, { rateLimits });
    expect(answers.map(({ status }) => status)).toEqual([401, 429]);
  });

  test("waits for whoever cannot be verified now", async () => {
    const { answers } = await answersIn(["{ nope }"], async () => {
      throw new AppError("AUTH_UNAVAILABLE");
    });
    expect(answers.map(({ status, codes }) => [status, codes])).toEqual([[503, ["AUTH_UNAVAILABLE"]]]);
  });

  test("is told to nobody after a fault of ours", async () => {
    const answers = answersIn(["{ nope }"], async () => {
      throw new Error("S3CRET");
    });
    // What is thrown is answered by INTERNAL_SERVER_ERROR.
    await expect(answers).rejects.toThrow(/^Internal server error$/);
  });
});

describe("a document that is refused before the schema is looked at", () => {
  test.each([
    ["{", "GRAPHQL_PARSE_FAILED"],
    [`{ nope { ${"a ".repeat(102)} } }`, "QUERY_TOO_COMPLEX"],
    ["{ ...f } fragment f on Query { ...f }", "GRAPHQL_VALIDATION_FAILED"],
  ])("is told so to strangers, who are not asked for (%#)", async (document, code) => {
    const { answers, asked } = await answersIn([document], stranger);
    expect(answers.map(({ status, codes }) => [status, codes])).toEqual([[400, [code]]]);
    expect(asked).toBe(0);
  });
});

test("a document that fails in its run is told as such to strangers", async () => {
  const { answers, asked } = await answersIn(["{ regions { code } }"], stranger);
  expect(answers.map(({ codes }) => codes)).toEqual([["INTERNAL_SERVER_ERROR"]]);
  expect(asked).toBe(1);
});

test("a document whose operation is not named is told so to strangers", async () => {
  const { answers } = await answersIn(["query A { regions { code } } query B { regions { code } }"], stranger);
  expect(answers.map(({ status, codes }) => [status, codes])).toEqual([[400, ["OPERATION_RESOLUTION_FAILURE"]]]);
});
