import { getEventListeners } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { describe, expect, test } from "@jest/globals";
import { createTransport, type Transport, type UpstreamRequest } from "../../../src/amity/http.js";
import { TransportError } from "../../../src/amity/transport-error.js";
import { egressTo } from "../../../src/system/egress.js";
import { createTestAuthority, selfSigned } from "../../support/certificates.js";
import { deferred } from "../../support/deferred.js";
import { type ForwardProxyFault, withForwardProxy } from "../../support/proxy.js";
import { listening } from "../../support/sockets.js";
import { withTlsUpstream } from "../../support/tls-upstream.js";

const patient = { method: "GET", path: "", headers: {}, timeoutMs: 20_000 } as const;

/** The answer's text, or how the exchange failed. */
function outcomeOf(transport: Transport, request: Partial<UpstreamRequest> = {}): Promise<string> {
  return transport.send({ ...patient, ...request }).then(
    ({ text }) => text,
    (error) => {
      if (!(error instanceof TransportError)) throw error;
      const { fault, phase, reason, problem, reusedConnection } = error;
      const words = [`${fault} while ${phase}`, reusedConnection && "reused", reason, problem];
      return words.filter(Boolean).join(", ");
    },
  );
}

async function withTransport(url: string, use: (transport: Transport) => Promise<void>, ca?: string): Promise<void> {
  const transport = createTransport(new URL(url), {
    identity: { ca: ca === undefined ? undefined : [ca] },
    idleMs: 20_000,
  });
  try {
    await use(transport);
  } finally {
    transport.close();
  }
}

/** A server that does this with each connection's first bytes. */
async function withSocketServer(
  answer: (socket: Socket) => void,
  use: (transport: Transport) => Promise<void>,
  scheme = "http",
): Promise<void> {
  const server = createServer((socket) => {
    socket.on("error", () => {}).once("data", () => answer(socket));
  });
  await listening(server, (port) => withTransport(`${scheme}://127.0.0.1:${port}`, use));
}

const head = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n";
const upgrade = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";

