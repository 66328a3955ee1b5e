import type { ChildProcess } from "node:child_process";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { redisProgram } from "../support/redis.js";
import { child } from "./children.js";
import { keptPort } from "./ports.js";

/** Debian's package redis-tools, which comes with redis-server. */
const clientProgram = "/usr/bin/redis-cli";

/** Below these and their bus ports, which are 10000 higher, is what systems give to whoever asks. */
const ports = { first: 10_000, number: 9_000, second: 10_000 };

const nodeNumber = 6;

/** A node that may die and come back as the one that it was. */
export class ClusterNode {
  readonly #folder: string;
  #process: ChildProcess | undefined;

  constructor(
    readonly port: number,
    folder: string,
  ) {
    this.#folder = join(folder, String(port));
  }

  async start(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const own = ["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.#folder, "--save", ""];
    const inCluster = ["--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--repl-diskless-sync-delay", "0"];
    this.#process = child(redisProgram, [...own, ...inCluster], { stdio: "ignore" });
    while ((await this.ask("PING").catch(() => "")) !== "PONG") {
      if (this.#process.exitCode !== null) throw new Error("a node of the Cluster does not start");
      await sleep(10);
    }
  }

  async kill(): Promise<void> {
    const ended = this.#process?.exitCode === null ? once(this.#process, "exit") : undefined;
    this.#process?.kill("SIGKILL");
    await ended;
  }

  pause(): void {
    this.#process?.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  /** Its answer to one command, by a connection of its own. */
  async ask(command: string, ...args: readonly string[]): Promise<unknown> {
    const redis = new Redis({ port: this.port, host: "127.0.0.1", lazyConnect: true, retryStrategy: null });
    redis.on("error", () => {});
    try {
      return await redis.call(command, ...args);
    } finally {
      redis.disconnect();
    }
  }

  /** Does it know of all slots that somebody has them, and is it in step with its master, if it has one? */
  async isWell(): Promise<boolean> {
    const info = `${await this.ask("CLUSTER", "INFO")}${await this.ask("INFO", "replication")}`;
    return /cluster_state:ok/.test(info) && /role:master|master_link_status:up/.test(info);
  }

  /** Every key with what stands there, as text of one byte a character. */
  async texts(): Promise<string[]> {
    const redis = new Redis({ port: this.port, host: "127.0.0.1" });
    try {
      await redis.readonly(); // or a replica sends us to its master
      const keys = await redis.keys("*");
      const values = await Promise.all(keys.map((key) => readAny(redis, key)));
      return keys.map((key, index) => `${key} ${values[index]}`);
    } finally {
      redis.disconnect();
    }
  }
}

async function readAny(redis: Redis, key: string): Promise<string> {
  const parts =
    (await redis.type(key)) === "hash" ? await redis.callBuffer("HGETALL", key) : await redis.getBuffer(key);
  return [parts]
    .flat()
    .map((part) => (Buffer.isBuffer(part) ? part.toString("latin1") : ""))
    .join(" ");
}

/** Three masters with a replica each, while `use` runs. */
export async function withCluster(use: (nodes: readonly ClusterNode[]) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "amity-graphql-cluster-"));
  const nodes: ClusterNode[] = [];
  try {
    while (nodes.length < nodeNumber) nodes.push(new ClusterNode(await keptPort(ports), folder));
    await Promise.all(nodes.map((node) => node.start()));
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    const create = ["--cluster", "create", ...addresses, "--cluster-replicas", "1", "--cluster-yes"];
    await promisify(execFile)(clientProgram, create);
    await allWell(nodes);
    await use(nodes);
  } finally {
    await Promise.all(nodes.map((node) => node.kill()));
    await rm(folder, { recursive: true, force: true });
  }
}

/** Settings of gateways that share it. */
export function settingsFor(nodes: readonly ClusterNode[]): Record<string, string> {
  return {
    REDIS_URL: nodes.map(({ port }) => `redis://127.0.0.1:${port}`).join(),
    REDIS_MODE: "cluster",
    // A busy machine is no reason to be without Redis.
    REDIS_TIMEOUT_MS: "500",
    REPLICAS: "3",
    TOKEN_CACHE_KEY: randomBytes(32).toString("base64"),
    TOKEN_REUSE_SECONDS: "20",
  };
}

/** Waits until each node is well again. */
export async function allWell(nodes: readonly ClusterNode[]): Promise<void> {
  for (const node of nodes) while (!(await node.isWell().catch(() => false))) await sleep(50);
}
