import { connect } from "node:net";
import { expect, test } from "@jest/globals";
import { fastify } from "fastify";
import { EventStreams } from "../../../src/emulator/inspector/event-streams.js";

test("EventStreams leaves behind who does not read them", async () => {
  const streams = new EventStreams();
  const app = fastify({ forceCloseConnections: true });
  app.get("/", (_request, reply) => streams.add(reply));
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
  await new Promise((resolve) => socket.once("readable", resolve));
  // More than this machine's buffers hold for somebody who never reads.
  for (let sent = 0; sent < 1_000 && !streams.isEmpty; sent += 1) {
    streams.send("request", "x".repeat(100_000));
    await new Promise(setImmediate);
  }
  expect(streams.isEmpty).toBe(true);
  socket.destroy();
  await app.close();
});
