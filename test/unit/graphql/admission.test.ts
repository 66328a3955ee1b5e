import { setImmediate } from "node:timers/promises";
import { describe, expect, jest, test } from "@jest/globals";
import type { Authenticator } from "../../../src/caller/authenticator.js";
import type { Caller } from "../../../src/caller/caller.js";
import { InvalidCredential } from "../../../src/caller/invalid-credential.js";
import { RateLimits } from "../../../src/caller/rate-limits.js";
import { VisitorLimits } from "../../../src/caller/visitor-limits.js";
import { AppError } from "../../../src/errors/app-error.js";
import type { CredentialReason } from "../../../src/errors/reasons.js";
import type { ApolloOptions } from "../../../src/graphql/apollo.js";
import { DocumentStore } from "../../../src/graphql/document-store.js";
import { Audit, type AuditTrail } from "../../../src/telemetry/audit.js";
import { silentLogger } from "../../../src/telemetry/logger.js";
import { Metrics } from "../../../src/telemetry/metrics.js";
import { RequestRecord } from "../../../src/telemetry/request-record.js";
import { type ApolloScene, alice, knowing, withApollo } from "../../support/apollo.js";
import { deferred } from "../../support/deferred.js";

/** Notes each step of admission and each resolver that runs. */
async function withSteps(
  { authenticate = async () => alice, ...limits }: { authenticate?: Authenticator["authenticate"] } & Partial<Limits>,
  use: (scene: ApolloScene, steps: string[]) => Promise<void>,
  options: Partial<ApolloOptions> = {},
): Promise<void> {
  const steps: string[] = [];
  class NotedLimits extends RateLimits {
    override async count(caller: Caller | undefined, rootFields: number) {
      steps.push(`count ${rootFields} of ${caller?.subject}`);
      await super.count(caller, rootFields);
    }
    override async countRefusal(address: string) {
      steps.push(`count a refusal of ${address}`);
      await super.countRefusal(address);
    }
  }
  const authenticator: Authenticator = {
    authenticate(authorization) {
      steps.push(`authenticate ${authorization}`);
      return authenticate(authorization);
    },
    isReady: async () => true,
    scheme: "Bearer",
  };
  const services = {
    regions: {
      list() {
        steps.push("list regions");
        return [];
      },
    },
  };
  const rateLimits = new NotedLimits({ user: 0, service: 0, failedAuth: 0, ...limits });
  await withApollo({ authenticator, rateLimits, ...options }, services, (scene) => use(scene, steps));
}

interface Limits {
  readonly user: number;
  readonly failedAuth: number;
}

const refuse = (reason: CredentialReason, claim?: string) => async () => {
  throw new InvalidCredential(reason, claim);
};

const forBob = 'authToken(userId: "bob") { token }';

