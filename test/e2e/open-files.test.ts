import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { expect, test } from "@jest/globals";
import { regionAt } from "../support/gateway.js";
import { shellCommand } from "../support/process.js";
import { rawRequest } from "../support/raw-request.js";
import { withUpstream } from "../support/upstream.js";

async function ask(url: string, query: string) {
  const headers = { "content-type": "application/json" };
  return (await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) })).json();
}

test("128 open files are enough to outlive 250 connections", async () => {
  const running = shellCommand('ulimit -n 128; exec "$@"', ["start"], { PORT: "0" });
  const url = await running.printed(/^Listening on (\S+)$/m);
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  while (sockets.length < 250) {
    const socket = connect(Number(port), hostname).on("error", () => {});
    await once(socket, "connect");
    sockets.push(socket);
  }
  for (let i = 0; i < 20; i++) {
    expect(await ask(url, '{ authToken(userId: "a") { userId } }')).toEqual({ data: { authToken: { userId: "a" } } });
  }
  running.child.kill("SIGTERM");
  expect(await running.finished).toMatchObject({ code: 0, stderr: "" });
  for (const socket of sockets) socket.destroy();
});

const lastRequest = "GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

/** Asks for four calls, two to each of two regions: many such need more connections than one region takes. */
function requestFor(client: number): string {
  const fields = ["EU", "EU", "SG", "SG"].map(
    (region, i) => `${region}${i}: authToken(userId: "${client}-${i}", region: ${region}) { token }`,
  );
  const body = JSON.stringify({ query: `{ ${fields.join(" ")} }` });
  const head = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
  return `${head}content-length: ${body.length}\r\n\r\n${body}`;
}

test("too few files for all calls speak against no region", async () => {
  const held: ServerResponse[] = [];
  let isOver = false;
  const answer = (response: ServerResponse) => (isOver ? response.end('"token"') : held.push(response));
  await withUpstream(answer, async (upstream) => {
    const env = {
      PORT: "0",
      AUTH_MODE: "none",
      ...regionAt(upstream.url),
      AMITY_SG_BASE_URL: upstream.url,
      AMITY_SG_API_KEY: "canary-api-key",
      AMITY_SG_SERVER_KEY: "canary-server-key",
    };
    const running = shellCommand('ulimit -n 100; exec "$@"', ["start"], env);
    const url = await running.printed(/^Listening on (\S+)$/m);
    const answers = rawRequest(url, Array.from({ length: 25 }, (_, i) => requestFor(i)).join("") + lastRequest);
    // What has a connection waits; so long until another is refused one.
    await running.printed(/outgoingConnections|a call to Amity failed/);
    isOver = true;
    for (const response of held) response.end('"token"');
    const text = await answers;
    expect(text).toMatch(/"code":"OVERLOADED"/);
    expect(text).not.toMatch(/UPSTREAM/);
    const healthy = [{ status: "AVAILABLE" }, { status: "AVAILABLE" }, { status: "NOT_CONFIGURED" }];
    expect(await ask(url, "{ regions { status } }")).toEqual({ data: { regions: healthy } });
    running.child.kill("SIGTERM");
    await running.finished;
  });
});

test.each([24, 48, 64])("%i open files are too few, in a sentence", async (most) => {
  const { code, stdout, stderr } = await shellCommand(`ulimit -n ${most}; exec "$@"`, ["start"]).finished;
  expect([code, stdout, stderr]).toEqual([
    1,
    "",
    `amity-graphql cannot run: it may open only ${most} files at once; raise that, as by ulimit -n 1024\n`,
  ]);
});
