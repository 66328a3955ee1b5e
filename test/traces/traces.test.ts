import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Finished, run, withGatewayProcess } from "../support/process.js";
import { type Answer, type SeenRequest, withUpstream } from "../support/upstream.js";

interface Span {
  readonly name: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code: number; readonly message?: string };
  readonly traceId: string;
  readonly spanId: string;
  readonly parent?: { readonly spanId: string; readonly traceId: string };
  readonly scope: string;
}

interface Outcome {
  readonly statuses: readonly number[];
  /** Of this project's alone: the operator's instrumentation has its own. */
  readonly spans: readonly Span[];
  /** All that was exported, as text. */
  readonly exported: string;
  readonly seen: readonly SeenRequest[];
  readonly finished: Finished;
  readonly audit: string;
}

const kinds = { internal: 0, server: 1, client: 2 };
const codes = { unset: 0, error: 2 };
const [traceId, spanId] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
const traceparent = `00-${traceId}-${spanId}-01`;
const tracing = fileURLToPath(new URL("tracing.mjs", import.meta.url));
const mint = '{ authToken(userId: "alice-of-the-canary") { token } }';
const token: Answer = (response) => response.writeHead(200).end('"canary-auth-token"');

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "traces-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface Setup {
  readonly answers?: readonly Answer[];
  readonly env?: Record<string, string>;
  readonly asked?: readonly { readonly query: string; readonly headers?: Record<string, string> }[];
}

/** A gateway of this process's own with the operator's SDK, what it answered, and what it traced. */
async function trace({ answers = [token], env = {}, asked = [{ query: mint }] }: Setup): Promise<Outcome> {
  const statuses: number[] = [];
  let seen: readonly SeenRequest[] = [];
  let finished: Finished | undefined;
  const [to, audit] = [join(folder, "spans.json"), join(folder, `audit-${Math.trunc(process.hrtime()[1])}`)];
  let step = 0;
  const answer: Answer = (response, request) => answers[Math.min(step++, answers.length - 1)]?.(response, request);
  await withUpstream(answer, async (upstream) => {
    const settings = {
      AMITY_EU_API_KEY: "canary-api-key",
      AMITY_EU_SERVER_KEY: "canary-server-key",
      AMITY_EU_BASE_URL: upstream.url,
      AUTH_MODE: "none",
      NODE_OPTIONS: `--import=${tracing}`,
      TRACES: "on",
      TRACES_TO: to,
      AUDIT_FILE: audit,
      ...env,
    };
    finished = await withGatewayProcess(settings, async (url) => {
      for (const { query, headers } of asked) {
        const given = { "content-type": "application/json", authorization: "Bearer canary-credential", ...headers };
        const body = JSON.stringify({ query });
        statuses.push((await fetch(url, { method: "POST", headers: given, body })).status);
      }
      await fetch(new URL("/livez", url));
    });
    ({ seen } = upstream);
  });
  if (!finished) throw new Error("it did not run");
  const exported = await readFile(to, "utf8");
  const spans: Span[] = JSON.parse(exported).filter(({ scope }: Span) => scope === "amity-graphql");
  return { statuses, spans, exported, seen, finished, audit: await readFile(audit, "utf8") };
}

const named = (spans: readonly Span[], name: string) => spans.filter((span) => span.name === name);

