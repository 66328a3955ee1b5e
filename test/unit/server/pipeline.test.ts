import { describe, expect, test } from "@jest/globals";
import type { HttpRequest } from "../../../src/server/messages.js";
import type { Route } from "../../../src/server/routes.js";
import { operation, requestWith, withPipeline } from "../../support/pipeline.js";

const json = { "content-type": "application/json" };
const regions = '{"query":"{ regions { code } }"}';
const post: Partial<HttpRequest> = { method: "POST", url: "/graphql", headers: json };

function codeOf(body: string | Uint8Array | undefined): string {
  return JSON.parse(String(body)).errors[0].extensions.code;
}

describe("an operation", () => {
  test("is answered with a slash behind the path", async () => {
    await withPipeline({}, async ({ pipeline }) => {
      const { status } = await pipeline.handle({ ...operation("{ regions { code } }"), url: "/graphql/" });
      expect(status).toBe(200);
    });
  });

  test("is answered without any server", async () => {
    await withPipeline({}, async ({ pipeline }) => {
      const { status, headers, body } = await pipeline.handle(operation("{ regions { code } }"));
      expect([status, headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
      expect(JSON.parse(String(body))).toEqual({ data: { regions: [{ code: "EU" }, { code: "SG" }, { code: "US" }] } });
    });
  });

  test("leaves a line, a measurement and an audit line", async () => {
    await withPipeline({}, async ({ pipeline, metrics, clock, logged }) => {
      const request = operation('{ authToken(userId: "alice") { token } }', { "x-request-id": "id-1" });
      const readBody = (limitBytes: number) => {
        clock.advance(1_500);
        return request.readBody(limitBytes);
      };
      await pipeline.handle({ ...request, readBody });
      expect(logged()).toContainEqual({
        level: "info",
        message: "request",
        requestId: "id-1",
        method: "POST",
        path: "/graphql",
        status: 200,
        ms: 1_500,
        address: "192.0.2.1",
        caller: "anybody",
        rootFields: [{ field: "authToken", outcome: "REGION_NOT_CONFIGURED" }],
        codes: ["REGION_NOT_CONFIGURED"],
      });
      expect(logged()).toContainEqual(expect.objectContaining({ message: "timings", requestId: "id-1", read: 1_500 }));
      expect(logged()).toContainEqual(expect.objectContaining({ audit: true, outcome: "REGION_NOT_CONFIGURED" }));
      expect((await metrics.text()).body).toContain(
        'http_request_duration_seconds_sum{path="/graphql",status="200"} 1.5',
      );
    });
  });

  test.each([
    [
      "that asks too much",
      "{ a: regions { code } b: regions { code } c: regions { code } d: regions { code } e: regions { code } }",
      400,
      "QUERY_TOO_COMPLEX",
    ],
    ["without a caller", '{ authToken(userId: "a") { token } }', 401, "UNAUTHENTICATED"],
  ])("%s is refused by Apollo's plugins", async (_what, query, status, code) => {
    const auth = { mode: "credentials", delegateScope: undefined } as const;
    await withPipeline({ auth }, async ({ pipeline }) => {
      const answer = await pipeline.handle(operation(query, { accept: "application/graphql-response+json" }));
      expect([answer.status, codeOf(answer.body)]).toEqual([status, code]);
    });
  });

  test.each([
    ["without a call to Amity", "{ regions { code } }", 0],
    ["with one", '{ authToken(userId: "a") { token } }', 1],
  ])("%s asks for the signal as often", async (_what, query, times) => {
    let asked = 0;
    const request = Object.defineProperty({ ...operation(query) }, "signal", {
      get() {
        asked++;
        return new AbortController().signal;
      },
    });
    await withPipeline({}, async ({ pipeline }) => {
      await pipeline.handle(request);
      expect(asked).toBe(times);
    });
  });
});

describe("a request", () => {
  const refused: [string, Partial<HttpRequest> & { body?: string | Uint8Array }, number, string][] = [
    ["for no path", { url: "/nowhere" }, 404, "NOT_FOUND"],
    ["for all of the server", { method: "OPTIONS", url: "*" }, 404, "NOT_FOUND"],
    ["with dots in its path", { ...post, url: "/x/../graphql" }, 404, "NOT_FOUND"],
    ["with a broken escape", { url: "/%zz" }, 400, "BAD_REQUEST"],
    ["by GET", { url: "/graphql" }, 405, "METHOD_NOT_ALLOWED"],
    ["by PUT at an escaped path", { method: "PUT", url: "/%67raphql?x" }, 405, "METHOD_NOT_ALLOWED"],
    ["by POST for health", { method: "POST", url: "/livez" }, 404, "NOT_FOUND"],
    [
      "that wants another type",
      { ...post, headers: { ...json, accept: "text/csv" }, body: regions },
      406,
      "NOT_ACCEPTABLE",
    ],
    ["of 1001 bytes", { ...post, body: regions.padEnd(1_001) }, 413, "PAYLOAD_TOO_LARGE"],
    ["of no type", { ...post, headers: {} }, 415, "UNSUPPORTED_MEDIA_TYPE"],
    [
      "of a compressed body",
      { ...post, headers: { ...json, "content-encoding": "gzip" } },
      415,
      "UNSUPPORTED_MEDIA_TYPE",
    ],
    ["of broken JSON", { ...post, body: "{" }, 400, "BAD_REQUEST"],
    [
      "of bytes that are not UTF-8",
      { ...post, body: Buffer.from('{"query":"{ a\xff }"}', "latin1") },
      400,
      "BAD_REQUEST",
    ],
  ];
  test.each(refused)("%s is refused", async (_what, facts, status, code) => {
    await withPipeline({}, async ({ pipeline }) => {
      const answer = await pipeline.handle(requestWith(facts));
      expect([answer.status, codeOf(answer.body)]).toEqual([status, code]);
      expect(answer.headers).toMatchObject({ "cache-control": "no-store", "x-request-id": "made-up" });
    });
  });

  test.each([
    [405, { url: "/graphql" }, { allow: "POST" }],
    [413, { ...post, body: regions.padEnd(1_001) }, { connection: "close" }],
  ])("refused with %i says what to do", async (_status, facts, headers) => {
    await withPipeline({}, async ({ pipeline }) => {
      expect((await pipeline.handle(requestWith(facts))).headers).toMatchObject(headers);
    });
  });

  test.each([
    ["another host", { headers: { ...json, host: "evil.example" } }],
    ["another path", { url: "/nowhere" }],
    ["another type", { headers: { "content-type": "text/plain" } }],
    ["a preflight", { method: "OPTIONS" }],
  ])("with %s keeps its body", async (_what, facts) => {
    const readBody = () => Promise.reject(new Error("the body was read"));
    await withPipeline({}, async ({ pipeline, logged }) => {
      await pipeline.handle(requestWith({ ...post, ...facts, readBody }));
      expect(logged().map(({ message }) => message)).toEqual(["request"]);
    });
  });

  test("after broken bytes is read from its start", async () => {
    await withPipeline({}, async ({ pipeline }) => {
      await pipeline.handle(requestWith({ ...post, body: Buffer.from([0xe2, 0x82]) }));
      expect((await pipeline.handle(requestWith({ ...post, body: regions }))).status).toBe(200);
    });
  });
});

describe("the Host header", () => {
  test.each([
    ["is missing", { hostCount: 0, headers: { host: undefined } }, 400],
    ["is there twice", { hostCount: 2 }, 400],
    ["names this machine", {}, 200],
    ["names this machine in HTTP/1.0", { httpVersion: "1.0" }, 200],
    ["names this machine by address and port", { headers: { host: "[::1]:4000" } }, 200],
    ["names another one", { headers: { host: "evil.example" } }, 403],
    ["seems to name this machine", { headers: { host: "127.0.0.1.evil.example" } }, 403],
  ])("that %s", async (_what, facts, status) => {
    await withPipeline({}, async ({ pipeline }) => {
      expect((await pipeline.handle(requestWith({ url: "/livez", ...facts }))).status).toBe(status);
    });
  });

  test("may be missing in HTTP/1.0, where callers are known", async () => {
    const facts = { url: "/livez", hostCount: 0, headers: { host: undefined } };
    await withPipeline({ localOnly: false }, async ({ pipeline }) => {
      expect((await pipeline.handle(requestWith({ ...facts, httpVersion: "1.0" }))).status).toBe(200);
      expect((await pipeline.handle(requestWith(facts))).status).toBe(400);
    });
  });
});

describe("health", () => {
  test.each(["GET", "HEAD"])("is told to %s", async (method) => {
    await withPipeline({}, async ({ pipeline }) => {
      expect(await pipeline.handle(requestWith({ method, url: "/livez" }))).toMatchObject({
        status: 200,
        body: '{"status":"ok"}',
      });
      expect(await pipeline.handle(requestWith({ method, url: "/readyz" }))).toMatchObject({
        status: 200,
        body: '{"status":"ready"}',
      });
    });
  });

  test("and every answer tell of the end", async () => {
    await withPipeline({}, async ({ pipeline, readiness, farewell }) => {
      expect((await pipeline.handle(operation("{ regions { code } }"))).headers).not.toHaveProperty("connection");
      readiness.drain();
      farewell.endsConnections = true;
      expect(await pipeline.handle(requestWith({ url: "/readyz" }))).toMatchObject({
        status: 503,
        body: '{"status":"draining"}',
      });
      for (const request of [operation("{ regions { code } }"), requestWith({ url: "/nowhere" })])
        expect((await pipeline.handle(request)).headers).toMatchObject({ connection: "close" });
    });
  });
});

describe("a page of a listed origin", () => {
  const origin = "https://app.example.com";
  const preflight = {
    method: "OPTIONS",
    url: "/graphql",
    headers: { origin, "access-control-request-method": "POST" },
  };

  test("is told what it may send", async () => {
    await withPipeline({ corsOrigins: [origin] }, async ({ pipeline }) => {
      const { status, headers, body } = await pipeline.handle(requestWith(preflight));
      expect([status, body]).toEqual([204, undefined]);
      expect(headers).toMatchObject({
        vary: "origin",
        "access-control-allow-origin": origin,
        "access-control-allow-methods": "POST",
      });
    });
  });

  test("may read refusals", async () => {
    await withPipeline({ corsOrigins: [origin] }, async ({ pipeline }) => {
      const { status, headers } = await pipeline.handle(requestWith({ ...post, headers: { origin } }));
      expect([status, headers["access-control-allow-origin"]]).toEqual([415, origin]);
    });
  });

  test.each([
    ["another path", { ...preflight, url: "/livez" }],
    ["another origin", { ...preflight, headers: { ...preflight.headers, origin: "https://evil.example" } }],
    ["no origin", { ...preflight, headers: { "access-control-request-method": "POST" } }],
  ])("has no permission for %s", async (_what, facts) => {
    await withPipeline({ corsOrigins: [origin] }, async ({ pipeline }) => {
      const { status, headers } = await pipeline.handle(requestWith(facts));
      expect([404, 405]).toContain(status);
      expect(headers).toMatchObject({ vary: "origin" });
      expect(headers).not.toHaveProperty("access-control-allow-origin");
    });
  });
});

test("an overloaded process sheds operations alone", async () => {
  await withPipeline({ overload: () => "heap" }, async ({ pipeline }) => {
    const shed = await pipeline.handle(operation("{ regions { code } }"));
    expect([shed.status, codeOf(shed.body), shed.headers["retry-after"]]).toEqual([503, "OVERLOADED", "1"]);
    expect((await pipeline.handle(requestWith({ url: "/livez" }))).status).toBe(200);
  });
});

describe("a route", () => {
  const page: Route = {
    methods: ["GET"],
    path: "/page",
    label: "/pages",
    answer: () => ({ status: 200, headers: { "cache-control": "public" }, body: "page" }),
  };

  test("has the headers of every answer, or its own", async () => {
    await withPipeline({ routes: [page] }, async ({ pipeline, logged }) => {
      const { headers } = await pipeline.handle(requestWith({ url: "/page" }));
      expect(headers).toMatchObject({
        "cache-control": "public",
        "x-content-type-options": "nosniff",
        "x-dev-mode": "1",
      });
      expect(logged()[0]).toMatchObject({ path: "/pages" });
    });
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("a secret");
      },
    ],
    ["rejects", () => Promise.reject(new TypeError("a secret"))],
  ])("that %s is an internal error, masked", async (_how, answer) => {
    await withPipeline({ routes: [{ ...page, answer }] }, async ({ pipeline, logged }) => {
      const { status, body } = await pipeline.handle(requestWith({ url: "/page" }));
      expect([status, codeOf(body)]).toEqual([500, "INTERNAL_SERVER_ERROR"]);
      expect(logged()).toContainEqual(
        expect.objectContaining({ level: "error", message: "internal error", requestId: "made-up" }),
      );
      expect(JSON.stringify([body, logged()])).not.toContain("a secret");
    });
  });
});

test("a page of a listed origin can read that the process is overloaded", async () => {
  const origin = "https://app.example.com";
  await withPipeline({ corsOrigins: [origin], overload: () => "heap" }, async ({ pipeline }) => {
    const asked = { origin, "access-control-request-method": "POST" };
    const preflight = await pipeline.handle(requestWith({ method: "OPTIONS", url: "/graphql", headers: asked }));
    const shed = await pipeline.handle(operation("{ regions { code } }", { origin }));
    expect([preflight.status, shed.status]).toEqual([204, 503]);
    for (const { headers } of [preflight, shed])
      expect(headers).toMatchObject({ "access-control-allow-origin": origin });
  });
});

test.each([
  ["application/graphql-response+json", "application/graphql-response+json; charset=utf-8"],
  ["application/json", "application/json; charset=utf-8"],
  ["text/csv", "application/json; charset=utf-8"],
])("a refusal around GraphQL for a client that accepts %s is %s", async (accept, type) => {
  await withPipeline({}, async ({ pipeline }) => {
    const { status, headers } = await pipeline.handle(requestWith({ ...post, headers: { accept } }));
    expect([status, headers["content-type"]]).toEqual([415, type]);
  });
});
