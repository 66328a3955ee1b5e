import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { describe, expect, jest, test } from "@jest/globals";
import Fastify, { type FastifyInstance } from "fastify";
import type { ShutdownSettings } from "../../../src/config/shutdown.js";
import { Connections } from "../../../src/server/connections.js";
import { closeGracefully } from "../../../src/server/shutdown.js";
import { connectTo } from "../../support/sockets.js";

/** One connection, seen from both sides. */
interface Connection {
  readonly socket: Socket;
  /** The server's end of it. */
  readonly peer: Socket;
}

interface Scene {
  readonly port: number;
  /** Whether answers were to end their connections, at each change, and whether anybody could connect then. */
  readonly farewells: readonly (readonly [said: boolean, listens: boolean])[];
  readonly close: (settings?: Partial<ShutdownSettings>) => Promise<void>;
  /** Opens a connection, once the server has it too. */
  readonly connect: () => Promise<Connection>;
  /** Sends a request whose answer waits; gives the answering, once the server has the request. */
  readonly askAndWait: () => Promise<Connection & { answer: (text: string) => void }>;
}

/** A server that answers /quick at once and /slow when the test does, as the gateway does while it drains. */
async function withServer(use: (scene: Scene) => Promise<void>): Promise<void> {
  const server: FastifyInstance = Fastify({ forceCloseConnections: "idle", return503OnClosing: false });
  const farewells: (readonly [said: boolean, listens: boolean])[] = [];
  const farewell = new Proxy(
    { endsConnections: false },
    {
      set: (target, _name, said: boolean) => {
        farewells.push([said, server.server.listening]);
        target.endsConnections = said;
        return true;
      },
    },
  );
  let arrived: (answer: (text: string) => void) => void = () => {};
  server.get("/quick", async (_request, reply) => {
    if (farewell.endsConnections) reply.header("connection", "close");
    return "quick";
  });
  server.get("/slow", (_request, reply) => arrived((text) => reply.header("connection", "close").send(text)));
  const connections = new Connections(server.server, 100);
  await server.listen({ host: "127.0.0.1", port: 0 });
  const { port } = server.server.address() as AddressInfo;
  const connect = async () => {
    const accepted = once(server.server, "connection");
    const socket = await connectTo(port);
    return { socket, peer: (await accepted)[0] };
  };
  const askAndWait = async () => {
    const arrival = new Promise<(text: string) => void>((resolve) => {
      arrived = resolve;
    });
    const connection = await connect();
    ask(connection.socket, "/slow");
    return { ...connection, answer: await arrival };
  };
  try {
    const close: Scene["close"] = (settings) =>
      closeGracefully(server, connections, { delayMs: 0, drainMs: 10_000, ...settings }, farewell);
    await use({ port, close, connect, askAndWait, farewells });
  } finally {
    server.server.closeAllConnections();
    await server.close();
  }
}

function ask(socket: Socket, path: string): void {
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
}

/** Resolves when the connection is closed, by whomever and however. */
function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.on("close", () => resolve());
    socket.on("error", () => {}).resume();
  });
}

describe("a server that stops ends a connection", () => {
  const idle: [string, (socket: Socket, peer: Socket) => Promise<unknown>][] = [
    ["that has sent nothing", async () => {}],
    [
      "that has sent half a request",
      async (socket, peer) => {
        const received = once(peer, "data");
        socket.write("GET /quick HTTP/1.1\r\nhost: ");
        await received;
      },
    ],
    [
      "whose request was answered",
      async (socket) => {
        ask(socket, "/quick");
        await once(socket, "data");
      },
    ],
  ];

  test.each(idle)("%s", async (_what, prepare) => {
    await withServer(async ({ connect, close }) => {
      const { socket, peer } = await connect();
      await prepare(socket, peer);
      await Promise.all([ended(socket), close()]);
    });
  });

  test("while it waits for another's answer", async () => {
    await withServer(async ({ connect, askAndWait, close }) => {
      const kept = await connect();
      ask(kept.socket, "/quick");
      await once(kept.socket, "data");
      const busy = await askAndWait();
      const closing = close();
      await ended(kept.socket);
      expect(busy.peer.destroyed).toBe(false);
      busy.answer("late");
      await Promise.all([ended(busy.socket), closing]);
    });
  });

  test("and no more than once", async () => {
    await withServer(async ({ connect, close }) => {
      const { socket, peer } = await connect();
      const gone = once(peer, "close");
      socket.destroy();
      await gone;
      const destroy = jest.spyOn(peer, "destroy");
      await close();
      expect(destroy).not.toHaveBeenCalled();
    });
  });
});

