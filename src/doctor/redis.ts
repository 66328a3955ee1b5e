import type { Config } from "../config/config.js";
import type { Clock } from "../system/clock.js";
import { type Check, counted, row } from "./check.js";

/** What replicas share, tried as the gateway would: connection, rights, role, and the subscription. */
export async function redisChecks({ redis }: Config, clock: Clock): Promise<Check[]> {
  if (!redis) return [];
  const { tryRedis } = await import("../shared/trial.js");
  const { failures } = await import("../shared/failures.js");
  const trial = await tryRedis(redis, clock);
  if ("step" in trial) {
    const { means, todo } = failures[trial.failure];
    return [row("Redis", trial.step).fail(`${means} (${trial.failure})`, todo)];
  }
  const { mode, url, prefix, timeoutMs, replicas } = redis;
  const servers = counted(url.value.nodes.length, mode === "sentinel" ? "Sentinel" : "address");
  const connection = row("Redis", "connection").ok(
    `${mode} by ${servers}${url.value.isEncrypted ? ", encrypted" : ""}; keys begin with ${prefix}`,
  );
  return [connection, speedCheck(trial.writeMs, timeoutMs), ...(replicas === 1 ? [replicasCheck()] : [])];
}

function speedCheck(writeMs: number, timeoutMs: number): Check {
  const check = row("Redis", "write");
  const detail = `took ${Math.ceil(writeMs)} of the ${timeoutMs} ms that a request waits`;
  if (writeMs <= timeoutMs / 2) return check.ok(detail);
  return check.warn(detail, "take a Redis that is nearer, or raise REDIS_TIMEOUT_MS: requests go on without it else");
}

function replicasCheck(): Check {
  return row("Redis", "replicas").warn(
    "REPLICAS is 1, so each gateway allows the whole limits while Redis is away",
    "set it to how many gateways there are",
  );
}
