import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Redis } from "ioredis";

export const redisProgram = "/usr/bin/redis-server";

/** A redis-server of Debian's on a free port of this machine. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** What it answers to one command, by a connection of its own. */
  ask(...command: string[]): Promise<unknown>;
  /** Ends it at once, and with it all that it held. */
  kill(): Promise<void>;
  /** It stands still, its connections open. */
  pause(): void;
  resume(): void;
  /** Starts it again at the same port, with an empty disk. */
  restart(): Promise<void>;
}

/** Waits until it holds. */
export async function until(condition: () => unknown, what = "it", withinMs = 15_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what} did not come`);
    await setTimeout(10);
  }
}

/** A server while `use` runs. `args`: more of its settings. */
export async function withRedis(args: readonly string[], use: (redis: RedisServer) => Promise<void>): Promise<void> {
  const [redis] = await startServers(1, () => args);
  if (!redis) throw new Error("no server");
  try {
    await use(redis);
  } finally {
    await redis.kill();
  }
}

/** So many servers. `argsOf`: of each, by all ports. */
export async function startServers(
  count: number,
  argsOf: (index: number, ports: readonly number[]) => readonly string[],
): Promise<RedisServer[]> {
  const ports = await freePorts(count);
  const servers = ports.map((port, index) => serverAt(port, argsOf(index, ports)));
  await Promise.all(servers.map((server) => server.restart()));
  return servers;
}

function serverAt(port: number, args: readonly string[]): RedisServer {
  let child: ChildProcess | undefined;
  let folder = "";
  const server: RedisServer = {
    port,
    url: `redis://127.0.0.1:${port}`,
    ask: (...command) => ask(port, command),
    async kill() {
      const dying = child;
      child = undefined;
      if (dying) {
        const end = once(dying, "close");
        dying.kill("SIGKILL");
        await end;
      }
      if (folder) await rm(folder, { recursive: true, force: true });
    },
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    async restart() {
      folder = await mkdtemp(join(tmpdir(), "amity-graphql-redis-"));
      const own = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"];
      child = spawn(redisProgram, [...own, ...args], { stdio: "ignore" });
      await until(() => answers(port), "Redis");
    },
  };
  return server;
}

/** Even where it wants a password first. */
async function answers(port: number): Promise<boolean> {
  const error = await ask(port, ["PING"]).then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  return !error || /NOAUTH|LOADING|NOPERM/.test(error.message);
}

async function ask(port: number, [command = "", ...args]: readonly string[]): Promise<unknown> {
  const redis = new Redis({ port, host: "127.0.0.1", lazyConnect: true, enableReadyCheck: false, retryStrategy: null });
  redis.on("error", () => {});
  try {
    return await redis.call(command, ...args);
  } finally {
    redis.disconnect();
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((server) => once(server.listen(0, "127.0.0.1"), "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