describe("an operation", () => {
  test("is admitted in order: caller, rate limit, fields", async () => {
    await withSteps({}, async ({ ask }, steps) => {
      expect(await ask("{ regions { code } }", { authorization: "Bearer x" })).toMatchObject({
        status: 200,
        body: { data: { regions: [] } },
      });
      expect(steps).toEqual(["authenticate Bearer x", "count 1 of user:alice", "list regions"]);
    });
  });

  test.each([
    ["no GraphQL", "{", "GRAPHQL_PARSE_FAILED"],
    ["no field of the schema", "{ nowhere }", "GRAPHQL_VALIDATION_FAILED"],
    ["too large", `{ ${"regions { code } ".repeat(5)} }`, "QUERY_TOO_COMPLEX"],
    ["a subscription", "subscription { regions { code } }", "GRAPHQL_VALIDATION_FAILED"],
  ])("that is %s is refused before its caller is asked for", async (_what, body, code) => {
    await withSteps({}, async ({ ask }, steps) => {
      const { status, codes } = await ask(body);
      expect([status, codes[0]]).toEqual([400, code]);
      expect(steps).toEqual([]);
    });
  });

  test.each([
    ["after a public one", `{ regions { code } ${forBob} }`],
    ["before a public one", `{ ${forBob} regions { code } }`],
    ["between others", `{ a: regions { code } ${forBob} b: regions { code } }`],
  ])("with a forbidden field %s runs nothing", async (_where, query) => {
    await withSteps({}, async ({ ask }, steps) => {
      const { status, codes, body } = await ask(query);
      expect([status, codes, body.data]).toEqual([403, ["FORBIDDEN"], undefined]);
      expect(steps).not.toContain("list regions");
    });
  });

  test("with a field of unusable values is answered beside it", async () => {
    const delegate = { ...alice, mayActFor: () => true };
    await withSteps({ authenticate: async () => delegate }, async ({ ask }, steps) => {
      const { status, body } = await ask('{ regions { code } authToken(userId: "") { token } }');
      expect([status, body]).toEqual([
        400,
        {
          data: null,
          errors: [expect.objectContaining({ message: "userId must not be empty", path: ["authToken"] })],
        },
      ]);
      expect(steps).toContain("list regions");
    });
  });

  test("with an unusable value beside a forbidden field is forbidden, and runs nothing", async () => {
    const delegate: Caller = { ...alice, mayActFor: (userId) => userId !== "bob" };
    const unusable = 'unusable: authToken(userId: "") { token }';
    for (const fields of [`${unusable} ${forBob}`, `${forBob} ${unusable}`]) {
      await withSteps({ authenticate: async () => delegate }, async (scene, steps) => {
        expect((await scene.ask(`{ regions { code } ${fields} }`)).codes).toEqual(["FORBIDDEN"]);
        expect(steps).not.toContain("list regions");
        expect(scene.logged.map(({ outcome }) => outcome).sort()).toEqual(["BAD_USER_INPUT", "FORBIDDEN"]);
      });
    }
  });

  test("with a forbidden field audits that one, and not what did not run", async () => {
    await withSteps({}, async (scene) => {
      await scene.ask(`{ own: authToken { token } ${forBob} again: authToken { token } regions { code } }`);
      expect(scene.logged.map(({ userId, outcome }) => [userId, outcome])).toEqual([["bob", "FORBIDDEN"]]);
    });
  });

  test("that is forbidden is answered once its line of the audit is taken", async () => {
    const [offered, taken] = [deferred<object>(), deferred<boolean>()];
    const trail: AuditTrail = {
      outage: undefined,
      take(fields) {
        offered.resolve(fields);
        return taken.promise;
      },
    };
    const audit = new Audit({ logger: silentLogger, metrics: new Metrics(), trail });
    await withSteps(
      {},
      async ({ ask }) => {
        let isAnswered = false;
        const answer = ask(`{ ${forBob} }`).finally(() => {
          isAnswered = true;
        });
        expect(await offered.promise).toMatchObject({ userId: "bob", outcome: "FORBIDDEN" });
        await setImmediate();
        expect(isAnswered).toBe(false);
        taken.resolve(true);
        expect((await answer).codes).toEqual(["FORBIDDEN"]);
      },
      { audit },
    );
  });

  test("that is forbidden leaves an audit line without what is nobody's id", async () => {
    await withSteps({}, async (scene) => {
      for (const userId of ["bob", "b".repeat(101), "b\u0000"]) {
        await scene.ask({ query: "query ($u: ID) { authToken(userId: $u) { token } }", variables: { u: userId } });
      }
      const line = { level: "info", message: "audit", audit: true, operation: "authToken", by: "user:alice" };
      const refusal = {
        ...line,
        region: "EU",
        requestId: "request-1",
        outcome: "FORBIDDEN",
        reason: "acts for another",
      };
      expect(scene.logged).toEqual([{ ...refusal, userId: "bob" }, refusal, refusal]);
    });
  });

  test("over the rate limit is audited for whom it would have acted", async () => {
    await withSteps({ user: 1 }, async (scene) => {
      const query = `{ own: authToken { token } ${forBob} regions { code } sessionStatus(accessToken: "a") { state } }`;
      expect((await scene.ask(query)).codes).toEqual(["RATE_LIMITED"]);
      const line = { by: "user:alice", region: "EU", outcome: "RATE_LIMITED", reason: "caller's rate" };
      expect(scene.logged).toEqual(
        [
          { ...line, operation: "authToken", userId: "alice" },
          { ...line, operation: "authToken", userId: "bob" },
          { ...line, operation: "sessionStatus" },
        ].map((audited) => expect.objectContaining(audited)),
      );
      expect(scene.logged.map((audited) => "userId" in audited)).toEqual([true, true, false]);
    });
  });

  test.each<[readonly string[], object]>([
    [["bob", "carol"], { userIds: ["bob", "carol"] }],
    [["bob", ""], { userIds: ["bob"] }],
  ])("that looks up %j is audited with those who can be users", async (userIds, whom) => {
    await withSteps({ user: 1 }, async (scene) => {
      const query = "query ($u: [ID!]!) { a: users(userIds: $u) { userId } b: users(userIds: $u) { userId } }";
      await scene.ask({ query, variables: { u: userIds } });
      expect(scene.logged).toEqual(Array(2).fill(expect.objectContaining({ operation: "users", ...whom })));
    });
  });

  test("with arguments that cannot be read is audited without them", async () => {
    await withSteps({}, async (scene) => {
      const query = "query ($u: ID) { authToken(userId: $u) { token } }";
      expect((await scene.ask({ query, variables: { u: {} } })).codes).toEqual(["BAD_USER_INPUT"]);
      const [line] = scene.logged;
      expect(line).toMatchObject({ operation: "authToken", by: "user:alice", outcome: "BAD_USER_INPUT" });
      expect(line).not.toHaveProperty("userId");
      expect(line).not.toHaveProperty("region");
    });
  });

  test("with variables of other types is told what each should be", async () => {
    await withSteps({}, async ({ ask }, steps) => {
      const query = "query ($u: ID, $r: RegionCode!) { regions { code } authToken(userId: $u, region: $r) { token } }";
      const { status, body } = await ask({ query, variables: { u: {}, r: "nowhere" } });
      expect([status, body.data, steps]).toEqual([400, undefined, expect.not.arrayContaining(["list regions"])]);
      expect(body.errors.map(({ message }: { message: string }) => message)).toEqual([
        "Invalid value at $u: expected ID",
        "Invalid value at $r: expected RegionCode!: EU, SG or US",
      ]);
    });
  });

  test("after a fault of a limit runs nothing, and nobody is refused", async () => {
    class BrokenLimits extends RateLimits {
      override async count() {
        throw new Error("S3CRET");
      }
    }
    const rateLimits = new BrokenLimits({ user: 0, service: 0, failedAuth: 0 });
    await withApollo({ authenticator: knowing(alice), rateLimits }, {}, async (scene) => {
      expect((await scene.ask(`{ ${forBob} }`)).codes).toEqual(["INTERNAL_SERVER_ERROR"]);
      expect(scene.logged.filter(({ audit }) => audit)).toEqual([]);
    });
  });

  test("of a stranger leaves no line of the audit", async () => {
    await withSteps({ authenticate: async () => undefined }, async (scene) => {
      expect((await scene.ask(`{ ${forBob} }`)).codes).toEqual(["UNAUTHENTICATED"]);
      expect(scene.logged).toEqual([]);
    });
  });

  test("over the rate limit is not checked any more", async () => {
    await withSteps({ user: 1 }, async ({ ask }) => {
      expect((await ask(`{ ${forBob} }`)).codes).toEqual(["FORBIDDEN"]);
      const { status, codes, headers } = await ask(`{ ${forBob} }`);
      expect([status, codes, headers["retry-after"]]).toEqual([429, ["RATE_LIMITED"], "60"]);
    });
  });

  test("with a number that is not exact runs nothing, though it counts", async () => {
    await withSteps({}, async ({ ask }, steps) => {
      const { status, codes, body } = await ask({ query: "{ regions { code } }", variables: { n: 2 ** 53 } });
      expect([status, codes]).toEqual([400, ["BAD_USER_INPUT"]]);
      expect(body.errors[0].message).toBe("A number in the variables cannot be carried exactly: send ids as strings");
      expect(steps).toEqual(["authenticate undefined", "count 1 of user:alice"]);
    });
  });

  test.each([
    ["has another name", { query: "query A { regions { code } }", operationName: "B" }],
    ["is one of two", { query: "query A { regions { code } } query B { regions { code } }" }],
  ])("that %s asks for nothing, and nothing runs", async (_what, body) => {
    await withSteps({}, async ({ ask }, steps) => {
      const record = new RequestRecord("request-1", () => 0);
      expect(await ask(body, { record })).toMatchObject({ status: 400, codes: ["OPERATION_RESOLUTION_FAILURE"] });
      expect(steps).toEqual(["authenticate undefined"]);
      expect(record.rootFields).toEqual([]);
    });
  });

  test("that is named among others is the one that is checked and run", async () => {
    const query = `query Forbidden { ${forBob} regions { code } } query Open { regions { code } again: regions { code } }`;
    await withSteps({}, async ({ ask }, steps) => {
      expect((await ask({ query, operationName: "Forbidden" })).codes).toEqual(["FORBIDDEN"]);
      expect(steps).not.toContain("list regions");
      const { body } = await ask({ query, operationName: "Open" });
      expect(body).toEqual({ data: { regions: [], again: [] } });
      expect(steps.slice(-3)).toEqual(["count 2 of user:alice", "list regions", "list regions"]);
    });
  });

  test("is checked by the variables that its fields get", async () => {
    const query =
      'query ($c: RegionCode!, $u: ID = "bob") { region(code: $c) { code } authToken(userId: $u) { token } }';
    const regions = { get: (code: string) => ({ code }) };
    const tokens = { issue: async ({ userId }: { userId: string }) => ({ token: `of ${userId}` }) };
    await withApollo({ authenticator: knowing(alice) }, { regions, tokens }, async ({ ask }) => {
      const answers = [
        await ask({ query, variables: { c: "SG", u: "alice" } }),
        await ask({ query, variables: { c: "SG" } }),
      ];
      expect(answers.map(({ codes, body }) => [codes, body.data])).toEqual([
        [[], { region: { code: "SG" }, authToken: { token: "of alice" } }],
        [["FORBIDDEN"], undefined],
      ]);
    });
  });

  test("counts its root fields, introspection too", async () => {
    await withSteps({}, async ({ ask }, steps) => {
      await ask(
        "{ a: regions { code } ...f __typename __schema { queryType { name } } } fragment f on Query { regions { code } }",
      );
      expect(steps).toContain("count 3 of user:alice");
    });
  });

  test("counts no field that a directive leaves out", async () => {
    await withSteps({}, async ({ ask }, steps) => {
      const query = "query ($s: Boolean!) { regions { code } b: regions @skip(if: $s) { code } }";
      await ask({ query, variables: { s: true } });
      expect(steps).toContain("count 1 of user:alice");
    });
  });
});

