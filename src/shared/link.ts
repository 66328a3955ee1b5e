import type { RedisServers } from "../config/redis.js";
import type { Clock } from "../system/clock.js";
import type { Reloading } from "../system/reloading-file.js";
import type { Logger } from "../telemetry/logger.js";
import type { RedisMetrics } from "../telemetry/redis-metrics.js";
import { answerInTime } from "./answer-in-time.js";
import { type Check, type Destination, openRedis, type RedisClient } from "./client.js";
import { Comeback } from "./comeback.js";
import { type Failure, failureOf, failures, RedisAway } from "./failures.js";
import { commandsOf, look, lookAt, lookName, type Script } from "./scripts.js";

/** How often it looks whether Redis is there, while it is and while it is not. Milliseconds. */
const lookEveryMs = { used: 1_000, away: 250 } as const;
/** So many failures one after the other, and requests go on without Redis. */
const mostFailuresInRow = 3;
const connectMs = 1_000;

export interface LinkOptions {
  readonly destination: Omit<Destination, "servers">;
  readonly servers: Reloading<RedisServers>;
  readonly prefix: string;
  /** How long a request waits. Milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: RedisMetrics;
}

/**
 * The way to Redis, which may be gone at any time. Requests wait for it `timeoutMs` at most, and after three failures
 * in a row not at all. It looks by itself whether Redis is there, by writing: a replica, a full memory or a user who
 * may not write are of no use.
 */
export class Link {
  readonly #scripts = new Map<string, Script>([[lookName, look]]);
  readonly #comeback: Comeback;
  readonly #checks: Check[] = [];
  readonly #listeners: ((isBack: boolean) => void)[] = [];
  #state: "unknown" | "used" | "away" | "closed" = "unknown";
  #client: RedisClient | undefined;
  #servers: RedisServers | undefined;
  #connectionError: unknown;
  #failuresInRow = 0;
  #slowLooksInRow = 0;
  #onReady = () => {};
  #cancelLook = () => {};

  constructor(private readonly options: LinkOptions) {
    this.#comeback = new Comeback(options.clock);
  }

  /** Before `start`. */
  define(name: string, script: Script): void {
    this.#scripts.set(name, script);
  }

  /** Before `start`: what each look checks as well. */
  addCheck(check: Check): void {
    this.#checks.push(check);
  }

  /** Before `start`: hears of each look that went well. `isBack`: Redis was not used before it. */
  onLook(listener: (isBack: boolean) => void): void {
    this.#listeners.push(listener);
  }

  /** Looks for the first time, for a second at most, and then again and again until `close`. */
  async start(): Promise<void> {
    await this.#look();
  }

  close(): void {
    this.#state = "closed";
    this.#cancelLook();
    this.#client?.disconnect();
  }

  /** What Redis answers to a script. Rejects when it does not in time, at once while it is not used. */
  call(script: string, args: readonly (string | number)[]): Promise<unknown> {
    return this.run((client) => commandsOf(client)[script]?.(...args));
  }

  /** The same for anything else. */
  async run(ask: (client: RedisClient) => unknown): Promise<unknown> {
    const client = this.#client;
    if (this.#state !== "used" || !client) throw new RedisAway();
    try {
      const answer = await this.#answer(ask(client));
      this.#failuresInRow = 0;
      return answer;
    } catch (error) {
      this.#failuresInRow++;
      this.#count(error);
      if (this.#failuresInRow >= mostFailuresInRow) this.#leave(error);
      throw error;
    }
  }

  #answer(work: unknown): Promise<unknown> {
    return answerInTime(Promise.resolve(work), this.options.timeoutMs, this.options.clock);
  }

  async #look(): Promise<void> {
    try {
      const client = await this.#connected();
      const destination = this.#destination();
      await this.#answer(lookAt(client, destination, this.options.prefix));
      for (const check of this.#checks) await check(destination, client);
      if (client === this.#client) this.#goWell();
    } catch (error) {
      this.#count(error);
      if (!this.#isBearable(error)) this.#leave(error);
    }
    if (this.#state === "closed") return;
    const everyMs = lookEveryMs[this.#slowLooksInRow > 0 ? "away" : this.#state === "used" ? "used" : "away"];
    this.#cancelLook = this.options.clock.after(everyMs, () => void this.#look(), { ref: false });
  }

  /** Requests get three tries, and so does a look that only took too long. */
  #isBearable(error: unknown): boolean {
    if (this.#state !== "used" || this.#reasonOf(error) !== "too slow") return false;
    return ++this.#slowLooksInRow < mostFailuresInRow;
  }

  async #connected(): Promise<RedisClient> {
    const servers = await this.options.servers.current();
    if (this.#state === "closed") throw new RedisAway();
    // ioredis gives up for good where a connection is closed while it asks the Sentinels.
    if (servers !== this.#servers || !this.#client || this.#client.status === "end") this.#open(servers);
    const client = this.#client;
    if (!client) throw new RedisAway();
    if (client.status === "ready") return client;
    const ready = new Promise<void>((resolve) => {
      this.#onReady = resolve;
    });
    await answerInTime(ready, connectMs, this.options.clock);
    return client;
  }

  #open(servers: RedisServers): void {
    this.#client?.disconnect();
    this.#servers = servers;
    const client = openRedis(this.#destination());
    for (const [name, script] of this.#scripts) client.defineCommand(name, script);
    // Without a listener an error would end the process.
    client.on("error", (error: unknown) => {
      this.#connectionError = error;
    });
    client.on("ready", () => {
      this.#connectionError = undefined;
      this.#onReady();
    });
    client.connect().catch(() => {});
    this.#client = client;
  }

  #destination(): Destination {
    if (!this.#servers) throw new RedisAway();
    return { ...this.options.destination, servers: this.#servers };
  }

  #goWell(): void {
    this.#failuresInRow = 0;
    this.#slowLooksInRow = 0;
    const before = this.#state;
    if (before === "closed" || (before === "away" && !this.#comeback.isEarned())) return;
    this.#state = "used";
    if (before !== "used") {
      this.#comeback.begin();
      this.options.metrics.used(true);
    }
    if (before === "away") {
      this.options.logger.info({}, "Redis is used again: limits, reused tokens and revocations are shared");
    }
    for (const listener of this.#listeners) listener(before !== "used");
  }

  #leave(error: unknown): void {
    this.#comeback.beginAnew();
    if (this.#state === "away" || this.#state === "closed") return;
    this.#state = "away";
    this.#comeback.end();
    const reason = this.#reasonOf(error);
    this.options.metrics.used(false);
    this.options.logger.warn(
      { reason, means: failures[reason].means, todo: failures[reason].todo },
      "Redis is not used: this process goes by its own part of the limits and its own reused tokens",
    );
  }

  #count(error: unknown): void {
    if (this.#state !== "closed") this.options.metrics.failed(this.#reasonOf(error));
  }

  #reasonOf(error: unknown): Failure {
    return failureOf(error, this.#client?.status === "ready" ? undefined : this.#connectionError);
  }
}
