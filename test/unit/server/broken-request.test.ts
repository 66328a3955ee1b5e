import { createServer as createHttpServer } from "node:http";
import { createServer, type Socket } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { describe, expect, test } from "@jest/globals";
import { BrokenRequests } from "../../../src/server/broken-request.js";
import { Connections } from "../../../src/server/connections.js";
import { connectTo, listening } from "../../support/sockets.js";

/** What a client gets, and how its socket looks on our side, after Node's parser gave up with this code. */
async function refused(code: string | undefined, prepare: (socket: Socket) => void = () => {}) {
  const recorded: string[] = [];
  const states: { destroyed: boolean }[] = [];
  const server = createServer((socket) => {
    prepare(socket);
    const broken = new BrokenRequests(new Connections(createHttpServer(), 1), (_socket, { code }) => {
      recorded.push(code);
      return "request-1";
    });
    broken.refuse(Object.assign(new Error("S3CRET"), code && { code }), socket);
    states.push({ destroyed: socket.destroyed });
  });
  return listening(server, async (port) => {
    const client = await connectTo(port);
    const text = await textOf(client).catch(() => "");
    return { text, recorded, destroyed: states[0]?.destroyed };
  });
}

describe("a request that is not HTTP", () => {
  test.each([
    ["HPE_HEADER_OVERFLOW", 431, "Request Header Fields Too Large", "HEADERS_TOO_LARGE", false],
    ["ERR_HTTP_REQUEST_TIMEOUT", 408, "Request Timeout", "REQUEST_TIMEOUT", true],
    ["HPE_INVALID_METHOD", 400, "Bad Request", "BAD_REQUEST", false],
    [undefined, 400, "Bad Request", "BAD_REQUEST", false],
  ])("by the code %s is answered with %i and the connection closed", async (code, status, reason, ours, retryable) => {
    const { text, recorded } = await refused(code);
    expect(recorded).toEqual([ours]);
    const [head = "", body = ""] = text.split("\r\n\r\n");
    const [first, ...headers] = head.split("\r\n");
    expect(first).toBe(`HTTP/1.1 ${status} ${reason}`);
    expect(headers.sort()).toEqual([
      "cache-control: no-store",
      "connection: close",
      `content-length: ${Buffer.byteLength(body)}`,
      "content-security-policy: default-src 'none'; frame-ancestors 'none'",
      "content-type: application/json; charset=utf-8",
      "cross-origin-resource-policy: same-site",
      "referrer-policy: no-referrer",
      "x-content-type-options: nosniff",
      "x-request-id: request-1",
    ]);
    expect(JSON.parse(body)).toEqual({
      errors: [{ message: expect.any(String), extensions: { code: ours, requestId: "request-1", retryable } }],
    });
    expect(text).not.toContain("S3CRET");
  });

  test("of a client that went away is not answered", async () => {
    expect(await refused("ECONNRESET")).toEqual({ text: "", recorded: [], destroyed: true });
  });

  test("on a socket that takes no more is not answered", async () => {
    expect(await refused("HPE_INVALID_METHOD", (socket) => socket.end())).toEqual({
      text: "",
      recorded: [],
      destroyed: true,
    });
  });
});
