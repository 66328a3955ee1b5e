import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { createTransport, type Transport, type UpstreamRequest } from "../../../src/amity/http.js";
import { TransportError } from "../../../src/amity/transport-error.js";
import { version } from "../../../src/system/version.js";
import { createTestAuthority } from "../../support/certificates.js";
import { withTlsUpstream } from "../../support/tls-upstream.js";
import { always, withUpstream } from "../../support/upstream.js";

/** A server on loopback, over TLS or not, and a transport to it. */
async function withServer(
  answer: RequestListener,
  use: (transport: Transport) => Promise<void>,
  isTls = false,
): Promise<void> {
  const authority = isTls ? await createTestAuthority() : undefined;
  const server = authority ? createTlsServer(await authority.server(), answer) : createServer(answer);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = new URL(`${isTls ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const transport = createTransport(url, { identity: { ca: authority && [authority.ca] }, idleMs: 20_000 });
  try {
    await use(transport);
  } finally {
    transport.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const request = { method: "POST", path: "", headers: {}, timeoutMs: 20_000 } as const;

function outcomeOf(transport: Transport, more: Partial<UpstreamRequest> = {}): Promise<string> {
  return transport.send({ ...request, ...more }).then(
    ({ text }) => text,
    (error) => {
      if (!(error instanceof TransportError)) throw error;
      return `${error.fault} while ${error.phase}${error.reusedConnection ? ", reused" : ""}: ${error.reason}`;
    },
  );
}

/** A transport to an upstream's base URL. */
async function withTransport(url: string, use: (transport: Transport) => Promise<void>): Promise<void> {
  const transport = createTransport(new URL(url), { identity: {}, idleMs: 20_000 });
  try {
    await use(transport);
  } finally {
    transport.close();
  }
}

describe("a request", () => {
  const usual = {
    accept: "application/json, text/plain",
    "accept-encoding": "identity",
    connection: "keep-alive",
    "user-agent": `amity-graphql/${version}`,
  };

  test.each<["GET" | "POST" | "PUT" | "DELETE", string | undefined]>([
    ["GET", undefined],
    ["POST", "text"],
    ["POST", undefined],
    ["PUT", "text"],
    ["DELETE", undefined],
  ])("by %s with the body %j is sent as it was given", async (method, body) => {
    await withUpstream(always(200, "ok", { "x-answer": "1" }), async ({ url, seen }) => {
      await withTransport(`${url}/base/`, async (transport) => {
        const given = { method, path: "a%2Fb?c=d", headers: { "x-api-key": "key" }, timeoutMs: 20_000 };
        const answer = await transport.send({ ...given, ...(body !== undefined && { body }) });
        expect(answer).toMatchObject({ status: 200, text: "ok", headers: { "x-answer": "1" } });
      });
      const { host, "content-length": length, "transfer-encoding": coding, ...headers } = seen[0]?.headers ?? {};
      expect(headers).toEqual({ ...usual, "x-api-key": "key" });
      expect(seen).toMatchObject([{ method, url: "/base/a%2Fb?c=d", body: body ?? "" }]);
    });
  });

  test.each([200, 201, 204, 302, 307, 401, 404, 413, 429, 500, 502, 503, 504])(
    "that is answered by %i is sent once",
    async (status) => {
      const answer = always(status, "", { location: "/elsewhere", "retry-after": "0" });
      await withUpstream(answer, async ({ url, seen }) => {
        await withTransport(url, async (transport) => {
          expect(await transport.send({ ...request, method: "GET" })).toMatchObject({ status });
        });
        expect(seen).toHaveLength(1);
      });
    },
  );

  test("on a fresh connection has one of its own", async () => {
    const sockets = new Set<unknown>();
    await withServer(
      ({ socket }, response) => {
        sockets.add(socket);
        response.end("text");
      },
      async (transport) => {
        const counts: number[] = [];
        for (const freshConnection of [false, false, true, true, false]) {
          await transport.send({ ...request, freshConnection });
          counts.push(sockets.size);
        }
        expect(counts).toEqual([1, 1, 2, 3, 3]);
      },
    );
  });

  test("shows the client certificate that it was given", async () => {
    const authority = await createTestAuthority();
    const { cert, key } = await authority.client("gateway");
    const setup = { authority, hosts: ["127.0.0.1"], demandsCertificate: true };
    await withTlsUpstream(
      setup,
      () => "text",
      async ({ port, seen }) => {
        const url = new URL(`https://127.0.0.1:${port}`);
        for (const [identity, outcome] of [
          [{ ca: [authority.ca], cert, key }, "text"],
          [{ ca: [authority.ca] }, expect.stringMatching(/^unreachable while /)],
        ] as const) {
          const transport = createTransport(url, { identity, idleMs: 20_000 });
          for (const freshConnection of [false, true]) {
            expect(await outcomeOf(transport, { freshConnection })).toEqual(outcome);
          }
          transport.close();
        }
        expect(seen.map(({ client }) => client)).toEqual(["gateway", "gateway"]);
      },
    );
  });
});

describe("an answer's Content-Encoding", () => {
  test.each([["identity"], ["Identity"], ["IDENTITY"], ["  identity  "], ["identity, Identity"], ["identity,"], [""]])(
    "of %j changes nothing",
    async (coding) => {
      await withServer(
        (_request, response) => response.writeHead(200, { "content-encoding": coding }).end("text"),
        async (transport) => expect(await outcomeOf(transport)).toBe("text"),
      );
    },
  );

  test.each([["gzip"], ["GZIP"], ["br"], ["identity, gzip"], ["gzip, identity"], ["identity;q=1"], ["x-identity"]])(
    "of %j is not read",
    async (coding) => {
      await withServer(
        (_request, response) => response.writeHead(200, { "content-encoding": coding }).end("text"),
        async (transport) => expect(await outcomeOf(transport)).toBe("malformed while answer: encoded body"),
      );
    },
  );
});

test("a fault that nobody foresaw is told as unknown", async () => {
  await withUpstream(always(200, "ok"), async ({ url, seen }) => {
    await withTransport(url, async (transport) => {
      const headers = { "x-api-key": "canary\u0000" };
      expect(await outcomeOf(transport, { headers })).toBe("unreachable while connect: unknown fault");
    });
    expect(seen).toEqual([]);
  });
});

test("an answer that is not UTF-8 is not read", async () => {
  await withServer(
    (_request, response) => response.end(Buffer.from([0x61, 0xff])),
    async (transport) => expect(await outcomeOf(transport)).toBe("malformed while answer: not UTF-8"),
  );
});

describe.each([
  ["over HTTP", false],
  ["over TLS", true],
])("a connection %s that is reset", (_how, isTls) => {
  test("at its first request had been sent something", async () => {
    await withServer(
      (_request, response) => response.destroy(),
      async (transport) => expect(await outcomeOf(transport)).toBe("unreachable while request: ECONNRESET"),
      isTls,
    );
  });

  test("at a later one too, and is told as reused", async () => {
    let requests = 0;
    await withServer(
      (_request, response) => (requests++ === 0 ? response.end("text") : response.destroy()),
      async (transport) => {
        expect(await outcomeOf(transport)).toBe("text");
        expect(await outcomeOf(transport)).toBe("unreachable while request, reused: ECONNRESET");
      },
      isTls,
    );
  });
});
