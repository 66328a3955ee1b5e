import type { RedisMode } from "../config/redis.js";
import { type Destination, type RedisClient, selectDatabase } from "./client.js";

/** A script that Redis runs. Its keys lie in one slot. */
export interface Script {
  readonly lua: string;
  readonly numberOfKeys: number;
}

export const lookName = "amityLook";

/** What a look writes: by every command that any script here uses, for an ACL may forbid a single one. */
export const look: Script = {
  lua: `redis.call('set', KEYS[1], 0, 'EX', 10, 'NX')
redis.call('incrby', KEYS[1], 1)
redis.call('expire', KEYS[1], 10)
redis.call('pttl', KEYS[1])
redis.call('get', KEYS[1])
redis.call('time')
return redis.call('del', KEYS[1])`,
  numberOfKeys: 1,
};

/** In a Cluster each of its masters has to be looked at: so many keys fall to all of them, as good as surely. */
const clusterKeys = 16;

/** The keys that a look writes. */
function lookKeys(prefix: string, mode: RedisMode): readonly string[] {
  return Array.from({ length: mode === "cluster" ? clusterKeys : 1 }, (_, index) => `${prefix}:look:{${index}}`);
}

/** Looks whether Redis takes what the gateway writes. Rejects when it does not. */
export async function lookAt(client: RedisClient, destination: Destination, prefix: string): Promise<void> {
  await selectDatabase(client, destination);
  await Promise.all(lookKeys(prefix, destination.mode).map((key) => commandsOf(client)[lookName]?.(key)));
}

type Commands = Readonly<Record<string, ((...args: (string | number)[]) => unknown) | undefined>>;

/** The scripts of a client, which has a method for each. */
export function commandsOf(client: RedisClient): Commands {
  return client as unknown as Commands;
}
