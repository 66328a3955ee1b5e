import { describe, expect, test } from "@jest/globals";
import { GraphQLError } from "graphql";
import { InvalidCredential } from "../../../src/caller/invalid-credential.js";
import { AppError, type AppErrorDetails } from "../../../src/errors/app-error.js";
import type { ErrorCode } from "../../../src/errors/codes.js";
import type { CredentialReason } from "../../../src/errors/reasons.js";
import { mediaTypes } from "../../../src/graphql/media-type.js";
import { RequestRecord } from "../../../src/telemetry/request-record.js";
import { type ApolloAnswer, type ApolloScene, knowing, withApollo } from "../../support/apollo.js";

const secret = "S3CRET";
const { legacy, current: modern } = mediaTypes;

/** Runs with `regions` failing by this. */
async function withFailing(
  { regions }: { regions?: unknown },
  use: (scene: ApolloScene) => Promise<void>,
): Promise<void> {
  const fail = (thrown: unknown) => () => {
    throw thrown;
  };
  await withApollo({}, { regions: { list: fail(regions) } }, use);
}

const ask = "{ regions { code } }";

describe("an unexpected error of a resolver", () => {
  const got = Object.assign(new Error(`Request failed with ${secret}`), {
    name: "RequestError",
    options: { headers: { "x-server-key": secret } },
  });
  test.each([
    ["an error", new Error(secret), "Error"],
    ["an error of several lines", new TypeError(`first\n    at ${secret} (a.js:1:1)`), "TypeError"],
    ["an error of the HTTP client", got, "RequestError"],
    ["an error with a cause", new Error(secret, { cause: new Error(secret) }), "Error"],
    ["an error with a code of ours", Object.assign(new Error(secret), { code: "FORBIDDEN" }), "Error"],
    ["an object", { message: secret, password: secret }, expect.any(String)],
    ["a text", secret, expect.any(String)],
  ])("that is %s is logged without its text", async (_what, thrown, name) => {
    await withFailing({ regions: thrown }, async (scene) => {
      const { status, body } = await scene.ask(ask);
      expect([status, body]).toEqual([
        200,
        {
          data: null,
          errors: [
            {
              message: "Internal error",
              locations: [{ line: 1, column: 3 }],
              path: ["regions"],
              extensions: { code: "INTERNAL_SERVER_ERROR", requestId: "request-1", retryable: false },
            },
          ],
        },
      ]);
      expect(scene.logged).toEqual([
        expect.objectContaining({
          level: "error",
          message: "internal error",
          requestId: "request-1",
          path: ["regions"],
          error: name,
        }),
      ]);
      expect(JSON.stringify(scene.logged)).not.toContain(secret);
    });
  });

  test("is logged with its own places in the code", async () => {
    await withFailing({ regions: new RangeError("text") }, async (scene) => {
      await scene.ask(ask);
      const [{ stack } = { stack: [] }] = scene.logged;
      expect((stack as string[])[0]).toContain("public-errors.test.ts");
    });
  });

  test("and another beside it are each logged with their own", async () => {
    const failing = (error: Error) => ({
      get authenticationMode() {
        throw error;
      },
    });
    const list = () => [failing(new RangeError(secret)), failing(new TypeError(secret))];
    await withApollo({}, { regions: { list } }, async (scene) => {
      const { body } = await scene.ask("{ regions { authenticationMode } }");
      expect(body.data).toEqual({ regions: [{ authenticationMode: null }, { authenticationMode: null }] });
      expect(scene.logged.map(({ error, path }) => [error, path])).toEqual([
        ["RangeError", ["regions", 0, "authenticationMode"]],
        ["TypeError", ["regions", 1, "authenticationMode"]],
      ]);
    });
  });
});