describe("a server that stops", () => {
  test("takes no new connection", async () => {
    await withServer(async ({ port, close }) => {
      await close();
      await expect(connectTo(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    });
  });

  test("lets a request in flight finish first", async () => {
    await withServer(async ({ askAndWait, close }) => {
      const { socket, peer, answer } = await askAndWait();
      const closing = close();
      expect(peer.destroyed).toBe(false);
      const answered = once(socket, "data");
      answer("late");
      expect(String(await answered)).toMatch(/^HTTP\/1\.1 200[\s\S]*late$/);
      await Promise.all([ended(socket), closing]);
    });
  });

  test("gives a request in flight its time and no more", async () => {
    await withServer(async ({ askAndWait, close }) => {
      const { socket } = await askAndWait();
      await Promise.all([ended(socket), close({ drainMs: 20 })]);
    });
  });

  test("serves on for its delay", async () => {
    await withServer(async ({ port, close }) => {
      const kept = await connectTo(port);
      const closing = close({ delayMs: 300 });
      // Far beyond what is answered by grace alone.
      await new Promise((resolve) => setTimeout(resolve, 250));
      for (const socket of [kept, await connectTo(port)]) {
        ask(socket, "/quick");
        expect(String((await once(socket, "data"))[0])).toMatch(/quick$/);
      }
      await closing;
    });
  });

  test("answers what was on its way to connections old and new", async () => {
    await withServer(async ({ port, close }) => {
      const sockets = [await connectTo(port), await connectTo(port)];
      const closing = close();
      await new Promise((resolve) => setTimeout(resolve, 20));
      sockets.push(await connectTo(port));
      for (const socket of sockets) ask(socket, "/quick");
      for (const socket of sockets) expect(String((await once(socket, "data"))[0])).toMatch(/quick$/);
      await closing;
    });
  });

  test("answers what was sent before on connections old and new", async () => {
    await withServer(async ({ port, close }) => {
      const kept = await connectTo(port);
      ask(kept, "/quick");
      await once(kept, "data");
      const fresh = await connectTo(port);
      for (const socket of [kept, fresh]) ask(socket, "/quick");
      const answers = [kept, fresh].map((socket) => once(socket, "data"));
      await close();
      for (const [answer] of await Promise.all(answers)) expect(String(answer)).toMatch(/^HTTP\/1\.1 200[\s\S]*quick$/);
    });
  });
});

describe("the grace of a server that stops", () => {
  test("is for who was still before its door too", async () => {
    await withServer(async ({ port, close }) => {
      const socket = connect(port, "127.0.0.1");
      // By then the system has connected it, and the server has not heard of it.
      await new Promise<void>((resolve) => process.nextTick(resolve));
      const closing = close();
      ask(socket, "/quick");
      expect(String((await once(socket, "data"))[0])).toMatch(/quick$/);
      await closing;
    });
  });

  test("is for all who wait there, however many", async () => {
    await withServer(async ({ port, close }) => {
      const sockets = Array.from({ length: 50 }, () => connect(port, "127.0.0.1"));
      await new Promise<void>((resolve) => process.nextTick(resolve));
      const closing = close();
      for (const socket of sockets) ask(socket, "/quick");
      const answers = await Promise.all(sockets.map((socket) => once(socket, "data")));
      expect(answers.filter(([answer]) => /quick$/.test(String(answer)))).toHaveLength(50);
      await closing;
    });
  });

  test("is longer while requests come", async () => {
    await withServer(async ({ connect, close }) => {
      const kept: Socket[] = [];
      for (let i = 0; i < 6; i++) kept.push((await connect()).socket);
      const closing = close();
      for (const socket of kept) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        ask(socket, "/quick");
        expect(String((await once(socket, "data"))[0])).toMatch(/quick$/);
      }
      await closing;
    });
  });
});

describe("the farewell of a server that stops", () => {
  test("is said while it waits and when nobody new can come, not in between", async () => {
    await withServer(async ({ close, farewells }) => {
      await close({ delayMs: 600 });
      expect(farewells).toEqual([
        [true, true],
        [false, true],
        [true, false],
      ]);
    });
  });

  test("is said to who stays connected when the listener has ended", async () => {
    await withServer(async ({ port, connect, close }) => {
      const [first, second] = [await connect(), await connect()];
      ask(second.socket, "/quick");
      await once(second.socket, "data");
      const closing = close();
      ask(first.socket, "/quick");
      expect(String((await once(first.socket, "data"))[0])).not.toContain("connection: close");
      for (;;) {
        const newcomer = await connectTo(port).catch(() => undefined);
        if (!newcomer) break;
        newcomer.destroy();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      ask(second.socket, "/quick");
      expect(String((await once(second.socket, "data"))[0])).toContain("connection: close");
      await closing;
    });
  });
});
