import type { RedisSettings } from "../config/redis.js";
import type { Clock } from "../system/clock.js";
import { answerInTime } from "./answer-in-time.js";
import { openListener, openRedis, type RedisClient } from "./client.js";
import { type Failure, failureOf } from "./failures.js";
import { look, lookAt, lookName } from "./scripts.js";

/** For each step of the doctor's, whose user waits. Milliseconds. */
const stepMs = 3_000;

/** What a trial came to: how long a write took, in milliseconds; or at which step it failed, and why. */
export type Trial =
  | { readonly writeMs: number }
  | { readonly step: "connection" | "write" | "subscription"; readonly failure: Failure };

/** Connects, writes, subscribes and publishes, as a gateway would. */
export async function tryRedis(settings: RedisSettings, clock: Clock): Promise<Trial> {
  const destination = { ...settings, servers: settings.url.value };
  const client = openRedis(destination);
  let connectionError: unknown;
  client.on("error", (error: unknown) => {
    connectionError = error;
  });
  client.defineCommand(lookName, look);
  let step: "connection" | "write" | "subscription" = "connection";
  try {
    await answerInTime(connected(client), stepMs, clock);
    connectionError = undefined;
    step = "write";
    const write = () => answerInTime(lookAt(client, destination, settings.prefix), stepMs, clock);
    await write();
    // The first time a script goes by EVAL, then by EVALSHA, as nearly all do.
    const startedAt = clock.elapsed();
    await write();
    const writeMs = clock.elapsed() - startedAt;
    step = "subscription";
    const channel = `${settings.prefix}:look`;
    await subscribe(openListener(destination, client), channel, clock);
    await answerInTime(client.publish(channel, ""), stepMs, clock);
    return { writeMs };
  } catch (error) {
    return { step, failure: failureOf(error, connectionError) };
  } finally {
    client.disconnect();
  }
}

/** Once, or never: a client goes on trying. */
function connected(client: RedisClient): Promise<void> {
  return new Promise((resolve) => {
    client.once("ready", () => resolve());
    client.connect().catch(() => {});
  });
}

async function subscribe(listener: ReturnType<typeof openListener>, channel: string, clock: Clock): Promise<void> {
  listener.on("error", () => {});
  try {
    await answerInTime(
      listener.connect().then(() => listener.subscribe(channel)),
      stepMs,
      clock,
    );
  } finally {
    listener.disconnect();
  }
}
