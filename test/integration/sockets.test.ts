import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { startGateway } from "../../src/app.js";
import { loadConfig } from "../../src/config/config.js";
import { securityHeaders } from "../../src/server/security-headers.js";
import { silentLogger } from "../../src/telemetry/logger.js";
import { deferred } from "../support/deferred.js";
import { regionAt, withGateway } from "../support/gateway.js";
import { rawRequest } from "../support/raw-request.js";
import { type Answer, withUpstream } from "../support/upstream.js";

const livez = "GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n";
const post = "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";

const constantHeaders = Object.entries(securityHeaders).map(([name, value]) => `${name}: ${value}`);

async function connected(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  return socket;
}

test("an idle connection outlives those of load balancers", async () => {
  await withGateway({}, async ({ send }) => {
    const [, seconds] = /^timeout=(\d+)$/.exec((await send("/livez")).headers.get("keep-alive") ?? "") ?? [];
    expect(Number(seconds)).toBeGreaterThan(60);
  });
});

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
    isLevelEnabled: () => true,
    info: (fields: object, text: string) => text === "request" && line.resolve(fields),
  };
  await withGateway({ logger }, async ({ url }) => {
    const socket = await connected(url);
    socket.write(`${post}content-length: 100\r\n\r\n{`, () => socket.destroy());
    expect(await line.promise).toMatchObject({ path: "/graphql", status: 499 });
  });
});

describe("what is no request", () => {
  test("comes after the answers that are owed, and ends the connection", async () => {
    const asked = deferred<Parameters<Answer>[0]>();
    await withUpstream(asked.resolve, async ({ url: upstream }) => {
      await withGateway({ env: regionAt(upstream) }, async ({ url }) => {
        const body = JSON.stringify({ query: '{ authToken(userId: "a") { token } }' });
        const answers = rawRequest(
          url,
          `${post}content-length: ${body.length}\r\n\r\n${body}nonsense\r\n\r\nmore nonsense`,
        );
        (await asked.promise).end('"late"');
        const text = await answers;
        expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 400"]);
        expect(text).toMatch(/"token":"late"[\s\S]*BAD_REQUEST/);
      });
    });
  });

  test("inside a body is answered at once", async () => {
    await withGateway({}, async ({ url }) => {
      const answer = await rawRequest(url, `${post}transfer-encoding: chunked\r\n\r\nnonsense\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    });
  });

  test("leaves no connection to a client that stays", async () => {
    await withGateway({}, async ({ url }) => {
      const { hostname, port } = new URL(url);
      const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
      socket.write("nonsense\r\n\r\n");
      await once(socket.resume(), "end");
      // It goes on sending until it learns that nobody is there.
      const sending = setInterval(() => socket.write("x"), 20);
      await new Promise((resolve) => socket.once("error", resolve));
      clearInterval(sending);
    });
  });
});

describe("whatever is refused before it is a request", () => {
  test.each([
    ["no HTTP", "nonsense\r\n\r\n", 400],
    ["a broken escape", "GET /%zz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n", 400],
    ["too long a head", `GET / HTTP/1.1\r\nx: ${"x".repeat(17_000)}\r\n\r\n`, 431],
    ["an expectation", "GET /livez HTTP/1.1\r\nhost: localhost\r\nexpect: cake\r\nconnection: close\r\n\r\n", 417],
    ["no Host", "GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n", 400],
  ])("as %s has the headers of every answer", async (_what, bytes, status) => {
    await withGateway({ newId: () => "made-up" }, async ({ url }) => {
      const answer = await rawRequest(url, bytes);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      for (const header of ["x-request-id: made-up", ...constantHeaders]) expect(answer).toContain(`\r\n${header}\r\n`);
      expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "").errors[0].extensions.requestId).toBe("made-up");
    });
  });

  test("is not what a client asks before it sends a body", async () => {
    await withGateway({}, async ({ url }) => {
      const body = '{"query":"{ regions { code } }"}';
      const head = `${post}expect: 100-continue\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`;
      expect((await rawRequest(url, head + body)).match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 100", "HTTP/1.1 200"]);
    });
  });
});

test("a connection ends with its thousandth answer", async () => {
  await withGateway({}, async ({ url }) => {
    const answers = await rawRequest(url, "GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(1_010));
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(Array.from({ length: 1_000 }, () => "HTTP/1.1 200"));
    expect(answers.match(/^connection: close\r$/gim)).toHaveLength(1);
  });
});

test("idle sockets end at stop, before requests under way", async () => {
  const asked = deferred<Parameters<Answer>[0]>();
  await withUpstream(asked.resolve, async ({ url: upstream }) => {
    const { config } = loadConfig({ PORT: "0", AUTH_MODE: "none", ...regionAt(upstream) });
    if (!config) throw new Error("no configuration");
    const gateway = await startGateway(config, { logger: silentLogger });
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
