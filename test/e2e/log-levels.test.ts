import { describe, expect, test } from "@jest/globals";
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

describe("LOG_LEVEL=fatal", () => {
  test("keeps the audit line and no other", async () => {
    const output = await outputOf({ LOG_LEVEL: "fatal" });
    expect(output.match(/operation: "authToken"[\s\S]*outcome: "issued"/g)).toHaveLength(1);
    expect(output.match(/^\[/gm)).toHaveLength(1);
  });

  test("keeps the audit line in production too", async () => {
    const output = await outputOf({ NODE_ENV: "production", LOG_LEVEL: "fatal" });
    expect(jsonLines(output)).toEqual([
      expect.objectContaining({ audit: true, operation: "authToken", userId: "alice", outcome: "issued" }),
    ]);
  });
});

test("LOG_LEVEL=silent leaves the ready line alone", async () => {
  expect(await outputOf({ LOG_LEVEL: "silent" })).toMatch(/^Listening on \S+\n$/);
});

test("every line but the ready line is JSON in production", async () => {
  const output = await outputOf({ NODE_ENV: "production" });
  expect(jsonLines(output).map(({ msg }) => msg)).toEqual(["audit", "request", "stopping"]);
});

/** All lines but the ready line; throws when one is not JSON. */
function jsonLines(output: string): Record<string, unknown>[] {
  const lines = output.trim().split("\n");
  return lines.filter((line) => !line.startsWith("Listening on ")).map((line) => JSON.parse(line));
}