describe("an exchange fails", () => {
  test.each<[string, (socket: Socket) => void, string]>([
    ["by no answer", () => {}, "timeout while request, timeout"],
    ["by an answer that does not end", (socket) => socket.write(`${head}ab`), "timeout while answer, timeout"],
  ])("%s in time", async (_how, answer, outcome) => {
    await withSocketServer(answer, async (transport) => {
      expect(await outcomeOf(transport, { timeoutMs: 500 })).toBe(outcome);
    });
  });

  test.each<[string, (socket: Socket) => void, string]>([
    ["reset", (socket) => socket.resetAndDestroy(), "unreachable while request, ECONNRESET"],
    ["closed", (socket) => socket.end(), "unreachable while request, ECONNRESET"],
    ["closed within an answer", (socket) => socket.end(`${head}ab`), "broken while answer, ECONNRESET"],
    ["answered in another language", (socket) => socket.end("SSH-2.0\r\n"), "malformed while request, malformed HTTP"],
    ["upgraded", (socket) => socket.write(upgrade), "malformed while request, malformed HTTP"],
  ])("when its connection is %s", async (_how, answer, outcome) => {
    await withSocketServer(answer, async (transport) => expect(await outcomeOf(transport)).toBe(outcome));
  });

  test("on a connection that nobody takes", async () => {
    let url = "";
    await listening(createServer(), async (port) => {
      url = `http://127.0.0.1:${port}`;
    });
    await withTransport(url, async (transport) => {
      expect(await outcomeOf(transport)).toBe("unreachable while connect, ECONNREFUSED");
    });
    await withTransport(url.replace("127.0.0.1", "localhost"), async (transport) => {
      expect(await outcomeOf(transport)).toBe("unreachable while connect, ECONNREFUSED");
    });
    await withTransport(url.replace("127.0.0.1", "[::1]"), async (transport) => {
      expect(await outcomeOf(transport)).toMatch(/^unreachable while connect/);
    });
  });

  test("at a host without an address", async () => {
    await withTransport("http://nowhere.invalid", async (transport) => {
      expect(await outcomeOf(transport)).toMatch(/^unreachable while lookup/);
    });
  });

  test("in a handshake with what is no TLS", async () => {
    const answer = (socket: Socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    await withSocketServer(
      answer,
      async (transport) => expect(await outcomeOf(transport)).toBe("unreachable while tls, not TLS"),
      "https",
    );
  });

  test("in a handshake that does not end", async () => {
    await withSocketServer(
      () => {},
      async (transport) => {
        expect(await outcomeOf(transport, { timeoutMs: 500 })).toBe("timeout while tls, timeout");
      },
      "https",
    );
  });

  test("in a handshake that does not end, after two seconds of a longer time", async () => {
    await withSocketServer(
      () => {},
      async (transport) => {
        expect(await outcomeOf(transport, { timeoutMs: 3_600_000 })).toBe("timeout while tls, timeout");
      },
      "https",
    );
  });

  test("with a certificate that nobody trusts", async () => {
    const authority = { ...(await createTestAuthority()), server: selfSigned };
    await withTlsUpstream(
      { authority, hosts: [] },
      () => "text",
      ({ port }) =>
        withTransport(`https://127.0.0.1:${port}`, async (transport) => {
          expect(await outcomeOf(transport)).toMatch(/^unreachable while tls, \w*(?:CERT|SIGNATURE)\w*$/);
        }),
    );
  });
});

describe("an answer", () => {
  const sized = (bytes: number) => (socket: Socket) =>
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${bytes}\r\n\r\n${"x".repeat(bytes)}`);

  test("of 262,144 bytes is read", async () => {
    await withSocketServer(sized(262_144), async (transport) => {
      expect(await outcomeOf(transport)).toHaveLength(262_144);
    });
  });

  test("of more is too large", async () => {
    await withSocketServer(sized(262_145), async (transport) => {
      expect(await outcomeOf(transport)).toBe("malformed while answer, too large");
    });
  });
});

describe("nobody who waits", () => {
  test("ends the exchange at once", async () => {
    const [arrived, closed] = [deferred<void>(), deferred<void>()];
    const answer = (socket: Socket) => {
      socket.once("close", () => closed.resolve());
      arrived.resolve();
    };
    await withSocketServer(answer, async (transport) => {
      const gone = new AbortController();
      const outcome = outcomeOf(transport, { signal: gone.signal });
      await arrived.promise;
      gone.abort();
      expect(await outcome).toBe("cancelled while request, unknown fault");
      await closed.promise;
      expect(getEventListeners(gone.signal, "abort")).toEqual([]);
    });
  });

  test("begins none", async () => {
    let connections = 0;
    const server: Server = createServer(() => connections++);
    await listening(server, (port) =>
      withTransport(`http://127.0.0.1:${port}`, async (transport) => {
        const outcome = await outcomeOf(transport, { signal: AbortSignal.abort() });
        expect(outcome).toBe("cancelled while connect, unknown fault");
      }),
    );
    expect(connections).toBe(0);
  });

  test("does not look up the host", async () => {
    await withTransport("http://nowhere.invalid", async (transport) => {
      const outcome = await outcomeOf(transport, { signal: AbortSignal.abort() });
      expect(outcome).toBe("cancelled while lookup, unknown fault");
    });
  });

  test("listens no longer than the exchange", async () => {
    await withSocketServer(
      (socket) => socket.write(`${head}hello`),
      async (transport) => {
        const { signal } = new AbortController();
        expect(await outcomeOf(transport, { signal })).toBe("hello");
        expect(getEventListeners(signal, "abort")).toEqual([]);
      },
    );
  });
});

test("a connection that was upgraded is closed", async () => {
  const closed = deferred<void>();
  const answer = (socket: Socket) => {
    socket.once("close", () => closed.resolve()).on("end", () => socket.end());
    socket.write(upgrade);
  };
  await withSocketServer(answer, async (transport) => {
    await outcomeOf(transport);
    await closed.promise;
  });
});

