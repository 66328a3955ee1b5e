import type { Redis } from "ioredis";
import { regionCodes } from "../amity/regions.js";
import { userKey } from "../amity/user-key.js";
import type { Clock } from "../system/clock.js";
import type { Logger } from "../telemetry/logger.js";
import type { SharedUser } from "../token/shared-tokens.js";
import { answerInTime } from "./answer-in-time.js";
import { type Destination, openListener, type RedisClient } from "./client.js";
import { CheckFailure } from "./failures.js";
import type { Link } from "./link.js";
import type { Secrets } from "./names.js";
import { Revocations } from "./revocations.js";
import { seal, unseal } from "./seal.js";
import type { RedisTokens } from "./tokens.js";

export interface EvictionsOptions {
  readonly link: Link;
  readonly tokens: RedisTokens;
  readonly secrets: Secrets;
  readonly prefix: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
}

/** For what was published to come back. Milliseconds. */
const echoMs = 500;

const message = { purpose: "messages", binding: ["forgotten user"] } as const;

/**
 * Tells other processes whose tokens are to be forgotten, and hears it from them. Messages get lost when a connection
 * breaks and when a fail-over loses what was written last, so: whenever the way to Redis or the subscription is new,
 * everything in memory is forgotten, and each eviction of a token's life is sent again. That a subscription lives is
 * seen by a message of one's own that comes back with each look.
 */
export class Evictions {
  readonly #revocations: Revocations;
  readonly #channel: string;
  readonly #echoChannel: string;
  readonly #listeners: ((user: SharedUser | undefined) => void)[] = [];
  #listener: Redis | undefined;
  /** Where it listens: another one is of no use, and nobody else's fault. */
  #servers: Destination["servers"] | undefined;
  #isNew = true;
  #believesSince = Number.NEGATIVE_INFINITY;
  #isSending = false;
  #isClosed = false;
  #echo = { text: "", hear() {} };

  constructor(private readonly options: EvictionsOptions) {
    const { link, prefix, newId, clock, logger } = options;
    this.#revocations = new Revocations(clock, logger);
    this.#channel = `${prefix}:forgotten`;
    this.#echoChannel = `${prefix}:echo:${newId()}`;
    link.addCheck((destination, client) => this.#check(destination, client));
    link.onLook((isBack) => this.#catchUp(isBack));
  }

  /** Who listens hears of those whom any process forgets; of undefined when it may have been anybody. */
  onForgotten(listener: (user: SharedUser | undefined) => void): void {
    this.#listeners.push(listener);
  }

  /** Has Redis not heard yet that the user is forgotten? Then what it holds of the user is not to be believed. */
  isPending(user: SharedUser): boolean {
    return this.#revocations.isPending(user);
  }

  /** By the monotonic clock: Redis may hold what was asked for before, of somebody whom others have forgotten. */
  get believesSince(): number {
    return this.#believesSince;
  }

  /** Tells the others, at once or as soon as Redis can be used. */
  tell(user: SharedUser): void {
    this.#revocations.add(user);
    void this.#send();
  }

  close(): void {
    this.#revocations.tellLost();
    this.#isClosed = true;
    this.#listener?.disconnect();
  }

  async #check(destination: Destination, client: RedisClient): Promise<void> {
    const { clock, newId } = this.options;
    if (destination.servers !== this.#servers) this.#drop(this.#listener);
    this.#servers = destination.servers;
    if (!this.#listener) await this.#subscribe(destination, client);
    const heard = new Promise<void>((hear) => {
      this.#echo = { text: newId(), hear };
    });
    await client.publish(this.#echoChannel, this.#echo.text);
    try {
      await answerInTime(heard, echoMs, clock);
    } catch {
      this.#drop(this.#listener);
      throw new CheckFailure("no message");
    }
  }

  async #subscribe(destination: Destination, client: RedisClient): Promise<void> {
    if (this.#isClosed) return;
    const listener = openListener(destination, client);
    this.#listener = listener;
    this.#isNew = true;
    listener.on("error", () => {});
    listener.on("end", () => this.#drop(listener));
    listener.on("message", (channel: string, text: string) => void this.#hear(channel, text));
    try {
      await answerInTime(
        listener.connect().then(() => listener.subscribe(this.#channel, this.#echoChannel)),
        echoMs,
        this.options.clock,
      );
    } catch (error) {
      this.#drop(listener);
      throw error;
    }
  }

  /** Whatever was published since then is lost. */
  #drop(listener: Redis | undefined): void {
    listener?.disconnect();
    if (this.#listener === listener) this.#listener = undefined;
  }

  async #hear(channel: string, text: string): Promise<void> {
    if (channel === this.#echoChannel) {
      if (text === this.#echo.text) this.#echo.hear();
      return;
    }
    const user = userIn(unseal(await this.options.secrets(), message, text));
    // The sender knows only the names that its own keys make, so by ours the user's token is still in Redis.
    if (!user) this.#believesSince = this.options.clock.elapsed();
    this.#forgotten(user);
  }

  #catchUp(isBack: boolean): void {
    if (isBack || this.#isNew) {
      this.#isNew = false;
      this.#forgotten(undefined);
      for (const eviction of this.#revocations.all()) eviction.isSent = false;
    }
    void this.#send();
  }

  #forgotten(user: SharedUser | undefined): void {
    for (const listener of this.#listeners) listener(user);
  }

  /** One after the other, so that many of them hold up nobody. What fails is sent with the next look. */
  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      for (const eviction of this.#revocations.all()) {
        if (eviction.isSent) continue;
        await this.#sendOne(eviction.user);
        eviction.isSent = true;
      }
    } catch {
      // The link has counted it, and looks again.
    } finally {
      this.#isSending = false;
    }
  }

  async #sendOne(user: SharedUser): Promise<void> {
    const { link, tokens, secrets } = this.options;
    const [secret] = await secrets();
    if (!secret) return;
    const text = seal(secret, message, userKey(user));
    try {
      await tokens.forget(user);
    } finally {
      // Only now, or others would find it again; and in any case, for they have it in memory.
      await link.run((client) => client.publish(this.#channel, text));
    }
  }
}

/** Undefined for what this process cannot read: whoever wrote it has other keys. */
function userIn(text: string | undefined): SharedUser | undefined {
  const [name, userId]: unknown[] = text === undefined ? [] : JSON.parse(text);
  const region = regionCodes.find((code) => code === name);
  return region && typeof userId === "string" ? { region, userId } : undefined;
}