describe("a visitor", () => {
  const asking = (...deviceIds: string[]) =>
    `{ ${deviceIds.map((id, i) => `v${i}: visitorSignature(deviceId: ${JSON.stringify(id)}) { region }`).join(" ")} }`;
  const stranger = { authenticate: async () => undefined };

  test("is counted by address and by each device, others are not", async () => {
    const counted: unknown[] = [];
    class NotedVisitors extends VisitorLimits {
      override async count(address: string, deviceIds: readonly (string | undefined)[]) {
        counted.push([address, ...deviceIds]);
      }
    }
    const visitorLimits = new NotedVisitors({ address: 0, device: 0 });
    await withSteps(
      stranger,
      async ({ ask }) => {
        await ask(asking("phone", "tablet"), { address: "192.0.2.7" });
        await ask("{ regions { code } }");
        await ask({ query: "query ($d: String!) { visitorSignature(deviceId: $d) { region } }", variables: { d: {} } });
      },
      { visitorLimits },
    );
    expect(counted).toStrictEqual([["192.0.2.7", "phone", "tablet"], ["192.0.2.1"], ["192.0.2.1", undefined]]);
  });

  test("over the limit leaves a line of the audit, with the device if it can be one", async () => {
    const visitorLimits = new VisitorLimits({ address: 0, device: 1 });
    await withSteps(
      stranger,
      async (scene) => {
        expect((await scene.ask(asking("phone", "phone", "d".repeat(151)))).codes).toEqual(["RATE_LIMITED"]);
        const line = {
          level: "info",
          message: "audit",
          audit: true,
          operation: "visitorSignature",
          by: "visitor",
          region: "EU",
          requestId: "request-1",
          outcome: "RATE_LIMITED",
          reason: "visitors' rate",
        };
        expect(scene.logged).toEqual([{ ...line, deviceId: "phone" }, { ...line, deviceId: "phone" }, line]);
      },
      { visitorLimits },
    );
  });
});

