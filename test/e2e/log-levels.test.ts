import { describe, expect, test } from "@jest/globals";
import { version } from "../../src/system/version.js";
import { jwtEnv, signedIn } from "../support/callers.js";
import { withGatewayProcess } from "../support/process.js";
import { likeAmity, withUpstream } from "../support/upstream.js";

/** What a gateway process wrote while alice got one token. */
async function outputOf(env: Record<string, string>): Promise<string> {
  let output = "";
  await withUpstream(likeAmity({}), async ({ url }) => {
    const keys = { AMITY_EU_BASE_URL: url, AMITY_EU_SERVER_KEY: "canary-server-key" };
    const { stdout } = await withGatewayProcess({ ...keys, ...jwtEnv, ...env }, async (endpoint) => {
      const headers = { "content-type": "application/json", ...(await signedIn("alice")) };
      const body = JSON.stringify({ query: "{ authToken { userId } }" });
      expect((await fetch(endpoint, { method: "POST", headers, body })).status).toBe(200);
    });
    output = stdout;
  });
  return output;
}

const production = { NODE_ENV: "production" };

/** The lines of a log; throws when one is not JSON. */
function jsonLines(output: string): Record<string, unknown>[] {
  const lines = output.trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}

describe("LOG_LEVEL=fatal", () => {
  test("keeps the audit line and no other", async () => {
    const output = await outputOf({ LOG_LEVEL: "fatal" });
    expect(output.match(/operation: "authToken"[\s\S]*outcome: "issued"/g)).toHaveLength(1);
    expect(output.match(/^\[/gm)).toHaveLength(1);
  });

  test("keeps the ready line and the audit line in production too", async () => {
    const output = await outputOf({ ...production, LOG_LEVEL: "fatal" });
    expect(jsonLines(output)).toEqual([
      expect.objectContaining({ msg: expect.stringMatching(/^Listening on http:/) }),
      expect.objectContaining({ audit: true, operation: "authToken", userId: "alice", outcome: "issued" }),
    ]);
  });
});

test("LOG_LEVEL=silent leaves the ready line alone", async () => {
  expect(await outputOf({ LOG_LEVEL: "silent" })).toMatch(/^Listening on \S+\n$/);
});

test("LOG_LEVEL=debug tells where the time went, in text too", async () => {
  const output = await outputOf({ LOG_LEVEL: "debug" });
  expect(output).toMatch(/DEBUG: timings\n[\s\S]*execution: [\d.]+/);
  expect(output).not.toMatch(/service:|version:|hostname:/);
});

describe("in production", () => {
  test("every line is JSON with the service's name and version", async () => {
    const lines = jsonLines(await outputOf({ ...production, AMITY_EU_API_KEY: "canary-api-key" }));
    expect(lines.map(({ msg }) => msg)).toEqual([
      expect.stringMatching(/^Listening on http:\/\/127\.0\.0\.1:\d+\/graphql$/),
      "audit",
      "request",
      "stopping",
    ]);
    for (const line of lines) expect(line).toMatchObject({ service: "amity-graphql", version, level: 30 });
  });

  test("the ready line says how the gateway is set up", async () => {
    const [ready] = jsonLines(await outputOf({ ...production, LOG_LEVEL: "silent", RATE_LIMIT_USER: "77" }));
    expect(ready).toMatchObject({
      version,
      regions: [
        {
          region: "EU",
          apiKey: false,
          serverKey: true,
          secondaryServerKey: false,
          adminToken: false,
          mutualTls: false,
        },
      ],
      defaultRegion: "EU",
      callers: ["jwt"],
      limits: { bodyBytes: 102_400, perMinute: { user: 77, service: 600, failedAuth: 20 } },
      explorer: "off",
      introspection: "signed-in",
      metrics: "nowhere: ADMIN_PORT is not set",
    });
  });

  test("the ready line says where the metrics are", async () => {
    const [ready] = jsonLines(await outputOf({ ...production, LOG_LEVEL: "silent", ADMIN_PORT: "0" }));
    expect(ready?.["metrics"]).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  });

  test.each([
    ["server key", "authToken", { AMITY_US_API_KEY: "canary-api-key", AMITY_ALLOW_UNSECURE: "on" }],
    ["API key", "createSession", { AMITY_US_SERVER_KEY: "canary-server-key-us" }],
  ])("a region without %s is told of at the start, and that %s will fail", async (key, operation, env) => {
    const more = { AMITY_EU_API_KEY: "canary-api-key", AMITY_REGION: "eu", LOG_LEVEL: "warn" };
    const lines = jsonLines(await outputOf({ ...production, ...more, ...env }));
    const msg = `a region has no ${key}: every ${operation} is refused there`;
    expect(lines).toContainEqual(expect.objectContaining({ level: 40, region: "US", msg }));
  });
});
