import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "@jest/globals";
import { createHttpServer } from "../../../src/server/http.js";
import type { Pipeline } from "../../../src/server/pipeline.js";
import { recordingLogger } from "../../support/canary.js";
import { testClock } from "../../support/clock.js";
import { connectTo } from "../../support/sockets.js";

test("an answer that cannot be sent ends its connection, with a log line and no text", async () => {
  const { logger, lines } = recordingLogger();
  const handle = async () => ({ status: 200, headers: { "x-bad": "a\nb" }, body: "SECRET" });
  const pipeline = { handle } as unknown as Pipeline;
  const { elapsed } = testClock();
  const options = { pipeline, trustedProxies: [], newId: () => "id", elapsed, accessLog: () => {}, logger };
  const { server } = createHttpServer(options);
  await server.listen({ host: "127.0.0.1", port: 0 });
  try {
    const socket = await connectTo((server.server.address() as AddressInfo).port);
    let received = "";
    socket.on("data", (bytes) => {
      received += bytes;
    });
    socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await once(socket, "close");
    expect(received).toBe("");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: "error", message: "an answer cannot be sent" }),
    ]);
  } finally {
    await server.close();
  }
});
