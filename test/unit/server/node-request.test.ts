import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { describe, expect, test } from "@jest/globals";
import type { HttpRequest } from "../../../src/server/messages.js";
import { NodeRequest } from "../../../src/server/node-request.js";

const twice = [
  "authorization: Bearer a",
  "Content-Type: application/json",
  "AUTHORIZATION:",
  "content-type: text/plain",
  "x-forwarded-for: 192.0.2.1",
  "x-forwarded-for: 192.0.2.2",
  "",
].join("\r\n");

/** One request as the server sees it, with the client's side of its connection. */
async function withRequest(
  use: (facts: HttpRequest, response: ServerResponse, client: Socket) => Promise<void>,
): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.write(`POST /path HTTP/1.1\r\nhost: localhost\r\nHOST: other\r\n${twice}transfer-encoding: chunked\r\n\r\n`);
  try {
    const [request, response] = await once(server, "request");
    await use(new NodeRequest(request, response, "192.0.2.1"), response, client);
  } finally {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test("the facts are those of the request", async () => {
  await withRequest(async (facts) => {
    expect(facts).toMatchObject({
      method: "POST",
      url: "/path",
      headers: { host: "localhost" },
      httpVersion: "1.1",
      hostCount: 2,
      address: "192.0.2.1",
    });
  });
});

test("what was sent twice is joined where Node would choose", async () => {
  await withRequest(async ({ headers }) => {
    expect(headers).toMatchObject({
      authorization: "Bearer a, ",
      "content-type": "application/json, text/plain",
      "x-forwarded-for": "192.0.2.1, 192.0.2.2",
    });
  });
});

describe("the body", () => {
  test("is taken in up to the limit", async () => {
    await withRequest(async (facts, _response, client) => {
      const body = facts.readBody(6);
      for (const bytes of ["abc", "def"]) client.write(`3\r\n${bytes}\r\n`);
      client.write("0\r\n\r\n");
      expect(Buffer.from(await body).toString()).toBe("abcdef");
    });
  });

  test("is whole and in order after many pieces", async () => {
    await withRequest(async (facts, _response, client) => {
      const text = Array.from({ length: 500 }, (_, index) => String.fromCharCode(97 + (index % 26))).join("");
      const body = facts.readBody(500);
      client.write(Array.from(text, (byte) => `1\r\n${byte}\r\n`).join(""));
      client.write("0\r\n\r\n");
      expect(Buffer.from(await body).toString()).toBe(text);
    });
  });

  test("is refused as soon as it is over the limit", async () => {
    await withRequest(async (facts, _response, client) => {
      const body = facts.readBody(5);
      for (const bytes of ["abc", "def"]) client.write(`3\r\n${bytes}\r\n`);
      await expect(body).rejects.toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
    });
  });

  test("is given up when the client goes away, or had gone", async () => {
    await withRequest(async (facts, response, client) => {
      const body = facts.readBody(5);
      client.destroy();
      await expect(body).rejects.toMatchObject({ code: "CANCELLED" });
      if (!response.destroyed) await once(response, "close");
      await expect(facts.readBody(5)).rejects.toMatchObject({ code: "CANCELLED" });
    });
  });
});

describe("the signal", () => {
  test("is aborted when the client goes away", async () => {
    await withRequest(async (facts, _response, client) => {
      const { signal } = facts;
      expect([signal.aborted, facts.signal]).toEqual([false, signal]);
      client.destroy();
      await new Promise<void>((heard) => signal.addEventListener("abort", heard));
    });
  });

  test("is aborted when the client had gone before", async () => {
    await withRequest(async (facts, response, client) => {
      client.destroy();
      await once(response, "close");
      expect(facts.signal.aborted).toBe(true);
    });
  });

  test.each(["before", "after"])("asked for %s the answer was sent is not aborted", async (when) => {
    await withRequest(async (facts, response) => {
      const early = when === "before" ? facts.signal : undefined;
      response.end("answer");
      await once(response, "close");
      expect([facts.signal.aborted, early?.aborted ?? false]).toEqual([false, false]);
    });
  });
});

describe("a body in pieces", () => {
  const send = (client: Socket, pieces: number) => client.write(`${"1\r\nx\r\n".repeat(pieces)}0\r\n\r\n`);

  test("is taken in up to two thousand of them", async () => {
    await withRequest(async (facts, _response, client) => {
      const body = facts.readBody(100_000);
      send(client, 2_000);
      expect((await body).length).toBe(2_000);
    });
  });

  test("is refused beyond, however small it is", async () => {
    await withRequest(async (facts, _response, client) => {
      const body = facts.readBody(100_000);
      send(client, 2_001);
      await expect(body).rejects.toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
    });
  });
});
