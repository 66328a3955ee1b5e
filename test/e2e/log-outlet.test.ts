import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { command, listening, type Running, shellCommand } from "../support/process.js";

/** The loss is in the metrics, and was told once on stderr. */
const complaint =
  /^amity-graphql: the log cannot be written \((.*)\): lines are dropped and counted until it can be\n$/;

/** Each request leaves a line, for nothing is there. */
async function ask(url: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) expect((await fetch(new URL("/nothing", url))).status).toBe(404);
}

async function dropped(url: string): Promise<number> {
  const text = await (await fetch(new URL("/metrics", url))).text();
  return Number(/^amity_log_lines_dropped_total (\d+)$/m.exec(text)?.[1]);
}

/** Asks until lines are lost: how many it takes depends on what the system keeps. */
async function askUntilDropped(url: string): Promise<void> {
  while ((await dropped(url)) === 0) await ask(url, 100);
}

async function stop({ child, finished }: Running) {
  child.kill("SIGTERM");
  return finished;
}

/** Free now, and nobody else's for a while: the system gives out others first. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

/** Where it answers, once it does. */
async function reached(port: string, finished: Promise<unknown>): Promise<string> {
  const url = `http://127.0.0.1:${port}`;
  let ended = false;
  void finished.then(() => {
    ended = true;
  });
  while (!ended) {
    const answer = await fetch(`${url}/livez`).catch(() => undefined);
    if (answer) return url;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it has ended");
}

/** Node writes warnings to stderr by itself; these come once the process serves. */
const warnings =
  "--import=data:text/javascript,setInterval(()=>process.listenerCount('SIGTERM')&&process.emitWarning('odd'),20).unref()";

const production = {
  NODE_ENV: "production",
  AMITY_API_KEY: "canary-api-key",
  AMITY_SERVER_KEY: "canary-server-key",
  AUTH_MODE: "jwt",
  AUTH_JWT_ISSUER: "https://login.example.com/",
  AUTH_JWT_AUDIENCE: "app",
  AUTH_JWT_SECRET: "canary-secret-of-thirty-two-bytes!",
};

describe.each([
  ["text", {}],
  ["JSON", production],
])("a log of %s", (_format, env) => {
  test("on a full disk holds up nothing", async () => {
    const port = await freePort();
    const running = shellCommand('exec "$@" >/dev/full', ["start"], { ...env, PORT: port });
    const url = await reached(port, running.finished);
    await ask(url, 50);
    expect(env === production || (await dropped(url)) > 50).toBe(true);
    const { code, stderr } = await stop(running);
    expect([code, complaint.exec(stderr)?.[1]]).toEqual([0, "ENOSPC"]);
  });

  test("on a full disk with stderr there too holds up nothing", async () => {
    const port = await freePort();
    const running = shellCommand('exec "$@" >/dev/full 2>&1', ["start"], {
      ...env,
      PORT: port,
      NODE_OPTIONS: warnings,
    });
    await ask(await reached(port, running.finished), 50);
    expect((await stop(running)).code).toBe(0);
  });

  test("that nobody reads any more holds up nothing", async () => {
    const running = command(["start"], { ...env, PORT: "0" });
    const url = await running.printed(listening);
    running.child.stdout?.destroy();
    await ask(url, 50);
    const { code, stderr } = await stop(running);
    expect([code, complaint.exec(stderr)?.[1]]).toEqual([0, "EPIPE"]);
  });
});

test("a log that nobody reads for a while says what is missing", async () => {
  const running = command(["start"], { PORT: "0" });
  const url = await running.printed(listening);
  running.child.stdout?.pause();
  await askUntilDropped(url);
  running.child.stdout?.resume();
  await running.printed(/ERROR: log lines are missing here/);
  const { code, stderr } = await stop(running);
  expect([code, complaint.exec(stderr)?.[1]]).toEqual([0, "nobody reads it"]);
});

test("a log that nobody reads does not keep the process", async () => {
  const running = command(["start"], { PORT: "0" });
  const url = await running.printed(listening);
  running.child.stdout?.pause();
  await askUntilDropped(url);
  const exit = once(running.child, "exit");
  running.child.kill("SIGTERM");
  expect((await exit)[0]).toBe(0);
});
