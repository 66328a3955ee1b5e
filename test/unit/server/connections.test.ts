import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { Connections, mostConnections } from "../../../src/server/connections.js";
import { connectTo, listening } from "../../support/sockets.js";

const get = "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

interface House {
  readonly connections: Connections;
  /** Opens a connection, and gives it once the server has taken it. */
  readonly enter: () => Promise<Socket>;
  /** The next request, as the server sees it. */
  readonly asked: () => Promise<ServerResponse>;
}

/** A server that keeps so many connections and answers nothing by itself. */
async function withHouse(most: number, use: (house: House) => Promise<void>): Promise<void> {
  const server = createServer();
  const connections = new Connections(server, most);
  await listening(server, async (port) => {
    const enter = async () => {
      const taken = once(server, "connection");
      const socket = await connectTo(port);
      socket.on("error", () => {});
      await taken;
      return socket;
    };
    const asked = async () => ((await once(server, "request")) as [IncomingMessage, ServerResponse])[1];
    await use({ connections, enter, asked });
  });
}

async function send(socket: Socket, text: string, { asked }: House): Promise<ServerResponse> {
  const [response] = await Promise.all([asked(), new Promise((resolve) => socket.write(text, resolve))]);
  return response;
}

async function answered(socket: Socket, response: ServerResponse): Promise<void> {
  await Promise.all([once(socket, "data"), once(response, "close"), response.end("answer")]);
}

/** Which of the connections the server has closed, by what their clients see next. */
async function closed(sockets: readonly Socket[], last: Socket): Promise<boolean[]> {
  const ended = new Set<Socket>();
  for (const socket of sockets) socket.resume().once("close", () => ended.add(socket));
  await new Promise((resolve) => last.once("close", resolve));
  return sockets.map((socket) => ended.has(socket));
}

describe("a full house", () => {
  test("gives the place of whoever is silent for longest", async () => {
    await withHouse(3, async ({ enter }) => {
      const [first, second, third] = [await enter(), await enter(), await enter()];
      const fourth = await enter();
      expect(await closed([first, second, third, fourth], first)).toEqual([true, false, false, false]);
    });
  });

  const silent: [string, string][] = [
    ["nothing", ""],
    ["half a head", "GET / HTTP/1.1\r\nhost:"],
  ];
  test.each(silent)("gives the place of who has sent %s", async (_what, text) => {
    await withHouse(1, async ({ enter }) => {
      const first = await enter();
      await new Promise((resolve) => first.write(text, resolve));
      const second = await enter();
      expect(await closed([first, second], first)).toEqual([true, false]);
    });
  });

  test("gives the place of who has sent half a body", async () => {
    await withHouse(1, async (house) => {
      const first = await house.enter();
      await send(first, "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nhalf", house);
      const second = await house.enter();
      expect(await closed([first, second], first)).toEqual([true, false]);
    });
  });

  test("gives the place of who does not read an answer", async () => {
    await withHouse(1, async (house) => {
      const first = (await house.enter()).pause();
      (await send(first, get, house)).end("x".repeat(20_000_000));
      const second = await house.enter();
      expect(await closed([first, second], first)).toEqual([true, false]);
    });
  });

  test("counts silence from the last answer", async () => {
    await withHouse(2, async (house) => {
      const [first, second] = [await house.enter(), await house.enter()];
      await answered(first, await send(first, get, house));
      const third = await house.enter();
      expect(await closed([first, second, third], second)).toEqual([false, true, false]);
    });
  });

  test("keeps who is owed an answer, with room for a few more", async () => {
    await withHouse(20, async (house) => {
      const owed: Socket[] = [];
      while (owed.length < 20) {
        const socket = await house.enter();
        await send(socket, get, house);
        owed.push(socket);
      }
      expect(house.connections.isFull).toBe(false);
      const probe = await house.enter();
      expect(house.connections.isFull).toBe(true);
      await answered(probe, await send(probe, get, house));
      const next = await house.enter();
      expect(await closed([...owed, probe, next], probe)).toEqual([...owed.map(() => false), true, false]);
      await send(next, get, house);
      const tooMany = await house.enter();
      expect(await closed([...owed, next, tooMany], tooMany)).toEqual([...owed.map(() => false), false, true]);
    });
  });

  test("is full no more once somebody leaves", async () => {
    await withHouse(1, async (house) => {
      const owed = await house.enter();
      const response = await send(owed, get, house);
      const refused = await house.enter();
      await once(refused.resume(), "close");
      expect(house.connections.isFull).toBe(false);
      await answered(owed, response);
    });
  });
});

describe("an answer that is owed", () => {
  test("is waited for, and the last one of several", async () => {
    await withHouse(2, async (house) => {
      const socket = await house.enter();
      const first = await send(socket, get, house);
      const second = await send(socket, get, house);
      const order: string[] = [];
      const done = new Promise<void>((resolve) => {
        house.connections.whenAnswered(serverSide(first), () => resolve(void order.push("answered")));
      });
      for (const response of [first, second]) {
        order.push("answer");
        await answered(socket, response);
      }
      await done;
      expect(order).toEqual(["answer", "answer", "answered"]);
    });
  });

  test("is none while its request is not whole", async () => {
    await withHouse(2, async (house) => {
      const socket = await house.enter();
      const response = await send(socket, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf", house);
      let ran = false;
      house.connections.whenAnswered(serverSide(response), () => {
        ran = true;
      });
      expect(ran).toBe(true);
    });
  });
});

function serverSide({ socket }: ServerResponse): Socket {
  if (!socket) throw new Error("no socket");
  return socket;
}

test.each([
  [undefined, 2_000],
  [1_048_576, 2_000],
  [4_032, 2_000],
  [1_024, 496],
  [128, 48],
])("with %p open files %i connections are kept", (openFiles, most) => {
  expect(mostConnections(openFiles)).toBe(most);
});

test("an answer that took long ends its connection's silence", async () => {
  await withHouse(2, async (house) => {
    const [first, second] = [await house.enter(), await house.enter()];
    const slow = await send(first, get, house);
    await answered(second, await send(second, get, house));
    await answered(first, slow);
    const third = await house.enter();
    expect(await closed([first, second, third], second)).toEqual([false, true, false]);
  });
});