describe("a failure of Amity", () => {
  const noKey = "a region has no key for what was asked: no call was made";
  const details: AppErrorDetails = {
    amity: { status: 403, code: 400_300 },
    log: { region: "EU", fault: "gone wrong" },
  };

  test.each<[ErrorCode, string, string]>([
    ["UPSTREAM_AUTH_FAILED", "error", "Amity refuses the gateway's key: check it and rotate it"],
    ["UPSTREAM_UNAVAILABLE", "warn", "a call to Amity failed"],
    ["UPSTREAM_BAD_RESPONSE", "warn", "a call to Amity failed"],
    ["REGION_NOT_CONFIGURED", "warn", noKey],
    ["SECURE_MODE_NOT_CONFIGURED", "warn", noKey],
    ["ADMIN_NOT_CONFIGURED", "warn", noKey],
    ["AUTH_UNAVAILABLE", "warn", "a caller cannot be verified"],
    ["OVERLOADED", "warn", "too many calls to a region wait"],
  ])("as %s is a line for the operator", async (code, level, message) => {
    await withFailing({ regions: new AppError(code, details) }, async (scene) => {
      const { body } = await scene.ask(ask);
      expect(body.errors[0].extensions).toMatchObject({ code, amity: { status: 403, code: 400_300 } });
      expect(JSON.stringify(body)).not.toContain("gone wrong");
      expect(scene.logged).toEqual([
        {
          level,
          message,
          requestId: "request-1",
          code,
          region: "EU",
          fault: "gone wrong",
          amity: { status: 403, code: 400_300 },
        },
      ]);
    });
  });

  test.each<[ErrorCode, AppErrorDetails["reason"], string]>([
    ["UPSTREAM_UNAVAILABLE", "circuit open", "a call to Amity was not made"],
    ["UPSTREAM_TIMEOUT", "no time left", "a call to Amity was not made"],
    ["UPSTREAM_TIMEOUT", "timeout", "a call to Amity failed"],
    ["UPSTREAM_UNAVAILABLE", "server error", "a call to Amity failed"],
  ])("as %s by %s says whether Amity was asked", async (code, reason, message) => {
    await withFailing({ regions: new AppError(code, { ...(reason && { reason }) }) }, async (scene) => {
      await scene.ask(ask);
      expect(scene.logged).toMatchObject([{ message, code, reason }]);
    });
  });

  test.each<ErrorCode>(["USER_BANNED", "AUTH_TOKEN_REJECTED", "BAD_USER_INPUT", "FORBIDDEN", "CANCELLED"])(
    "as %s is the caller's own and no line",
    async (code) => {
      await withFailing({ regions: new AppError(code) }, async (scene) => {
        expect((await scene.ask(ask)).codes).toEqual([code]);
        expect(scene.logged).toEqual([]);
      });
    },
  );
});

describe("the answer to an error", () => {
  const outcome = ({ status, headers }: ApolloAnswer) => [status, headers["content-type"]];

  test.each<[ErrorCode, string, number]>([
    ["UNAUTHENTICATED", modern, 401],
    ["FORBIDDEN", legacy, 403],
    ["BAD_USER_INPUT", modern, 400],
    ["BAD_USER_INPUT", legacy, 200],
    ["OVERLOADED", legacy, 503],
    ["INTERNAL_SERVER_ERROR", modern, 200],
  ])("%s of a resolver under %s is %i", async (code, mediaType, status) => {
    await withFailing({ regions: new AppError(code) }, async (scene) => {
      expect(outcome(await scene.ask(ask, { mediaType }))).toEqual([status, mediaType]);
    });
  });

  test.each([
    ["{", modern, 400],
    ["{", legacy, 200],
    ["{ nowhere }", modern, 400],
    ["{ nowhere }", legacy, 200],
  ])("to %s under %s is %i", async (query, mediaType, status) => {
    await withFailing({}, async (scene) => {
      const answer = await scene.ask(query, { mediaType });
      expect(outcome(answer)).toEqual([status, mediaType]);
      expect(answer.body.errors[0].extensions).toMatchObject({ requestId: "request-1", retryable: false });
    });
  });

  test("that needs a credential tells whether one was sent", async () => {
    await withFailing({}, async (scene) => {
      const query = "{ authToken { token } }";
      expect((await scene.ask(query)).headers["www-authenticate"]).toBe("Bearer");
      const { headers } = await scene.ask(query, { authorization: "Bearer x" });
      expect(headers["www-authenticate"]).toBe('Bearer error="invalid_token"');
    });
  });

  test("that names a value says where it is, from the document", async () => {
    await withFailing({}, async (scene) => {
      const query = "query ($c: RegionCode!) { region(code: $c) { code } }";
      const { body } = await scene.ask({ query, variables: { c: secret } });
      expect(body.errors[0].message).toBe("Invalid value at $c: expected RegionCode!: EU, SG or US");
    });
  });

  test("that names a literal says where it is, from the schema", async () => {
    await withFailing({}, async (scene) => {
      const { body } = await scene.ask("{ region(code: EV) { code } }");
      expect(body.errors).toMatchObject([{ message: "Invalid value at code: expected RegionCode!: EU, SG or US" }]);
    });
  });

  test.each([
    [false, "Syntax Error: Expected Name, found <EOF>."],
    [true, "Syntax error at 1:13"],
  ])("to a syntax error, in production %p, is %j", async (production, message) => {
    await withApollo({ production }, {}, async (scene) => {
      expect((await scene.ask("{ regions { ")).body.errors).toMatchObject([{ message }]);
    });
  });

  test("with a text of graphql-js from a resolver is an internal error", async () => {
    await withFailing(
      { regions: new GraphQLError(secret, { extensions: { code: "BAD_USER_INPUT" } }) },
      async (scene) => {
        const { body } = await scene.ask(ask);
        expect(JSON.stringify([body, scene.logged])).not.toContain(secret);
      },
    );
  });
});

