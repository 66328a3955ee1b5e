import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import Fastify, { type FastifyInstance } from "fastify";
import { BusySockets, closeGracefully } from "../../../src/server/shutdown.js";
import { connectTo } from "../../support/sockets.js";

/** One connection, seen from both sides. */
interface Connection {
  readonly socket: Socket;
  /** The server's end of it. */
  readonly peer: Socket;
}

interface Scene {
  readonly port: number;
  readonly close: () => Promise<void>;
  /** Opens a connection, once the server has it too. */
  readonly connect: () => Promise<Connection>;
  /** Sends a request whose answer waits; gives the answering, once the server has the request. */
  readonly askAndWait: () => Promise<Connection & { answer: (text: string) => void }>;
}

/** A server that answers /quick at once and /slow when the test does, as the gateway does while it drains. */
async function withServer(use: (scene: Scene) => Promise<void>): Promise<void> {
  const server: FastifyInstance = Fastify({ forceCloseConnections: "idle", return503OnClosing: false });
  let arrived: (answer: (text: string) => void) => void = () => {};
  server.get("/quick", async () => "quick");
  server.get("/slow", (_request, reply) => arrived((text) => reply.header("connection", "close").send(text)));
  const sockets = new BusySockets(server);
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
    await use({ port, close: () => closeGracefully(server, sockets), connect, askAndWait });
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

afterEach(() => {
  jest.useRealTimers();
});

describe("a server that stops ends at once a connection", () => {
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
      const closing = close();
      expect(peer.destroyed).toBe(true);
      await Promise.all([ended(socket), closing]);
    });
  });

  test("while it waits for another's answer", async () => {
    await withServer(async ({ connect, askAndWait, close }) => {
      const kept = await connect();
      ask(kept.socket, "/quick");
      await once(kept.socket, "data");
      const busy = await askAndWait();
      const closing = close();
      expect([kept.peer.destroyed, busy.peer.destroyed]).toEqual([true, false]);
      busy.answer("late");
      await Promise.all([ended(kept.socket), ended(busy.socket), closing]);
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

  test("gives a request in flight ten seconds and no more", async () => {
    await withServer(async ({ askAndWait, close }) => {
      const { socket, peer } = await askAndWait();
      jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask", "performance"] });
      const closing = close();
      jest.advanceTimersByTime(9_999);
      expect(peer.destroyed).toBe(false);
      jest.advanceTimersByTime(1);
      expect(peer.destroyed).toBe(true);
      await Promise.all([ended(socket), closing]);
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  test("leaves no timer behind", async () => {
    await withServer(async ({ close }) => {
      jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask", "performance"] });
      await close();
      expect(jest.getTimerCount()).toBe(0);
    });
  });
});