describe("through a proxy, an exchange", () => {
  /** A transport to a host that nobody but the proxy can reach. */
  async function withProxied(
    fault: ForwardProxyFault | undefined,
    use: (transport: Transport, name: string) => Promise<void>,
    host = "amity.test",
  ): Promise<void> {
    const authority = await createTestAuthority();
    await withTlsUpstream(
      { authority, hosts: ["amity.test"] },
      (path) => (path === "/" ? "text" : undefined),
      ({ port }) =>
        withForwardProxy({ ports: { "amity.test": port, "other.test": port } }, async (proxy) => {
          proxy.fail(fault);
          const url = new URL(`https://${host}`);
          const forward = { url: new URL(proxy.url), name: new URL(proxy.url).host };
          const egress = await egressTo(url, () => forward);
          const transport = createTransport(url, { identity: { ca: [authority.ca] }, idleMs: 20_000, egress });
          try {
            await use(transport, forward.name);
          } finally {
            transport.close();
          }
        }),
    );
  }

  test("comes to its end", async () => {
    await withProxied(undefined, async (transport) => expect(await outcomeOf(transport)).toBe("text"));
  });

  test("that is reset had been sent", async () => {
    await withProxied(undefined, async (transport) => {
      expect(await outcomeOf(transport, { path: "cut" })).toBe("unreachable while request, ECONNRESET");
    });
  });

  test("with a host of another certificate fails in its handshake", async () => {
    await withProxied(
      undefined,
      async (transport) => expect(await outcomeOf(transport)).toMatch(/^unreachable while tls, /),
      "other.test",
    );
  });

  test.each<[ForwardProxyFault, string]>([
    [407, "PROXY_AUTH_REQUIRED"],
    [403, "PROXY_REFUSED"],
    [502, "PROXY_CANNOT_CONNECT"],
    ["breaks off", "PROXY_UNREACHABLE"],
  ])("fails by the proxy, which %s", async (fault, reason) => {
    await withProxied(fault, async (transport, name) => {
      const outcome = await outcomeOf(transport);
      expect(outcome).toMatch(new RegExp(`^unreachable while connect, ${reason}, the proxy ${name} `));
    });
  });

  test("that nobody waits for is not the proxy's fault", async () => {
    await withProxied("says nothing", async (transport) => {
      const gone = new AbortController();
      const outcome = outcomeOf(transport, { signal: gone.signal });
      gone.abort();
      expect(await outcome).toBe("cancelled while connect, unknown fault");
    });
  });

  test("that the host does not answer in time is not the proxy's fault", async () => {
    const authority = await createTestAuthority();
    const silent = createTlsServer(await authority.server(["amity.test"]), (socket) => socket.resume());
    await listening(silent, (port) =>
      withForwardProxy({ ports: { "amity.test": port } }, async (proxy) => {
        const forward = { url: new URL(proxy.url), name: "proxy" };
        const url = new URL("https://amity.test");
        const egress = await egressTo(url, () => forward);
        const transport = createTransport(url, { identity: { ca: [authority.ca] }, idleMs: 20_000, egress });
        expect(await outcomeOf(transport, { timeoutMs: 1_000 })).toBe("timeout while request, timeout");
        transport.close();
      }),
    );
  });

  test.each<[ForwardProxyFault, string]>([
    ["says nothing", "timeout while connect, PROXY_TIMEOUT, the proxy NAME gives no connection in time"],
    ["connects and says no more", "timeout while connect, PROXY_TIMEOUT, the proxy NAME gives no connection in time"],
  ])("fails in time when the proxy %s", async (fault, outcome) => {
    await withProxied(fault, async (transport, name) => {
      expect(await outcomeOf(transport, { timeoutMs: 300 })).toBe(outcome.replace("NAME", name));
    });
  });
});
