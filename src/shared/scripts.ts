import type { RedisClient } from "./client.js";

/** A script that Redis runs. Its keys lie in one slot. */
export interface Script {
  readonly lua: string;
  readonly numberOfKeys: number;
}

/** What a look writes: by the same commands as a limit, for an ACL may forbid a single one. */
export const look: Script = {
  lua: `redis.call('set', KEYS[1], 0, 'EX', 10, 'NX')
redis.call('incrby', KEYS[1], 1)
return redis.call('pttl', KEYS[1])`,
  numberOfKeys: 1,
};

type Commands = Readonly<Record<string, ((...args: (string | number)[]) => unknown) | undefined>>;

/** The scripts of a client, which has a method for each. */
export function commandsOf(client: RedisClient): Commands {
  return client as unknown as Commands;
}
