import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { type Gateway, startGateway } from "../../src/app.js";
import { loadConfig } from "../../src/config/config.js";
import { callersAt, jwtEnv, signedIn } from "../support/callers.js";
import { recordingLogger } from "../support/canary.js";
import { regionAt, withGateway } from "../support/gateway.js";
import { lintMetrics, testWithPromtool } from "../support/promtool.js";
import { rawRequest } from "../support/raw-request.js";
import { type Answer, always, likeAmity, withUpstream } from "../support/upstream.js";

test("metrics count requests, tokens and calls to Amity", async () => {
  await withGateway({}, async ({ ask, send }) => {
    await ask('{ authToken(userId: "user-name-in-no-label") { token } }');
    const { text, headers } = await send("/metrics");
    expect(headers.get("content-type")).toContain("text/plain");
    expect(text).toContain('http_request_duration_seconds_count{path="/graphql",status="200"} 1');
    expect(text).toContain('amity_issued_total{operation="authToken",outcome="issued"} 1');
    expect(text).toContain(
      'amity_upstream_duration_seconds_count{region="SG",operation="mintAuthToken",outcome="OK"} 1',
    );
    expect(text).toContain("process_cpu_seconds_total");
    expect(text).not.toContain("user-name-in-no-label");
  });
});

test("metrics count repeated calls and tokens handed out again", async () => {
  let failures = 1;
  const answer: Answer = (response, request) =>
    always(failures-- > 0 ? 503 : 200, '"a token of alice"')(response, request);
  await withUpstream(answer, async ({ url }) => {
    const env = regionAt(url, { TOKEN_REUSE_SECONDS: "60" });
    await withGateway({ env, random: () => 0 }, async ({ ask, send }) => {
      for (let i = 0; i < 3; i++) await ask('{ authToken(userId: "alice") { token } }');
      const { text } = await send("/metrics");
      expect(text).toContain('amity_upstream_retries_total{region="EU"} 1');
      expect(text).toContain("amity_tokens_reused_total 2");
    });
  });
});