describe("a request's trace", () => {
  let outcome: Outcome;
  beforeAll(async () => {
    const unavailable: Answer = (response) => response.writeHead(503).end();
    const env = { LOG_LEVEL: "debug", TRUSTED_PROXIES: "127.0.0.1" };
    outcome = await trace({ env, answers: [unavailable, token], asked: [{ query: mint, headers: { traceparent } }] });
  }, 60_000);

  test("leads from the request over the field to each attempt", () => {
    const { spans } = outcome;
    const [request, field] = [named(spans, "/graphql")[0], named(spans, "authToken")[0]];
    const attempts = named(spans, "mintAuthToken");
    expect(request).toMatchObject({
      kind: kinds.server,
      attributes: { "http.route": "/graphql", "http.response.status_code": 200, "amity.outcome": "OK" },
      status: { code: codes.unset },
    });
    expect(field).toMatchObject({
      kind: kinds.internal,
      attributes: { "amity.root_field": "authToken", "amity.outcome": "OK" },
      parent: { spanId: request?.spanId },
    });
    expect(attempts.map(({ attributes }) => attributes)).toEqual([
      {
        "amity.region": "EU",
        "amity.attempt": 1,
        "http.response.status_code": 503,
        "amity.outcome": "UPSTREAM_UNAVAILABLE",
      },
      {
        "amity.region": "EU",
        "amity.attempt": 2,
        "amity.retry_reason": "server error",
        "http.response.status_code": 200,
        "amity.outcome": "OK",
      },
    ]);
    expect(attempts.map(({ kind, status }) => [kind, status.code])).toEqual([
      [kinds.client, codes.error],
      [kinds.client, codes.unset],
    ]);
    expect(attempts.map(({ parent }) => parent?.spanId)).toEqual([field?.spanId, field?.spanId]);
    expect(spans).toHaveLength(4);
  });

  test("goes on with that of a trusted proxy", () => {
    expect(new Set(outcome.spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
    expect(named(outcome.spans, "/graphql")[0]?.parent).toMatchObject({ spanId, traceId });
  });

  test("is named in each line of the log and in the audit", () => {
    const { stdout } = outcome.finished;
    expect(stdout.match(/trace_id: "0af7651916cd43dd8448eb211c80319c"/g)?.length).toBeGreaterThanOrEqual(3);
    expect(JSON.parse(outcome.audit)).toMatchObject({ operation: "authToken", trace_id: traceId });
  });

  test("is not told to Amity, whatever instruments HTTP", () => {
    expect(outcome.exported).toContain("@opentelemetry/instrumentation-http");
    expect(outcome.seen).toHaveLength(2);
    for (const { headers } of outcome.seen) {
      expect(Object.keys(headers).filter((name) => /trace|baggage|b3/.test(name))).toEqual([]);
    }
  });

  test("holds no id, token, document or header", () => {
    const ours = JSON.stringify(outcome.spans);
    expect(ours).not.toMatch(/canary|alice|Bearer|query|127\.0\.0\.1/i);
    const all = new Set(outcome.spans.flatMap(({ attributes }) => Object.keys(attributes)));
    expect([...all].sort()).toEqual([
      "amity.attempt",
      "amity.outcome",
      "amity.region",
      "amity.retry_reason",
      "amity.root_field",
      "http.response.status_code",
      "http.route",
    ]);
  });
});

describe("spans tell", () => {
  test("errors by our codes and nothing of Amity's", async () => {
    const refused: Answer = (response) => response.writeHead(401).end('{"message":"canary-of-amity"}');
    const { spans, exported } = await trace({ answers: [refused] });
    for (const name of ["/graphql", "authToken", "mintAuthToken"]) {
      expect(named(spans, name)[0]?.status).toEqual({ code: codes.error, message: "UPSTREAM_AUTH_FAILED" });
    }
    expect(exported).not.toContain("canary-of-amity");
  });

  test("what was refused before it ran", async () => {
    const headers = { accept: "application/graphql-response+json" };
    const asked = ['mutation { createSession(input: { deviceId: "d" }) { accessToken } }', "{ nothing }"];
    const { spans, statuses } = await trace({ asked: asked.map((query) => ({ query, headers })) });
    expect(statuses).toEqual([400, 400]);
    expect(named(spans, "/graphql").map(({ status }) => status.message)).toEqual([
      "BAD_USER_INPUT",
      "GRAPHQL_VALIDATION_FAILED",
    ]);
    expect(named(spans, "mintAuthToken")).toEqual([]);
  });

  test("several fields beside each other", async () => {
    const query = '{ a: authToken(userId: "a") { token } regions { code } b: authToken(userId: "b") { token } }';
    const { spans } = await trace({ asked: [{ query }] });
    const fields = [...named(spans, "authToken"), ...named(spans, "regions")];
    const [request] = named(spans, "/graphql");
    expect(fields.map(({ parent }) => parent?.spanId)).toEqual(Array(3).fill(request?.spanId));
    expect(named(spans, "mintAuthToken")).toHaveLength(2);
  });
});

describe("a traceparent is not believed", () => {
  test.each<[string, Record<string, string>, Record<string, string>]>([
    ["of whoever asks", {}, { traceparent }],
    [
      "of a client who names a proxy",
      { TRUSTED_PROXIES: "192.0.2.1" },
      { traceparent, "x-forwarded-for": "192.0.2.1" },
    ],
    ["that is malformed", { TRUSTED_PROXIES: "127.0.0.1" }, { traceparent: `00-${traceId}-${spanId}-01-canary` }],
    ["of zeros", { TRUSTED_PROXIES: "127.0.0.1" }, { traceparent: `00-${"0".repeat(32)}-${spanId}-01` }],
  ])("%s", async (_what, env, headers) => {
    const { spans, statuses, exported } = await trace({ env, asked: [{ query: mint, headers }] });
    expect(statuses).toEqual([200]);
    expect(named(spans, "/graphql")[0]).toMatchObject({ status: { code: codes.unset } });
    expect(named(spans, "/graphql")[0]?.parent).toBeUndefined();
    expect(JSON.stringify(spans)).not.toContain(traceId);
    expect(exported).not.toContain("canary");
  });
});

describe("requests are served with", () => {
  test.each([
    "a sampler that throws",
    "a processor that throws",
    "an exporter that throws",
    "an exporter that hangs",
    "a sampler that takes nothing",
    "no SDK",
  ])("%s", async (fault) => {
    const { statuses, spans, finished } = await trace({ env: { TRACES_FAULT: fault } });
    expect([statuses, spans, finished.code]).toEqual([[200], [], 0]);
    const told = finished.stdout + finished.stderr;
    expect(/traces fail: what is served does not change/.test(told)).toBe(
      /(?:sampler|processor) that throws/.test(fault),
    );
    expect(told.includes("no OpenTelemetry SDK was registered before")).toBe(fault === "no SDK");
    expect(told).not.toMatch(/canary-/);
  });
});

test("nothing is traced while TRACES is off", async () => {
  const { spans, finished, audit } = await trace({ env: { TRACES: "off" } });
  expect([spans, finished.stdout.includes("trace_id"), audit.includes("trace_id")]).toEqual([[], false, false]);
});

test("traces without the API are refused in words", async () => {
  const without = fileURLToPath(new URL("without-api.mjs", import.meta.url));
  const { code, stderr } = await run(["start"], { PORT: "0", TRACES: "on", NODE_OPTIONS: `--import=${without}` });
  expect([code, stderr]).toEqual([
    78,
    "amity-graphql cannot start:\n  TRACES is on without the package @opentelemetry/api: npm install @opentelemetry/api@1.9\n",
  ]);
});
