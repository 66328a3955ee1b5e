import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { withGateway } from "../support/gateway.js";
import { rawRequest } from "../support/raw-request.js";

const livez = "GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n";
const halfBody =
  "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";

async function connected(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  return socket;
}

describe("a house full of 2000 connections", () => {
  test.each([
    ["say nothing", ""],
    ["sent half a request", "GET /livez HTTP/1.1\r\nhost: local"],
    ["sent half a body", halfBody],
    ["sent what is no request", "nonsense\r\n\r\n"],
    ["had an answer", livez],
  ])("that %s lets health checks in", async (_what, bytes) => {
    await withGateway({}, async ({ url }) => {
      const taken: Socket[] = [];
      // The kernel holds some hundreds that nobody has taken yet.
      while (taken.length < 2_300) {
        taken.push(...(await Promise.all(Array.from({ length: 100 }, () => connected(url)))));
        for (const socket of taken.slice(-100)) socket.on("error", () => {}).write(bytes);
      }
      const last = livez.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
      for (let probe = 0; probe < 3; probe++) expect(await rawRequest(url, last)).toMatch(/^HTTP\/1\.1 200 /);
      for (const socket of taken) socket.destroy();
    });
  });
});
