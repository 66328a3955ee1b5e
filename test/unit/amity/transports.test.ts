import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, test } from "@jest/globals";
import type { CertificatePair } from "../../../src/amity/client-certificate.js";
import type { Transport } from "../../../src/amity/http.js";
import { Transports } from "../../../src/amity/transports.js";
import { fixed } from "../../../src/system/reloading-file.js";
import { createTestAuthority } from "../../support/certificates.js";
import { testClock } from "../../support/clock.js";
import { withTlsUpstream } from "../../support/tls-upstream.js";

const hourMs = 3_600_000;

/** A pair for plain HTTP, where nobody looks at it. */
function pairFor(clock: { now(): number }, fromMs = -hourMs, untilMs = hourMs): CertificatePair {
  return { cert: "", key: "", notBefore: clock.now() + fromMs, notAfter: clock.now() + untilMs };
}

interface Scene {
  readonly clock: ReturnType<typeof testClock>;
  readonly transports: Transports;
  /** Changes what the files hold. */
  readonly put: (...pairs: CertificatePair[]) => void;
  /** The connections that the server got. */
  readonly sockets: Socket[];
  /** What the server has not answered yet; with `hold`, it answers nothing by itself. */
  readonly held: ServerResponse[];
  readonly hold: (on: boolean) => void;
}

async function withTransports(use: (scene: Scene) => Promise<void>): Promise<void> {
  const clock = testClock();
  const sockets: Socket[] = [];
  const held: ServerResponse[] = [];
  let holds = false;
  const server = createServer((_request, response) => {
    if (holds) held.push(response);
    else response.end("ok");
  });
  server.on("connection", (socket) => sockets.push(socket));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  let current = [pairFor(clock)];
  const sources = [0, 1].map((index) => {
    return { ...fixed([pairFor(clock)]), current: async () => [current[index] ?? pairFor(clock, -2, -1)] };
  });
  const transports = new Transports(url, { ca: undefined, pairs: sources }, clock.now);
  try {
    const put = (...pairs: CertificatePair[]) => {
      current = pairs;
    };
    const hold = (on: boolean) => {
      holds = on;
    };
    await use({ clock, transports, put, sockets, held, hold });
  } finally {
    transports.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const exchange = (transport: Transport) => transport.send({ method: "GET", path: "", headers: {}, timeoutMs: 20_000 });

/** What was closed before is known to be closed after these. */
async function roundTrips(transport: Transport): Promise<void> {
  for (let i = 0; i < 3; i++) await exchange(transport);
}

test("connections for sessions are kept for a second, others longer", async () => {
  await withTransports(async ({ transports, sockets }) => {
    await exchange(await transports.protected());
    await exchange(transports.open);
    await Promise.race(sockets.map((socket) => once(socket, "close")));
    await exchange(await transports.protected());
    await exchange(transports.open);
    expect(sockets).toHaveLength(3);
  });
});

test("exchanges end when the region's transports are closed", async () => {
  await withTransports(async ({ transports, held, hold }) => {
    hold(true);
    const running = [exchange(await transports.protected()), exchange(transports.open)];
    const ended = Promise.allSettled(running);
    while (held.length < 2) await new Promise(setImmediate);
    transports.close();
    for (const response of held) response.end("late");
    expect((await ended).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });
});

test("a region that was never asked can be closed", async () => {
  await withTransports(async ({ transports, sockets }) => {
    transports.close();
    expect(sockets).toEqual([]);
  });
});

test.each([
  [true, "gateway"],
  [false, undefined],
])("with a client certificate (%p) it is shown on protected routes alone", async (hasPair, shown) => {
  const authority = await createTestAuthority();
  const pair = { ...pairFor({ now: Date.now }), ...(await authority.client("gateway")) };
  const pairs = hasPair ? [fixed([pair])] : [];
  await withTlsUpstream(
    { authority, hosts: ["127.0.0.1"] },
    () => "text",
    async ({ port, seen }) => {
      const transports = new Transports(new URL(`https://127.0.0.1:${port}`), { ca: [authority.ca], pairs }, Date.now);
      expect((await exchange(transports.open)).text).toBe("text");
      expect((await exchange(await transports.protected())).text).toBe("text");
      transports.close();
      expect(seen.map(({ client }) => client)).toStrictEqual([undefined, shown]);
    },
  );
});

describe("connections with a client certificate", () => {
  test("are kept while the certificate stays", async () => {
    await withTransports(async ({ transports, sockets }) => {
      for (let i = 0; i < 3; i++) await exchange(await transports.protected());
      expect(sockets).toHaveLength(1);
    });
  });

  test("are others than those without one", async () => {
    await withTransports(async ({ transports, sockets }) => {
      await exchange(await transports.protected());
      await exchange(transports.open);
      await exchange(transports.open);
      expect(sockets).toHaveLength(2);
    });
  });

  test("are closed when idle and replaced", async () => {
    await withTransports(async ({ clock, transports, put, sockets }) => {
      await exchange(await transports.protected());
      put(pairFor(clock));
      await roundTrips(await transports.protected());
      expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, false]);
    });
  });

  test("end their exchange, and then close", async () => {
    await withTransports(async ({ clock, transports, put, sockets, held, hold }) => {
      hold(true);
      const old = exchange(await transports.protected());
      while (held.length === 0) await new Promise(setImmediate);
      put(pairFor(clock));
      const next = await transports.protected();
      hold(false);
      await roundTrips(next);
      held[0]?.end("late");
      expect(await old).toMatchObject({ status: 200, text: "late" });
      await roundTrips(next);
      expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, false]);
    });
  });

  test("leave those without one alone", async () => {
    await withTransports(async ({ clock, transports, put, sockets }) => {
      await exchange(transports.open);
      put(pairFor(clock));
      await transports.protected();
      await exchange(transports.open);
      expect(sockets).toHaveLength(1);
    });
  });

  test.each<[string, (clock: Scene["clock"]) => void]>([
    ["ends", (clock) => clock.advance(hourMs)],
    ["ends by the wall clock", (clock) => clock.setWall(hourMs)],
  ])("change to the second when the first %s", async (_how, pass) => {
    await withTransports(async ({ clock, transports, put }) => {
      put(pairFor(clock), pairFor(clock, -hourMs, 2 * hourMs));
      const first = await transports.protected();
      expect(await transports.protected()).toBe(first);
      pass(clock);
      expect(await transports.protected()).not.toBe(first);
    });
  });
});
