import { expect, test } from "@jest/globals";
import { startGateway } from "../../src/app.js";
import { loadConfig } from "../../src/config/config.js";
import { withGateway } from "../support/gateway.js";

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

test("made-up paths share one label", async () => {
  await withGateway({}, async ({ send }) => {
    for (let i = 0; i < 5; i++) await send(`/made-up-${i}`);
    const { text } = await send("/metrics");
    expect(text).toContain('http_request_duration_seconds_count{path="other",status="404"} 5');
    expect(text).not.toContain("made-up");
  });
});

test("a proxy on this machine gets no metrics", async () => {
  await withGateway({}, async ({ send }) => {
    expect((await send("/metrics", { headers: { "x-forwarded-for": "192.0.2.1" } })).status).toBe(404);
  });
});

test("ADMIN_PORT takes the metrics off the main port", async () => {
  const { config } = loadConfig({ PORT: "0", ADMIN_PORT: "0" });
  if (!config) throw new Error("no configuration");
  const gateway = await startGateway(config);
  const statusOf = async (path: string, origin = gateway.adminUrl) => (await fetch(new URL(path, origin))).status;
  expect(await statusOf("/metrics")).toBe(200);
  expect(await statusOf("/readyz")).toBe(200);
  expect(await statusOf("/graphql")).toBe(404);
  expect(await statusOf("/metrics", gateway.url)).toBe(404);
  expect(await statusOf("/livez", gateway.url)).toBe(200);
  await gateway.stop();
});