test("a region that never failed is measured as available, and one that is not configured is not", async () => {
  await withGateway({ env: regionAt("http://127.0.0.1:9") }, async ({ send }) => {
    const { text } = await send("/metrics");
    expect(text.match(/^amity_region_health\{.*$/gm)).toEqual(['amity_region_health{region="EU"} 2']);
  });
});

test("a region's health is measured and logged as it changes", async () => {
  await withUpstream(always(500, ""), async ({ url }) => {
    await withGateway({ env: regionAt(url), random: () => 0 }, async ({ ask, send, logged }) => {
      for (let i = 0; i < 30; i++) await ask('{ authToken(userId: "alice") { token } }');
      expect((await send("/metrics")).text).toContain('amity_region_health{region="EU"} 0');
      const changes = logged.map((line) => JSON.parse(line)).filter(({ health }) => health);
      expect(changes).toEqual([
        {
          level: "warn",
          message: "a region fails: calls to it are refused for five seconds",
          region: "EU",
          health: "unavailable",
        },
      ]);
    });
  });
});

test("made-up paths share one label", async () => {
  await withGateway({}, async ({ send }) => {
    for (let i = 0; i < 5; i++) await send(`/made-up-${i}`);
    const { text } = await send("/metrics");
    expect(text).toContain('http_request_duration_seconds_count{path="other",status="404"} 5');
    expect(text).not.toContain("made-up");
  });
});

test.each(["x-forwarded-for", "x-real-ip", "forwarded", "via"])(
  "a proxy on this machine, which sends %s, gets no metrics",
  async (name) => {
    await withGateway({}, async ({ send }) => {
      expect((await send("/metrics", { headers: { [name]: "192.0.2.1" } })).status).toBe(404);
    });
  },
);

/** A gateway with an ADMIN_PORT. */
async function withAdmin(use: (gateway: Gateway, logged: readonly string[]) => Promise<void>): Promise<void> {
  const { config } = loadConfig({ PORT: "0", ADMIN_PORT: "0" });
  if (!config) throw new Error("no configuration");
  const { logger, lines } = recordingLogger();
  const gateway = await startGateway(config, { logger });
  try {
    await use(gateway, lines);
  } finally {
    await gateway.stop();
  }
}

test("ADMIN_PORT takes the metrics off the main port", async () => {
  await withAdmin(async (gateway) => {
    const statusOf = async (path: string, origin = gateway.adminUrl) => (await fetch(new URL(path, origin))).status;
    expect(await statusOf("/metrics")).toBe(200);
    expect(await statusOf("/readyz")).toBe(200);
    expect(await statusOf("/graphql")).toBe(404);
    expect(await statusOf("/metrics", gateway.url)).toBe(404);
    expect(await statusOf("/livez", gateway.url)).toBe(200);
  });
});

test.each([
  ["/metrics", "debug", 200],
  ["/S3CRET", "info", 404],
])("ADMIN_PORT answers %s with a request id that its line at %s has", async (path, level, status) => {
  await withAdmin(async ({ adminUrl }, logged) => {
    const answer = await fetch(new URL(path, adminUrl), { headers: { "x-request-id": "request-1" } });
    expect([answer.status, answer.headers.get("x-request-id")]).toEqual([status, "request-1"]);
    expect(await answer.text()).not.toContain("S3CRET");
    const line = logged.map((text) => JSON.parse(text)).find(({ requestId }) => requestId === "request-1");
    expect(line).toMatchObject({ level, status, message: "request" });
  });
});

test("production has no metrics on its main port, not even for this machine", async () => {
  await withGateway(callersAt("http://127.0.0.1:9", { NODE_ENV: "production" }), async ({ send }) => {
    expect((await send("/metrics")).status).toBe(404);
    expect((await send("/livez")).status).toBe(200);
  });
});

testWithPromtool("metrics keep Prometheus' conventions from the first scrape on", async () => {
  await withGateway({}, async ({ ask, send }) => {
    expect(lintMetrics((await send("/metrics")).text)).toBe("");
    await ask('{ authToken(userId: "alice") { token } }');
    expect(lintMetrics((await send("/metrics")).text)).toBe("");
  });
});

test.each(["docs/operations.md", "docs/runbooks.md", "docs/security.md", "docs/connect.md"])(
  "%s names metrics that exist",
  async (name) => {
    const document = readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
    const named = [...new Set(document.match(/\bamity_[a-z_]+\b/g))];
    expect(named.length).toBeGreaterThan(0);
    await withGateway({ env: regionAt("http://127.0.0.1:9", jwtEnv) }, async ({ send }) => {
      const known = [...(await send("/metrics")).text.matchAll(/^# TYPE (\S+)/gm)].map(([, metric]) => metric);
      expect(named.filter((metric) => !known.includes(metric))).toEqual([]);
    });
  },
);

/** The series of counters and histograms: all that `increase()` is asked of. */
function countedSeries(text: string): string[] {
  const counted = [...text.matchAll(/^# TYPE (\S+) (?:counter|histogram)$/gm)].map(([, name = ""]) => name);
  const lines = text.split("\n").filter((line) => counted.some((name) => line.startsWith(name)));
  return lines.map((line) => line.replace(/ \S+$/, ""));
}

test("whatever happens, no series appears that the first scrape had not", async () => {
  let step = 0;
  const answers: Answer[] = [
    always(200, '"token"'),
    always(401, ""),
    always(403, '{"code":400312}'),
    always(422, "{}"),
    always(429, ""),
    always(500, ""),
    always(200, "<html>"),
    (response) => response.destroy(),
    likeAmity({ accessToken: "a", users: [{ userId: "alice", createdAt: 5, roles: [5], hashFlag: { bits: "x" } }] }),
  ];
  await withUpstream(
    (response, request) => answers[step]?.(response, request),
    async ({ url }) => {
      const limits = {
        RATE_LIMIT_USER: "60",
        VISITOR_LIMIT_ADDRESS: "30",
        RATE_LIMIT_FAILED_AUTH: "2",
        CORS_ORIGINS: "https://app.example",
        UPSTREAM_TIMEOUT_MS: "500",
      };
      const users = { USER_PROFILES: "on", AMITY_EU_ADMIN_TOKEN: "canary-admin-token" };
      const visitors = { VISITORS: "on", AMITY_EU_VISITOR_SECRET: "canary-visitor-secret" };
      await withGateway(
        { ...callersAt(url, { ...limits, ...visitors, ...users }), random: () => 0 },
        async ({ ask, send, url: endpoint }) => {
          const before = new Set(countedSeries((await send("/metrics")).text));
          const alice = await signedIn("alice");
          const writer = await signedIn("backend", { scope: "amity:users:write" });
          const broken = { authorization: `${alice["authorization"]}x` };
          for (; step < answers.length; step++) {
            await ask("{ authToken { token } }", {}, alice);
            await ask('mutation { createSession(input: { deviceId: "d" }) { accessToken } }', {}, alice);
            await ask('{ user(userId: "bob") { userId } users(userIds: ["bob"]) { userId } }', {}, alice);
            await ask('mutation { upsertUser(input: { userId: "bob" }) { userId } }', {}, writer);
            await ask(`mutation { createVisitorSession(input: { deviceId: "d${step}" }) { accessToken } }`);
          }
          const session = 'mutation { createSession(input: { deviceId: "d", authToken: "t" }) { accessToken } }';
          for (const [query, headers] of documents(alice, broken, session)) await ask(query, {}, headers);
          for (let i = 0; i < 70; i++) await ask("{ regions { code } }", {}, alice);
          for (const [path, request] of oddRequests) await send(path, request);
          await rawRequest(endpoint, "NONSENSE\r\n\r\n");
          await rawRequest(endpoint, `GET /graphql HTTP/1.1\r\nx: ${"x".repeat(20_000)}\r\n\r\n`);
          const { text } = await send("/metrics");
          expect(countedSeries(text).filter((series) => !before.has(series))).toEqual([]);
          for (const limit of ["user", "failedAuth", "visitorAddress", "visitorDevice"]) {
            expect(text).toMatch(new RegExp(`^amity_rate_limited_total\\{limit="${limit}"\\} [1-9]`, "m"));
          }
        },
      );
    },
  );
});

type Headers = Record<string, string>;

function documents(alice: Headers, broken: Headers, session: string): [string, Headers][] {
  return [
    ["{", {}],
    ["{ nothing }", {}],
    ["query a { __typename } query b { __typename }", alice],
    ["{ a { b { c { d { e { f { g { h { i { j } } } } } } } } } }", {}],
    [`{ ${"x ".repeat(1_100)} }`, {}],
    ["{ authToken { token } }", {}],
    ['{ authToken(userId: "bob") { token } }', alice],
    ['{ region(code: "x") { code } __schema { types { name } } __type(name: "Query") { name } }', alice],
    [session, alice],
    ...["phone", "", "x&authSignatureExpiresAt=", ...Array.from({ length: 7 }, () => "tablet"), ...devices].map(
      (deviceId): [string, Headers] => [`{ visitorSignature(deviceId: "${deviceId}") { region } }`, {}],
    ),
    ...Array.from({ length: 4 }, (): [string, Headers] => ["{ regions { code } }", broken]),
    ["{ regions { code } }", { authorization: "Basic x" }],
    ["{ regions { code } }", { authorization: "Bearer x" }],
    ["{ regions { code } }", { accept: "image/png" }],
    ["{ regions { code } }", { "content-type": "text/plain" }],
    ["x".repeat(200_000), {}],
  ];
}

const devices = Array.from({ length: 20 }, (_, count) => `device ${count}`);

const oddRequests: [string, RequestInit][] = [
  ["/nothing", {}],
  ["/%", {}],
  ["/readyz", {}],
  ["/livez", { method: "HEAD" }],
  ["/graphql", { method: "PUT" }],
  ["/graphql", { headers: { accept: "text/html" } }],
  ["/graphql/explorer", {}],
  ["/graphql/sandbox", {}],
  ["/docs/schema", {}],
  ["/", {}],
  ["/", { headers: { accept: "text/html" } }],
  ["/metrics", { headers: { via: "x" } }],
  [
    "/graphql",
    { method: "OPTIONS", headers: { origin: "https://app.example", "access-control-request-method": "POST" } },
  ],
];