test("what was asked for, and the stages up to its run, are recorded", async () => {
  await withSteps({}, async ({ ask }) => {
    let now = 0;
    const record = new RequestRecord("request-1", () => now++);
    await ask("{ mine: regions { code } __typename }", { record });
    expect(record.rootFields).toEqual([
      { field: "regions", outcome: "OK" },
      { field: "__typename", outcome: "OK" },
    ]);
    expect(record.timings).toEqual({ document: 1, credential: 1, admission: 1, execution: 1 });
  });
});

describe("a refused credential", () => {
  test("is 401 on public fields, counted by address and logged by its reason", async () => {
    await withSteps({ authenticate: refuse("expired key") }, async ({ ask }, steps) => {
      const { status, codes, headers, body } = await ask("{ regions { code } }", { authorization: "ApiKey S3CRET" });
      expect([status, codes, headers["www-authenticate"]]).toEqual([
        401,
        ["UNAUTHENTICATED"],
        'Bearer error="invalid_token"',
      ]);
      expect(body.errors[0].message).toBe("The credential is not valid");
      expect(steps).toEqual(["authenticate ApiKey S3CRET", "count a refusal of 192.0.2.1"]);
    });
  });

  test("leaves a line and one of the audit, with its reason", async () => {
    await withSteps({ authenticate: refuse("expired key") }, async (scene) => {
      await scene.ask("{ regions { code } }", { authorization: "ApiKey S3CRET" });
      expect(scene.logged).toEqual([
        {
          level: "info",
          message: "audit",
          audit: true,
          requestId: "request-1",
          reason: "expired key",
          outcome: "UNAUTHENTICATED",
        },
        { level: "info", message: "credential refused", requestId: "request-1", reason: "expired key" },
      ]);
    });
  });

  test("is named by its claim in both lines", async () => {
    await withSteps({ authenticate: refuse("claim check failed", "aud") }, async (scene) => {
      await scene.ask("{ regions { code } }");
      expect(scene.logged.map(({ reason, claim }) => [reason, claim])).toEqual(
        Array(2).fill(["claim check failed", "aud"]),
      );
    });
  });

  test("too often is 429", async () => {
    await withSteps({ authenticate: refuse("no such key"), failedAuth: 1 }, async ({ ask }) => {
      expect((await ask("{ regions { code } }")).status).toBe(401);
      const { status, codes, headers } = await ask("{ regions { code } }");
      expect([status, codes, headers["retry-after"]]).toEqual([429, ["RATE_LIMITED"], "60"]);
      expect((await ask("{ regions { code } }", { address: "192.0.2.2" })).status).toBe(401);
    });
  });
});

