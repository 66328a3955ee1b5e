import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { regionAt } from "../support/gateway.js";
import { preloading } from "../support/preload.js";
import { type Running, withGatewayProcess } from "../support/process.js";
import { likeAmity, withUpstream } from "../support/upstream.js";

const mint = JSON.stringify({ query: '{ authToken(userId: "a") { token } }' });

function ask(url: string): Promise<Response> {
  return fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: mint });
}

/** A second goes by at SIGUSR2. */
const jumping = `
  const elapsed = performance.now.bind(performance);
  let ahead = 0;
  performance.now = () => elapsed() + ahead;
  process.on("SIGUSR2", () => {
    ahead += 1_000;
    process.stdout.write("a second later\\n");
  });
`;

test("another signal a second later ends the process at once", async () => {
  const processes: Running[] = [];
  const hold = async () => {
    const [running] = processes;
    running?.child.kill("SIGTERM");
    await running?.printed(/stopping/);
    running?.child.kill("SIGUSR2");
    await running?.printed(/a second later/);
    running?.child.kill("SIGTERM");
  };
  await withUpstream(hold, async (upstream) => {
    const env = { ...regionAt(upstream.url, { AUTH_MODE: "none" }), ...(await preloading(jumping)) };
    const { code } = await withGatewayProcess(env, async (url, running) => {
      processes.push(running);
      await expect(ask(url)).rejects.toThrow();
    });
    // By the signal, and so without a code of its own.
    expect(code).toBeNull();
  });
});

/** SIGHUP comes while the process looks what it may open, before the server is loaded. */
const interrupted = `
  import fs from "node:fs";
  import { syncBuiltinESMExports } from "node:module";
  const { readFileSync } = fs;
  fs.readFileSync = (path, ...options) => {
    if (path === "/proc/self/limits") process.kill(process.pid, "SIGHUP");
    return readFileSync(path, ...options);
  };
  syncBuiltinESMExports();
`;

test("SIGHUP before the start is over ends nothing", async () => {
  const { code } = await withGatewayProcess({ ...(await preloading(interrupted)) }, async (_url, { child }) => {
    child.kill("SIGTERM");
  });
  expect(code).toBe(0);
});

test("SIGHUP reads keys again, and nothing ends", async () => {
  const path = join(await mkdtemp(join(tmpdir(), "amity-graphql-")), "key");
  await writeFile(path, "canary-server-key-1");
  await withUpstream(likeAmity({}), async ({ url: upstream, seen }) => {
    const env = { AMITY_EU_BASE_URL: upstream, AMITY_EU_SERVER_KEY_FILE: path, AUTH_MODE: "none" };
    const { code } = await withGatewayProcess(env, async (url, { child, printed }) => {
      await writeFile(path, "canary-server-key-2");
      child.kill("SIGHUP");
      await printed(/changed files were taken/);
      expect((await ask(url)).status).toBe(200);
      child.kill("SIGTERM");
    });
    expect([code, seen.map(({ headers }) => headers["x-server-key"])]).toEqual([0, ["canary-server-key-2"]]);
  });
});
