import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { testClock } from "../support/clock.js";
import { errorOf, regionAt, withGateway } from "../support/gateway.js";
import { type Answer, always, withUpstream } from "../support/upstream.js";

const mint = '{ authToken(userId: "alice") { token } }';
const quick = { UPSTREAM_ATTEMPT_TIMEOUT_MS: "500", UPSTREAM_TIMEOUT_MS: "1000" };

const faults: [string, Answer, string][] = [
  ["a redirect", always(302, "", { location: "http://127.0.0.1:1/elsewhere" }), "UPSTREAM_BAD_RESPONSE"],
  ["an unexpected success", always(201, '"token"'), "UPSTREAM_BAD_RESPONSE"],
  ["a page", always(200, "<html>maintenance</html>", { "content-type": "text/html" }), "UPSTREAM_BAD_RESPONSE"],
  ["a number", always(200, "42", { "content-type": "application/json" }), "UPSTREAM_BAD_RESPONSE"],
  ["a word", always(200, "Unauthorized", { "content-type": "text/plain" }), "UPSTREAM_BAD_RESPONSE"],
  ["an empty token", always(200, '""'), "UPSTREAM_BAD_RESPONSE"],
  ["a token with a control character", always(200, '"a token\\u0000"'), "UPSTREAM_BAD_RESPONSE"],
  ["too large a body", always(200, '"token"'.padEnd(262_145)), "UPSTREAM_BAD_RESPONSE"],
  ["a compressed body", always(200, '"token"', { "content-encoding": "gzip" }), "UPSTREAM_BAD_RESPONSE"],
  [
    "bytes that are not UTF-8",
    (response) => response.end(Buffer.from([0x22, 0xff, 0xfe, 0x22])),
    "UPSTREAM_BAD_RESPONSE",
  ],
  ["too long a header", always(200, '"token"', { "x-long": "x".repeat(20_000) }), "UPSTREAM_BAD_RESPONSE"],
  [
    "a body cut off",
    (response) => {
      response.writeHead(200, { "content-length": "100" }).write('"tok');
      setImmediate(() => response.destroy());
    },
    "UPSTREAM_BAD_RESPONSE",
  ],
  ["a reset before any answer", (response) => response.destroy(), "UPSTREAM_UNAVAILABLE"],
  ["a server error", always(503, "busy"), "UPSTREAM_UNAVAILABLE"],
  ["no answer at all", () => {}, "UPSTREAM_TIMEOUT"],
  [
    "a body that drips",
    (response) => {
      response.writeHead(200).write('"');
      const drip = setInterval(() => response.write("a"), 10);
      response.on("close", () => clearInterval(drip));
    },
    "UPSTREAM_TIMEOUT",
  ],
];

describe("an upstream that gives", () => {
  test.each(faults)("%s is answered with a code and survived", async (_what, fault, code) => {
    let broken = true;
    const answer: Answer = (response, request) =>
      broken ? fault(response, request) : always(200, '"fine"')(response, request);
    await withUpstream(answer, async ({ url }) => {
      const env = regionAt(url, code === "UPSTREAM_TIMEOUT" ? quick : {});
      await withGateway({ env, random: () => 0 }, async ({ ask }) => {
        const answered = await ask(mint);
        expect(errorOf(answered).extensions).toMatchObject({ code, retryable: true });
        expect(answered.body.data).toBeNull();
        broken = false;
        expect((await ask(mint)).body.data.authToken.token).toBe("fine");
      });
    });
  });
});

test("a body of 262,144 bytes is not too large", async () => {
  await withUpstream(always(200, '"token"'.padEnd(262_144)), async ({ url }) => {
    await withGateway({ env: regionAt(url) }, async ({ ask }) => {
      expect((await ask(mint)).body.data.authToken.token).toBe("token");
    });
  });
});

describe("an upstream that switches protocols", () => {
  test.each([
    ["and closes", "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", true],
    ["and stays open", "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", false],
    ["without naming one", "HTTP/1.1 101 Switching Protocols\r\n\r\n", true],
  ])("%s gave no answer", async (_how, head, closes) => {
    const server = await listening(
      createServer((socket) => {
        socket.on("error", () => {}).resume();
        socket.write(head);
        if (closes) socket.end();
      }),
    );
    const { port } = server.address() as AddressInfo;
    await withGateway({ env: regionAt(`http://127.0.0.1:${port}`, quick), random: () => 0 }, async ({ ask }) => {
      expect(["UPSTREAM_BAD_RESPONSE", "UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT"]).toContain(
        errorOf(await ask(mint)).extensions.code,
      );
    });
    await new Promise((resolve) => server.close(resolve));
  });
});

test("a redirect's target never sees the server key", async () => {
  await withUpstream(always(200, '"stolen"'), async (thief) => {
    await withUpstream(always(307, "", { location: thief.url }), async ({ url }) => {
      await withGateway({ env: regionAt(url) }, ({ ask }) => ask(mint).then(() => {}));
    });
    expect(thief.seen).toEqual([]);
  });
});

test("an upstream that refuses connections is unavailable", async () => {
  const url = await withClosedPort();
  await withGateway({ env: regionAt(url) }, async ({ ask }) => {
    expect(errorOf(await ask(mint)).extensions).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", retryable: true });
  });
});

test("an upstream that breaks TLS is unavailable", async () => {
  await withTlsGarbage(async (url) => {
    await withGateway({ env: regionAt(url) }, async ({ ask }) => {
      expect(errorOf(await ask(mint)).extensions.code).toBe("UPSTREAM_UNAVAILABLE");
    });
  });
});

test("Retry-After reaches the caller", async () => {
  await withUpstream(always(429, '{"code":400311}', { "retry-after": "30" }), async ({ url }) => {
    await withGateway({ env: regionAt(url) }, async ({ ask }) => {
      expect(errorOf(await ask(mint)).extensions).toMatchObject({
        code: "UPSTREAM_RATE_LIMITED",
        retryable: true,
        retryAfterSeconds: 30,
        amity: { status: 429, code: 400_311 },
      });
    });
  });
});

test("both calls of createSession share one deadline", async () => {
  const clock = testClock();
  const answer: Answer = (response, request) => {
    clock.advance(10_000);
    clock.setWall(-3_600_000);
    always(200, '"token"')(response, request);
  };
  await withUpstream(answer, async ({ url, seen }) => {
    await withGateway({ env: regionAt(url), ...clock }, async ({ ask }) => {
      const answered = await ask('mutation { createSession(input: { userId: "a", deviceId: "d" }) { accessToken } }');
      expect(errorOf(answered).extensions.code).toBe("UPSTREAM_TIMEOUT");
    });
    expect(seen).toHaveLength(1);
  });
});

async function withClosedPort(): Promise<string> {
  const server = await listening(createServer());
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

async function withTlsGarbage(use: (url: string) => Promise<void>): Promise<void> {
  const server = await listening(
    createServer((socket) =>
      socket
        .on("error", () => {})
        .resume()
        .end("not TLS"),
    ),
  );
  try {
    await use(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

function listening(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
