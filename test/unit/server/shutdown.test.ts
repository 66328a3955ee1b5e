import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import Fastify, { type FastifyInstance } from "fastify";
import { BusySockets, closeGracefully } from "../../../src/server/shutdown.js";
import { connectTo } from "../../support/sockets.js";

interface Scene {
  readonly port: number;
  readonly close: () => Promise<void>;
  /** Sends a request whose answer waits; gives the connection and the answering, once the server has it. */
  readonly askAndWait: () => Promise<{ socket: Socket; answer: (text: string) => void }>;
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
  const askAndWait = async () => {
    const arrival = new Promise<(text: string) => void>((resolve) => {
      arrived = resolve;
    });
    const socket = await connectTo(port);
    ask(socket, "/slow");
    return { socket, answer: await arrival };
  };
  try {
    await use({ port, close: () => closeGracefully(server, sockets), askAndWait });
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

describe("a server that stops", () => {
  test("ends a connection that has sent nothing", async () => {
    await withServer(async ({ port, close }) => {
      const idle = await connectTo(port);
      await Promise.all([ended(idle), close()]);
    });
  });

  test("ends a connection whose request was answered", async () => {
    await withServer(async ({ port, close }) => {
      const kept = await connectTo(port);
      ask(kept, "/quick");
      await once(kept, "data");
      await Promise.all([ended(kept), close()]);
    });
  });

  test("ends a connection that has sent half a request", async () => {
    await withServer(async ({ port, close }) => {
      const halfway = await connectTo(port);
      halfway.write("GET /quick HTTP/1.1\r\nhost: ");
      await Promise.all([ended(halfway), close()]);
    });
  });

  test("takes no new connection", async () => {
    await withServer(async ({ port, close }) => {
      await close();
      await expect(connectTo(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    });
  });

  test("lets a request in flight finish first", async () => {
    await withServer(async ({ askAndWait, close }) => {
      const { socket, answer } = await askAndWait();
      let closed = false;
      const closing = close().then(() => {
        closed = true;
      });
      await new Promise(setImmediate);
      expect([closed, socket.destroyed]).toEqual([false, false]);
      const answered = once(socket, "data");
      answer("late");
      expect(String(await answered)).toMatch(/^HTTP\/1\.1 200[\s\S]*late$/);
      await Promise.all([ended(socket), closing]);
    });
  });

  test("ends a connection that is idle again after a request", async () => {
    await withServer(async ({ port, askAndWait, close }) => {
      const again = await connectTo(port);
      ask(again, "/quick");
      await once(again, "data");
      const { socket, answer } = await askAndWait();
      const closing = close();
      await ended(again);
      answer("late");
      await Promise.all([ended(socket), closing]);
    });
  });

  test("gives a request in flight ten seconds and no more", async () => {
    await withServer(async ({ askAndWait, close }) => {
      const { socket } = await askAndWait();
      jest.useFakeTimers({
        advanceTimers: false,
        doNotFake: ["nextTick", "setImmediate", "queueMicrotask", "performance"],
      });
      const end = ended(socket);
      const closing = close();
      jest.advanceTimersByTime(9_999);
      await new Promise(setImmediate);
      expect(socket.destroyed).toBe(false);
      jest.advanceTimersByTime(1);
      await Promise.all([end, closing]);
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
