import { describe, expect, test } from "@jest/globals";
import { type Answered, errorOf, type TestGateway, withGateway } from "../support/gateway.js";
import { rawRequest } from "../support/raw-request.js";

const modern = "application/graphql-response+json";
const json = { "content-type": "application/json" };
const regions = JSON.stringify({ query: "{ regions { code } }" });

async function post(body: string | Buffer, headers: Record<string, string> = json): Promise<Answered> {
  const box: Answered[] = [];
  await withGateway({}, async ({ send }) => {
    box.push(await send("/graphql", { method: "POST", headers, body }));
  });
  const [answered] = box;
  if (!answered) throw new Error("no answer");
  return answered;
}

describe("the media type", () => {
  test.each([
    [undefined, "application/json; charset=utf-8"],
    ["*/*", "application/json; charset=utf-8"],
    ["application/json", "application/json; charset=utf-8"],
    [modern, `${modern}; charset=utf-8`],
    [`${modern}, application/json;q=0.9`, `${modern}; charset=utf-8`],
    ["application/json; charset=utf-8", "application/json; charset=utf-8"],
    [`${modern}; charset=utf-8, application/json; charset=utf-8`, `${modern}; charset=utf-8`],
  ])("for Accept %p is %s", async (accept, type) => {
    const answered = await post(regions, { ...json, ...(accept && { accept }) });
    expect([answered.status, answered.headers.get("content-type")]).toEqual([200, type]);
  });

  test("that is neither is refused before anything runs", async () => {
    const answered = await post(regions, { ...json, accept: "text/csv" });
    expect([answered.status, errorOf(answered).extensions.code]).toEqual([406, "NOT_ACCEPTABLE"]);
  });
});

describe("a request error", () => {
  test.each([
    ["syntax", { query: "{" }, "GRAPHQL_PARSE_FAILED"],
    ["validation", { query: "{ nope }" }, "GRAPHQL_VALIDATION_FAILED"],
    [
      "a variable",
      { query: "query ($c: RegionCode!) { region(code: $c) { code } }", variables: { c: "XX" } },
      "BAD_USER_INPUT",
    ],
    ["an input rule", { query: '{ authToken(userId: "") { token } }' }, "BAD_USER_INPUT"],
    [
      "an unknown operation name",
      { query: "query A { regions { code } }", operationName: "B" },
      "OPERATION_RESOLUTION_FAILURE",
    ],
  ])("of %s is 400, and 200 for legacy clients", async (_kind, body, code) => {
    const text = JSON.stringify(body);
    const current = await post(text, { ...json, accept: modern });
    const legacy = await post(text);
    expect([current.status, errorOf(current).extensions.code]).toEqual([400, code]);
    expect([legacy.status, errorOf(legacy).extensions.code]).toEqual([200, code]);
  });

  test("of a subscription is the caller's mistake", async () => {
    const answered = await post('{"query":"subscription { x }"}', { ...json, accept: modern });
    expect([answered.status, answered.body.errors[0].extensions.code]).toEqual([400, "GRAPHQL_VALIDATION_FAILED"]);
  });

  test("never quotes a value that was sent", async () => {
    const secret = "S3CRET-value";
    for (const body of [
      { query: `{ region(code: "${secret}") { code } }` },
      { query: `{ authToken(userId: {a: "${secret}"}) { token } }` },
      { query: `"${secret}` },
      { query: "{ regions { code } }", operationName: secret },
      { query: "query ($c: RegionCode!) { region(code: $c) { code } }", variables: { c: secret } },
      { query: "query ($u: ID) { authToken(userId: $u) { token } }", variables: { u: `${secret}\u0000` } },
    ]) {
      const answered = await post(JSON.stringify(body));
      expect(answered.body.errors).toHaveLength(1);
      expect(answered.text).not.toContain(secret);
    }
  });
});

