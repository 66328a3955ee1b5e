import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Redis } from "ioredis";

export const redisProgram = "/usr/bin/redis-server";

/** Who may do anything, whatever a test does with the others. */
export const adminLogin = { username: "admin", password: "of-the-test" };
const adminRule = ["--user", adminLogin.username, "on", `>${adminLogin.password}`, "~*", "&*", "+@all"];

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

/** Three masters, and then the replica of each. */
export async function withCluster(use: (nodes: readonly RedisServer[]) => Promise<void>): Promise<void> {
  const buses = await freePorts(6);
  const nodes = await startServers(6, (index) => [
    ...["--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-port", String(buses[index])],
    ...["--repl-diskless-sync-delay", "0", "--masteruser", adminLogin.username, "--masterauth", adminLogin.password],
  ]);
  const [first] = nodes;
  try {
    const ranges = [0, 5_461, 10_923, 16_384];
    for (const [index, node] of nodes.entries()) {
      await first?.ask("CLUSTER", "MEET", "127.0.0.1", String(node.port), String(buses[index]));
      if (index > 2) continue;
      await node.ask("CLUSTER", "ADDSLOTSRANGE", String(ranges[index]), String((ranges[index + 1] ?? 0) - 1));
    }
    const idOf = (node: RedisServer | undefined) => node?.ask("CLUSTER", "MYID").then(String);
    for (const [index, replica] of nodes.slice(3).entries()) {
      const master = (await idOf(nodes[index])) ?? "";
      await until(async () => String(await replica.ask("CLUSTER", "NODES")).includes(master), "the Cluster");
      await replica.ask("CLUSTER", "REPLICATE", master);
    }
    for (const node of nodes) {
      await until(async () => /cluster_state:ok/.test(String(await node.ask("CLUSTER", "INFO"))), "the Cluster");
      await until(
        async () => /_link_status:up|role:master/.test(String(await node.ask("INFO", "replication"))),
        "sync",
      );
    }
    await use(nodes);
  } finally {
    for (const node of nodes) await node.kill();
  }
}

/** A master with a replica, and three Sentinels that know it as `main`. */
export async function withSentinels(
  use: (fleet: { servers: readonly RedisServer[]; sentinels: readonly RedisServer[] }) => Promise<void>,
): Promise<void> {
  const login = [
    "--masteruser",
    adminLogin.username,
    "--masterauth",
    adminLogin.password,
    "--repl-diskless-sync-delay",
    "0",
  ];
  const servers = await startServers(2, (index, [master = 0]) =>
    index === 0 ? login : [...login, "--replicaof", "127.0.0.1", String(master)],
  );
  const master = String(servers[0]?.port);
  const sentinels = await startServers(3, () => ["--sentinel"]);
  try {
    for (const sentinel of sentinels) {
      await sentinel.ask("SENTINEL", "MONITOR", "main", "127.0.0.1", master, "2");
      const settings = {
        "auth-user": adminLogin.username,
        "auth-pass": adminLogin.password,
        "down-after-milliseconds": "1000",
      };
      for (const [name, value] of Object.entries({ ...settings, "failover-timeout": "3000" })) {
        await sentinel.ask("SENTINEL", "SET", "main", name, value);
      }
    }
    const told = async (sentinel: RedisServer) => String(await sentinel.ask("SENTINEL", "MASTER", "main"));
    for (const sentinel of sentinels) {
      await until(async () => /num-slaves,1,num-other-sentinels,2/.test(await told(sentinel)), "the Sentinels");
    }
    await use({ servers, sentinels });
  } finally {
    for (const server of [...sentinels, ...servers]) await server.kill();
  }
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
      // A Sentinel writes into its file what it finds out.
      const file = join(folder, "redis.conf");
      await writeFile(file, "");
      child = spawn(redisProgram, [file, ...own, ...adminRule, ...args], { stdio: "ignore" });
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
  const redis = new Redis({
    ...adminLogin,
    port,
    host: "127.0.0.1",
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: null,
    disconnectTimeout: 100,
  });
  redis.on("error", () => {});
  try {
    return await redis.call(command, ...args);
  } finally {
    redis.disconnect();
  }
}

/** Ports of this machine that nobody has. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((server) => once(server.listen(0, "127.0.0.1"), "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