describe("a caller who cannot be verified now", () => {
  test("is told when to come back, and runs nothing", async () => {
    const authenticate = async () => {
      throw new AppError("AUTH_UNAVAILABLE");
    };
    await withSteps({ authenticate }, async ({ ask }, steps) => {
      const { status, codes, headers } = await ask("{ regions { code } }");
      expect([status, codes]).toEqual([503, ["AUTH_UNAVAILABLE"]]);
      expect(headers).toMatchObject({ "retry-after": "1" });
      expect(headers).not.toHaveProperty("www-authenticate");
      expect(steps).toEqual(["authenticate undefined"]);
    });
  });

  test("by a fault of ours gets an internal error", async () => {
    const authenticate = async () => {
      throw new Error("S3CRET");
    };
    await withSteps({ authenticate }, async (scene, steps) => {
      const { status, codes, body } = await scene.ask("{ regions { code } }");
      expect([status, codes]).toEqual([500, ["INTERNAL_SERVER_ERROR"]]);
      expect(steps).toHaveLength(1);
      expect(JSON.stringify([body, scene.logged])).not.toContain("S3CRET");
    });
  });
});

describe("introspection", () => {
  const query = '{ __schema { queryType { name } } __type(name: "Query") { name } }';
  const policies: [ApolloOptions["introspection"], Caller | undefined, number][] = [
    ["on", undefined, 200],
    ["on", alice, 200],
    ["signed-in", undefined, 401],
    ["signed-in", alice, 200],
    ["off", undefined, 400],
    ["off", alice, 400],
  ];
  test.each(policies)("under the policy %s for %j is %i", async (introspection, caller, status) => {
    await withSteps(
      { authenticate: async () => caller },
      async ({ ask }) => {
        expect((await ask(query)).status).toBe(status);
        expect((await ask("{ __typename }")).status).toBe(200);
      },
      { introspection },
    );
  });
});

