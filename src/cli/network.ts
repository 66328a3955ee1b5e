import { type AmityClient } from "../amity/client.js";
import { type RegionCode, regionCodes, regionNames } from "../amity/regions.js";
import { type Asker, anybody } from "../caller/caller.js";
import { type Config, loadConfig } from "../config/config.js";
import type { Env } from "../config/reader.js";
import type { RegionConfig } from "../config/regions.js";
import { readSettingFiles } from "../config/setting-files.js";
import { type Clock, systemClock } from "../system/clock.js";
import { systemRandom } from "../system/random.js";
import { Reloads } from "../system/reloading-file.js";
import { Audit } from "../telemetry/audit.js";
import { silentLogger } from "../telemetry/logger.js";
import { Metrics } from "../telemetry/metrics.js";
import { RequestRecord } from "../telemetry/request-record.js";
import { connectUpstream } from "../upstream.js";

/** What the gateway's services work with, in a process that lives for one call of theirs. */
export interface OneCall {
  readonly amity: AmityClient;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly asker: Asker;
}

/** The settings for Amity; undefined when they are of no use, which it says on stderr. `verb`: what they are for. */
export async function readNetwork(env: Env, verb: string): Promise<Config | undefined> {
  const settings = withoutCallers(env);
  const { config, problems, warnings } = loadConfig(settings, await readSettingFiles(settings));
  if (!config) return refuse(`cannot ${verb}`, [...problems, ...warnings]);
  if (config.regions === "emulator") return refuse(`has no network to ${verb} from`, [noNetwork, ...warnings]);
  return config;
}

const noNetwork =
  "no key is set: give AMITY_REGION and AMITY_SERVER_KEY; a gateway with the emulator answers authToken without any";

/** Whoever runs this holds the keys already: who may call the gateway, and where it listens, is beside the point. */
function withoutCallers(env: Env): Env {
  const settings = Object.entries(env).filter(([name]) => !/^(?:AUTH_.*|HOST|NODE_ENV)$/.test(name));
  return { ...Object.fromEntries(settings), AUTH_MODE: "none" };
}

function refuse(what: string, lines: readonly string[]): undefined {
  process.stderr.write(`amity-graphql ${what}:\n${lines.map((line) => `  ${line}\n`).join("")}`);
  return undefined;
}

/** Makes one call through the same client as the gateway's; nothing is logged. `name`: the command's. */
export async function callOnce<T>(config: Config, name: string, call: (tools: OneCall) => Promise<T>): Promise<T> {
  const clock = systemClock;
  const sinks = { logger: silentLogger, metrics: new Metrics() };
  const reloads = new Reloads(clock, () => {});
  const amity = await connectUpstream(config, undefined, { clock, random: systemRandom, reloads, ...sinks });
  const record = new RequestRecord(`amity-graphql ${name}`, clock.elapsed);
  const asker = { subject: anybody.subject, signal: new AbortController().signal, record };
  try {
    return await call({ amity, audit: new Audit(sinks), clock, timeoutMs: config.upstreamTimeoutMs, asker });
  } finally {
    amity.close();
  }
}

/** A region's settings; undefined where the emulator plays it. */
export function configuredRegion({ regions }: Config, code: RegionCode): RegionConfig | undefined {
  return regions === "emulator" ? undefined : regions[code];
}

/** What --region names, in either case: a region, nothing, or a problem in words. */
export function regionOption(name: string | undefined): { region?: RegionCode; problem?: string } {
  const region = regionCodes.find((code) => code === name?.toUpperCase());
  if (region) return { region };
  return name === undefined ? {} : { problem: `--region must be one of ${regionNames}` };
}
