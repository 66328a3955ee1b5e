import { Agent, request } from "node:http";
import { describe, expect, test } from "@jest/globals";
import { deferred } from "../support/deferred.js";
import { regionAt } from "../support/gateway.js";
import { command, withGatewayProcess } from "../support/process.js";
import { type Answer, withUpstream } from "../support/upstream.js";

const body = JSON.stringify({ query: '{ authToken(userId: "a") { token } }' });
const post = { method: "POST", headers: { "content-type": "application/json", "content-length": body.length } };

/** Sends an operation; gives its status, or what became of it instead. */
function ask(url: string, agent: Agent): Promise<number | string | undefined> {
  return new Promise((resolve) => {
    request(url, { ...post, agent }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode));
    })
      .once("error", (error: NodeJS.ErrnoException) => resolve(error.code))
      .end(body);
  });
}

test.each([1, 2, 3])("SIGTERM at 200 requests a second fails none that was sent before it, time %i", async () => {
  const running = command(["start"], { PORT: "0", LOG_LEVEL: "warn" });
  const url = await running.printed(/^Listening on (\S+)$/m);
  const agent = new Agent({ keepAlive: true });
  const before: Promise<number | string | undefined>[] = [];
  await new Promise<void>((resolve) => {
    const sending = setInterval(() => {
      before.push(ask(url, agent));
      if (before.length < 200) return;
      clearInterval(sending);
      resolve();
    }, 5);
  });
  running.child.kill("SIGTERM");
  expect(new Set(await Promise.all(before))).toEqual(new Set([200]));
  expect((await running.finished).code).toBe(0);
  agent.destroy();
});

test("the delay of a stop serves on while /readyz says so", async () => {
  const running = command(["start"], { PORT: "0", SHUTDOWN_DELAY_MS: "2000" });
  const url = await running.printed(/^Listening on (\S+)$/m);
  running.child.kill("SIGTERM");
  await running.printed(/stopping/);
  const ready = await fetch(new URL("/readyz", url));
  expect([ready.status, await ready.json()]).toEqual([503, { status: "draining" }]);
  const served = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  expect([served.status, served.headers.get("connection")]).toEqual([200, "close"]);
  expect((await running.finished).code).toBe(0);
});

describe("SIGHUP", () => {
  test("changes nothing about a stop", async () => {
    const asked = deferred<Parameters<Answer>[0]>();
    await withUpstream(asked.resolve, async (upstream) => {
      const { code } = await withGatewayProcess(regionAt(upstream.url, { AUTH_MODE: "none" }), async (url, running) => {
        const answer = ask(url, new Agent());
        const response = await asked.promise;
        running.child.kill("SIGTERM");
        await running.printed(/stopping/);
        running.child.kill("SIGHUP");
        // By then it has been heard, whether there is still an answer or not.
        await fetch(new URL("/livez", url)).catch(() => {});
        response.end('"late"');
        expect(await answer).toBe(200);
      });
      expect(code).toBe(0);
    });
  });
});

test("a drain that is shorter than a call to Amity is exit 78", async () => {
  const { code, stderr } = await command(["start"], { DRAIN_MS: "9999" }).finished;
  expect([code, stderr]).toEqual([
    78,
    "amity-graphql cannot start:\n  DRAIN_MS is below UPSTREAM_TIMEOUT_MS: requests under way would be cut short at every stop\n",
  ]);
});
