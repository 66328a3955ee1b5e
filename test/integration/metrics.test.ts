import { expect, test } from "@jest/globals";
import { silentLogger, startGateway } from "../../src/app.js";
import { loadConfig } from "../../src/config/config.js";
import { regionAt, withGateway } from "../support/gateway.js";
import { type Answer, always, withUpstream } from "../support/upstream.js";

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

test("ADMIN_PORT takes the metrics off the main port", async () => {
  const { config } = loadConfig({ PORT: "0", ADMIN_PORT: "0" });
  if (!config) throw new Error("no configuration");
  const gateway = await startGateway(config, { logger: silentLogger });
  const statusOf = async (path: string, origin = gateway.adminUrl) => (await fetch(new URL(path, origin))).status;
  expect(await statusOf("/metrics")).toBe(200);
  expect(await statusOf("/readyz")).toBe(200);
  expect(await statusOf("/graphql")).toBe(404);
  expect(await statusOf("/metrics", gateway.url)).toBe(404);
  expect(await statusOf("/livez", gateway.url)).toBe(200);
  await gateway.stop();
});