describe("a number in the variables", () => {
  const statusesOf = async (variables: readonly object[]) => {
    const statuses: number[] = [];
    await withSteps({}, async ({ ask }) => {
      for (const some of variables) statuses.push((await ask({ query: "{ __typename }", variables: some })).status);
    });
    return statuses;
  };

  test("is taken when it can be carried exactly", async () => {
    const exact = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0, -0, String(2 ** 53), true, null];
    expect(await statusesOf(exact.map((n) => ({ n })))).toEqual(exact.map(() => 200));
  });

  test("is refused when it cannot", async () => {
    const inexact = [2 ** 53, -(2 ** 53), 1.5, 1e300];
    expect(await statusesOf(inexact.map((n) => ({ n })))).toEqual(inexact.map(() => 400));
  });

  test.each<[string, object, string]>([
    ["an app's own data", { userId: "bob", metadata: { score: 0.5, deep: [{ big: 2 ** 60 }] } }, "UPSERTED"],
    ["an id", { userId: 2 ** 53 }, "BAD_USER_INPUT"],
    ["an id beside an app's own data", { userId: 2 ** 53, metadata: { score: 0.5 } }, "BAD_USER_INPUT"],
    ["a list of an input", { userId: "bob", roles: [0.5] }, "BAD_USER_INPUT"],
    ["what no input has", { userId: "bob", nobodyKnows: 0.5 }, "BAD_USER_INPUT"],
  ])("in %s is judged by its type", async (_where, input, code) => {
    const editor = { ...alice, mayChange: () => true };
    await withSteps({ authenticate: async () => editor }, async ({ ask }) => {
      const query = "mutation ($i: UpsertUserInput!) { upsertUser(input: $i) { userId } }";
      const { body, codes } = await ask({ query, variables: { i: input } });
      // Nobody stands in for the service that would be asked next.
      expect(codes).toEqual([code === "UPSERTED" ? "INTERNAL_SERVER_ERROR" : code]);
      const isNumber = /cannot be carried exactly/.test(body.errors[0].message);
      expect(isNumber).toBe(code === "BAD_USER_INPUT");
    });
  });

  test("is looked for four levels deep, in objects and lists", async () => {
    const variables = [
      { a: 0.5 },
      { a: { b: 0.5 } },
      { a: [0.5] },
      { a: [{ b: 0.5 }] },
      { a: { b: { c: 0.5 } }, other: 1 },
      { a: { b: { c: { d: 0.5 } } } },
      { a: [[[0.5]]] },
      { a: [[[[0.5]]]] },
    ];
    expect(await statusesOf(variables)).toEqual([400, 400, 400, 400, 400, 400, 400, 200]);
  });
});

test.each([
  ["a caller", 1, alice],
  ["a stranger", 0, undefined],
])("the document of %s is kept %i times beyond strangers' reach", async (_who, times, caller) => {
  const keep = jest.spyOn(DocumentStore.prototype, "keep");
  try {
    await withSteps({ authenticate: async () => caller }, async ({ ask }) => {
      expect((await ask("{ regions { code } }")).status).toBe(200);
      expect(keep).toHaveBeenCalledTimes(times);
    });
  } finally {
    keep.mockRestore();
  }
});
