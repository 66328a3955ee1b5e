import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { startGateway } from "../../src/app.js";
import { loadConfig } from "../../src/config/config.js";
import { silentLogger } from "../../src/telemetry/logger.js";
import { deferred } from "../support/deferred.js";
import { regionAt, withGateway } from "../support/gateway.js";
import { rawRequest } from "../support/raw-request.js";
import { type Answer, withUpstream } from "../support/upstream.js";

const livez = "GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n";
const post = "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";

async function connected(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  return socket;
}

describe("a body that is too large", () => {
  test.each([
    ["as declared", `${post}content-length: 102401\r\n\r\n{`],
    ["as it comes", `${post}transfer-encoding: chunked\r\n\r\n19001\r\n${" ".repeat(0x19001)}\r\n`],
  ])("%s ends the connection", async (_how, request) => {
    await withGateway({}, async ({ url }) => {
      const answer = await rawRequest(url, request);
      // An answer that came later would be that the request took too long.
      expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 413"]);
      expect(answer).toMatch(/\r\nconnection: close\r\n/i);
    });
  });
});

test("a client that goes away while it sends leaves a line", async () => {
  const line = deferred<object>();
  const logger = {
    ...silentLogger,
    info: (fields: object, text: string) => text === "request" && line.resolve(fields),
  };
  await withGateway({ logger }, async ({ url }) => {
    const socket = await connected(url);
    socket.write(`${post}content-length: 100\r\n\r\n{`, () => socket.destroy());
    expect(await line.promise).toMatchObject({ path: "/graphql", status: 499 });
  });
});

test("no more than 2000 connections are taken", async () => {
  await withGateway({}, async ({ url }) => {
    const taken: Socket[] = [];
    // The kernel holds some hundreds that nobody has taken yet.
    while (taken.length < 2_000) taken.push(...(await Promise.all(Array.from({ length: 100 }, () => connected(url)))));
    expect(await rawRequest(url, livez.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n"))).toBe("");
    for (const socket of taken) socket.destroy();
  });
});

test("idle sockets end at stop, before requests under way", async () => {
  const asked = deferred<Parameters<Answer>[0]>();
  await withUpstream(asked.resolve, async ({ url: upstream }) => {
    const { config } = loadConfig({ PORT: "0", AUTH_MODE: "none", ...regionAt(upstream) });
    if (!config) throw new Error("no configuration");
    const gateway = await startGateway(config);
    const unused = await connected(gateway.url);
    const used = await connected(gateway.url);
    used.write(livez);
    await once(used, "data");
    const body = JSON.stringify({ query: '{ authToken(userId: "a") { token } }' });
    const busy = fetch(gateway.url, { method: "POST", headers: { "content-type": "application/json" }, body });
    const response = await asked.promise;
    const stopped = gateway.stop();
    await Promise.all([unused, used].map((socket) => once(socket.resume(), "close")));
    response.end('"late"');
    expect(await (await busy).json()).toEqual({ data: { authToken: { token: "late" } } });
    await stopped;
  });
});
