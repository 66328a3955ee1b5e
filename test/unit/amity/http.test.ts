import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { createTransport, type Transport } from "../../../src/amity/http.js";
import { TransportError } from "../../../src/amity/transport-error.js";
import { createTestAuthority } from "../../support/certificates.js";

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

function outcomeOf(transport: Transport): Promise<string> {
  return transport.send(request).then(
    ({ text }) => text,
    (error) => {
      if (!(error instanceof TransportError)) throw error;
      return `${error.fault} while ${error.phase}${error.reusedConnection ? ", reused" : ""}: ${error.reason}`;
    },
  );
}

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