describe("the record of a request", () => {
  const recorded = async (scene: ApolloScene, body: object | string) => {
    const record = new RequestRecord("request-1", () => 0);
    await scene.ask(body, { record });
    const { codes, rootFields, documentRefusal, limit } = record;
    return { codes, rootFields: rootFields.map(({ field, outcome }) => `${field} ${outcome}`), documentRefusal, limit };
  };
  const run = { documentRefusal: undefined, limit: undefined };

  test("holds each field that failed, and the limit that was hit", async () => {
    const regions = new AppError("OVERLOADED", { limit: "regionQueue" });
    await withFailing({ regions }, async (scene) => {
      expect(await recorded(scene, "{ a: regions { code } __typename }")).toEqual({
        ...run,
        codes: ["OVERLOADED"],
        rootFields: ["regions OVERLOADED", "__typename OK"],
        limit: "regionQueue",
      });
    });
  });

  test("of a fault of ours has no limit", async () => {
    await withFailing({ regions: new Error(secret) }, async (scene) => {
      expect(await recorded(scene, ask)).toEqual({
        ...run,
        codes: ["INTERNAL_SERVER_ERROR"],
        rootFields: ["regions INTERNAL_SERVER_ERROR"],
      });
    });
  });

  test.each<[string, ErrorCode, string | undefined]>([
    ["{", "GRAPHQL_PARSE_FAILED", undefined],
    ["{ nowhere }", "GRAPHQL_VALIDATION_FAILED", undefined],
    ["subscription { regions { code } }", "GRAPHQL_VALIDATION_FAILED", undefined],
    [`{ ${"a ".repeat(1_001)} }`, "QUERY_TOO_COMPLEX", "tokens"],
    [`{ regions { ${"a: code ".repeat(16)} } }`, "QUERY_TOO_COMPLEX", "aliases"],
  ])("says that the document was refused (%#)", async (query, code, limit) => {
    await withFailing({}, async (scene) => {
      const expected = { codes: [code], rootFields: [], documentRefusal: code, limit };
      expect(await recorded(scene, query)).toEqual(expected);
    });
  });

  test("says so where a stranger is told less", async () => {
    await withApollo({ production: true, introspection: "off" }, {}, async (scene) => {
      expect(await recorded(scene, "{ nowhere }")).toEqual({
        ...run,
        codes: ["UNAUTHENTICATED"],
        rootFields: [],
        documentRefusal: "GRAPHQL_VALIDATION_FAILED",
      });
    });
  });
});

describe("a credential that is refused", () => {
  test.each<[CredentialReason, string]>([
    ["ERR_JWT_EXPIRED", 'Bearer error="invalid_token", error_description="The access token expired"'],
    ["expired key", 'Bearer error="invalid_token"'],
  ])("for %s is answered with what helps", async (reason, header) => {
    const authenticate = async () => {
      throw new InvalidCredential(reason);
    };
    await withApollo({ authenticator: { ...knowing(undefined), authenticate } }, {}, async (scene) => {
      const { status, headers } = await scene.ask(ask, { authorization: "Bearer x" });
      expect([status, headers["www-authenticate"]]).toEqual([401, header]);
    });
  });
});

test("an answer has no header and no status of the one before", async () => {
  await withFailing({ regions: new AppError("OVERLOADED") }, async (scene) => {
    const refused = await scene.ask(ask);
    expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "1"]);
    const { status, headers } = await scene.ask("{ __typename }");
    expect([status, headers]).toEqual([200, { "content-type": modern }]);
  });
});

test("an answer without errors has its media type and no line", async () => {
  await withApollo({}, {}, async (scene) => {
    const answer = await scene.ask("{ __typename }", { mediaType: legacy });
    expect([answer.status, answer.headers["content-type"], answer.body]).toEqual([
      200,
      legacy,
      { data: { __typename: "Query" } },
    ]);
    expect(scene.logged).toEqual([]);
  });
});