describe("a body", () => {
  test.each([
    ["an array", "[]"],
    ["a batch", `[${regions}]`],
    ["a text", '"query"'],
    ["broken JSON", "{"],
    ["nothing", ""],
    ["no query", "{}"],
    ["an empty query", '{"query":""}'],
    ["a query that is no text", '{"query":1}'],
    ["variables as a list", '{"query":"{regions{code}}","variables":[]}'],
    ["an operation name that is no text", '{"query":"{regions{code}}","operationName":1}'],
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
  ])("of %s is a bad request", async (_what, body) => {
    const answered = await post(body);
    expect([answered.status, errorOf(answered).extensions.code]).toEqual([400, "BAD_REQUEST"]);
  });

  test.each([
    ["text/plain"],
    ["application/x-www-form-urlencoded"],
    ["multipart/form-data; boundary=x"],
    ["application/graphql"],
    ["application/json; charset=utf-16"],
    [""],
  ])("declared as %j is an unsupported media type", async (type) => {
    const answered = await post(Buffer.from(regions), type ? { "content-type": type } : {});
    expect([answered.status, errorOf(answered).extensions.code]).toEqual([415, "UNSUPPORTED_MEDIA_TYPE"]);
  });

  test("declared as UTF-8 JSON is taken", async () => {
    expect((await post(regions, { "content-type": 'Application/JSON; charset="UTF-8"' })).status).toBe(200);
  });

  test("that is compressed is refused", async () => {
    expect((await post(regions, { ...json, "content-encoding": "gzip" })).status).toBe(415);
  });

  test("may have 102,400 bytes and no more", async () => {
    const padded = (bytes: number) => regions + " ".repeat(bytes - regions.length);
    expect((await post(padded(102_400))).status).toBe(200);
    const answered = await post(padded(102_401));
    expect([answered.status, errorOf(answered).extensions.code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
  });

  test("may hold a variable named __proto__", async () => {
    const body = `{"query":"query ($__proto__: ID) { authToken(userId: $__proto__) { userId } }","variables":{"__proto__":"a"}}`;
    expect((await post(body)).body.data).toEqual({ authToken: { userId: "a" } });
  });
});

describe("an escaped path", () => {
  test.each(["/%67raphql", "/graph%71l"])("%s is held to the same rules", async (path) => {
    await withGateway({}, async ({ send }) => {
      const headers = { ...json, "content-encoding": "gzip" };
      expect((await send(path, { method: "POST", headers, body: regions })).status).toBe(415);
      expect((await send(path, { method: "PUT" })).status).toBe(405);
    });
  });
});

describe("any method but POST", () => {
  test.each(["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])("%s is not allowed on /graphql", async (method) => {
    await withGateway({}, async ({ send }) => {
      const answered = await send("/graphql?query={regions{code}}", { method });
      expect([answered.status, answered.headers.get("allow")]).toEqual([405, "POST"]);
      if (method !== "HEAD") expect(errorOf(answered).extensions.code).toBe("METHOD_NOT_ALLOWED");
    });
  });
});

describe("every answer", () => {
  const cases: [string, (gateway: TestGateway) => Promise<Answered>][] = [
    ["200", ({ ask }) => ask("{ regions { code } }")],
    ["404", ({ send }) => send("/nowhere")],
    ["405", ({ send }) => send("/graphql")],
    ["415", ({ send }) => send("/graphql", { method: "POST", body: "x" })],
    ["/livez", ({ send }) => send("/livez")],
  ];
  test.each(cases)("%s forbids caching, sniffing and framing", async (_status, ask) => {
    await withGateway({}, async (gateway) => {
      const { headers } = await ask(gateway);
      expect(Object.fromEntries(headers)).toMatchObject({
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
      expect(headers.get("access-control-allow-origin")).toBeNull();
    });
  });

  test("repeats a well-formed request id in header and error", async () => {
    await withGateway({}, async ({ ask }) => {
      const answered = await ask("{ nope }", {}, { "x-request-id": "night-shift_7" });
      expect(answered.headers.get("x-request-id")).toBe("night-shift_7");
      expect(errorOf(answered).extensions.requestId).toBe("night-shift_7");
    });
  });

  test.each(["has space", "x".repeat(65), "semi;colon"])("replaces the request id %j", async (id) => {
    await withGateway({ newId: () => "made-up" }, async ({ ask }) => {
      expect((await ask("{ regions { code } }", {}, { "x-request-id": id })).headers.get("x-request-id")).toBe(
        "made-up",
      );
    });
  });
});

describe("without caller authentication", () => {
  test.each([
    ["evil.example", 403],
    ["127.0.0.1.evil.example", 403],
    ["localhost.evil.example:80", 403],
    ["localhost", 200],
    ["127.0.0.1:4000", 200],
    ["[::1]:4000", 200],
  ])("the Host header %s is answered with %i", async (host, status) => {
    await withGateway({}, async ({ url }) => {
      const answer = await rawRequest(url, `GET /livez HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    });
  });
});

describe("a broken request", () => {
  test.each([
    ["no HTTP at all", "nonsense\r\n\r\n", 400],
    ["a path that is no URL", "POST //[ HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n", 404],
    ["a bad escape in the path", "GET /%zz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n", 400],
    ["no Host header", "GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n", 400],
    ["two Host headers", "GET /livez HTTP/1.1\r\nhost: localhost\r\nhost: localhost\r\nconnection: close\r\n\r\n", 400],
    ["headers over 16 KiB", `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${"x".repeat(17_000)}\r\n\r\n`, 431],
  ])("with %s is answered and survived", async (_what, request, status) => {
    await withGateway({}, async ({ url, ask }) => {
      const answer = await rawRequest(url, request);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toMatchObject({
        errors: [{ extensions: { retryable: false, requestId: expect.any(String) } }],
      });
      expect((await ask("{ regions { code } }")).status).toBe(200);
    });
  });
});

describe("health", () => {
  test.each(["/livez", "/readyz"])("%s is 200 while serving", async (path) => {
    await withGateway({}, async ({ send }) => {
      expect((await send(path)).status).toBe(200);
      expect((await send(path, { method: "HEAD" })).status).toBe(200);
    });
  });
});

describe("a browser at /graphql", () => {
  const accept = "text/html,application/xhtml+xml,*/*;q=0.8";

  test("is led to an explorer with the example operations", async () => {
    await withGateway({ env: { EXPLORER: "sandbox" } }, async ({ send }) => {
      const { status, headers, text } = await send("/graphql", { headers: { accept } });
      expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
      expect(text).toContain("EmbeddedSandbox");
      for (const name of ["Regions", "FindRegion", "FetchAuthToken", "CreateSession"])
        expect(text).toMatch(new RegExp(`(query|mutation) ${name}\\b`));
      expect(text).toContain('"runTelemetry":false');
    });
  });

  test("sees nothing when the explorer is off", async () => {
    await withGateway({ env: { EXPLORER: "off" } }, async ({ send }) => {
      expect((await send("/graphql", { headers: { accept } })).status).toBe(405);
    });
  });
});

describe("introspection", () => {
  const query = "{ __schema { queryType { name } } }";
  test.each([
    ["auto", true],
    ["on", true],
    ["off", false],
  ])("set to %s in development answers: %p", async (INTROSPECTION, answers) => {
    await withGateway({ env: { INTROSPECTION } }, async ({ ask }) => {
      expect((await ask(query)).body.data !== undefined).toBe(answers);
    });
  });
});
