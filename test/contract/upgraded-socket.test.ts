import { createServer, type Socket } from "node:net";
import { expect, test } from "@jest/globals";
import { errorOf, regionAt, withGateway } from "../support/gateway.js";
import { listening } from "../support/sockets.js";

const upgrade = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";

test("a connection that Amity's host upgrades is closed", async () => {
  const connections: Promise<unknown>[] = [];
  const server = createServer((socket: Socket) => {
    connections.push(new Promise((resolve) => socket.once("close", resolve)));
    socket.on("error", () => {});
    socket.on("end", () => socket.end());
    socket.once("data", () => socket.write(upgrade));
  });
  await listening(server, async (port) => {
    await withGateway({ env: regionAt(`http://127.0.0.1:${port}`), random: () => 0 }, async ({ ask }) => {
      const answered = await ask('{ authToken(userId: "alice") { token } }');
      expect(errorOf(answered).extensions.code).toBe("UPSTREAM_BAD_RESPONSE");
      // While the gateway runs: it would end them all when it stops.
      await Promise.all(connections);
      expect(connections).toHaveLength(1);
    });
  });
});
