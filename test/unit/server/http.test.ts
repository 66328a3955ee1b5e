import { expect, test } from "@jest/globals";
import Fastify from "fastify";
import { listen } from "../../../src/server/http.js";

test.each(["localhost", "127.0.0.1", "::1"])("%s is one address to listen on", async (host) => {
  const server = Fastify();
  try {
    await listen(server, host, 0);
    expect(server.addresses()).toHaveLength(1);
  } finally {
    await server.close();
  }
});

test("an unknown host is Node's own error", async () => {
  await expect(listen(Fastify(), "no-such-host.invalid", 0)).rejects.toHaveProperty("syscall", "getaddrinfo");
});
