import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { run, withGatewayProcess } from "../support/process.js";

/** A server on loopback; closed when `use` ends. */
async function withServer(server: Server, use: (port: number) => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

const well = { code: 0, stdout: "ready\n", stderr: "" };

describe("amity-graphql healthcheck", () => {
  test.each([
    [[], "alive"],
    [["--ready"], "ready"],
  ])("with %j asks the gateway that runs", async (options, word) => {
    await withGatewayProcess({}, async (url) => {
      const end = await run(["healthcheck", ...options], { PORT: new URL(url).port });
      expect(end).toEqual({ ...well, stdout: `${word}\n` });
    });
  });

  test("tells life from readiness while a gateway stops", async () => {
    await withGatewayProcess({ SHUTDOWN_DELAY_MS: "2500" }, async (url, running) => {
      const { host, port } = new URL(url);
      running.child.kill("SIGTERM");
      await running.printed(/stopping/);
      expect(await run(["healthcheck", "--ready"], { PORT: port })).toEqual({
        code: 1,
        stdout: "",
        stderr: `amity-graphql is not ready: ${host}/readyz answers 503: draining\n`,
      });
      expect((await run(["healthcheck"], { PORT: port })).code).toBe(0);
    });
  });

  test.each(["0.0.0.0", "::", "0:0:0:0:0:0:0:0"])("asks by loopback where HOST is %s", async (host) => {
    await withServer(healthy(), async (port) => {
      expect(await run(["healthcheck", "--ready"], { HOST: host, PORT: `${port}` })).toEqual(well);
    });
  });

  test("asks on ADMIN_PORT unless that is not known", async () => {
    await withServer(healthy(), async (port) => {
      expect(await run(["healthcheck", "--ready"], { ADMIN_PORT: `${port}` })).toEqual(well);
      expect(await run(["healthcheck", "--ready"], { PORT: `${port}`, ADMIN_PORT: "0" })).toEqual(well);
    });
  });

  test("needs no other setting to be right, nor any secret", async () => {
    const env = { AMITY_SERVER_KEY_FILE: "/nowhere", AUTH_MODE: "jwt", NODE_ENV: "production", DRAIN_MS: "x" };
    await withServer(healthy(), async (port) => {
      expect(await run(["healthcheck", "--ready"], { ...env, PORT: `${port}` })).toEqual(well);
    });
  });

  test("does not take what Kubernetes sets for a setting", async () => {
    await withServer(healthy(), async (port) => {
      const env = { ADMIN_PORT: "tcp://10.0.0.1:80", PORT: `${port}` };
      expect(await run(["healthcheck", "--ready"], env)).toEqual(well);
    });
  });

  test.each([
    [{ PORT: "0" }, "PORT is 0, so its port is not known: name one, or set ADMIN_PORT"],
    [{ PORT: "40o0" }, "PORT must be a whole number from 0 to 65535"],
    [{ PORT: "" }, "PORT is empty: give it a value or unset it"],
    [
      { HOST: "a b", ADMIN_PORT: "-1" },
      "HOST must be an IP address or a host name; ADMIN_PORT must be a whole number from 0 to 65535",
    ],
  ])("with %j says what is wrong with it", async (env, problem) => {
    const stderr = `amity-graphql is not healthy: ${problem}\n`;
    expect(await run(["healthcheck"], env)).toEqual({ code: 1, stdout: "", stderr });
  });

  test.each<[string, Server, string]>([
    ["hangs", createTcpServer(), "does not answer within 3 seconds"],
    ["speaks no HTTP", createTcpServer((socket) => socket.end("220 mail\r\n")), "cannot be asked (HPE_"],
    ["breaks off", createTcpServer((socket) => socket.destroy()), "cannot be asked (ECONNRESET)"],
    [
      "is another program",
      createServer((_, response) => response.end("<html>ok</html>")),
      "answers 200, and is no gateway",
    ],
    [
      "sends without end",
      createServer((_, response) => {
        const timer = setInterval(() => response.write(" ".repeat(2_000)), 1);
        response.on("close", () => clearInterval(timer));
      }),
      "answers 200, and is no gateway",
    ],
  ])("says so when what listens %s", async (_what, server, problem) => {
    await withServer(server, async (port) => {
      const stderr = expect.stringContaining(`amity-graphql is not healthy: 127.0.0.1:${port}/livez ${problem}`);
      expect(await run(["healthcheck"], { PORT: `${port}` })).toEqual({ code: 1, stdout: "", stderr });
    });
  });

  test("says so when nothing listens", async () => {
    let free = 0;
    await withServer(createTcpServer(), async (port) => {
      free = port;
    });
    const { code, stderr } = await run(["healthcheck"], { HOST: "127.0.0.1", PORT: `${free}` });
    expect([code, stderr]).toEqual([
      1,
      `amity-graphql is not healthy: 127.0.0.1:${free}/livez cannot be asked (ECONNREFUSED)\n`,
    ]);
  });
});

/** Answers as a gateway does that is ready. */
function healthy(): Server {
  return createServer((_, response) => response.end('{"status":"ready"}'));
}
