import { parseArgs } from "node:util";
import { limits } from "../amity/input-rules.js";
import { type RegionCode, regionCodes, regionNames } from "../amity/regions.js";
import { targetUserId } from "../caller/access.js";
import { anybody } from "../caller/caller.js";
import { type Config, loadConfig } from "../config/config.js";
import type { Env } from "../config/reader.js";
import { readSettingFiles } from "../config/setting-files.js";
import { AppError } from "../errors/app-error.js";
import { systemClock } from "../system/clock.js";
import { systemRandom } from "../system/random.js";
import { Reloads } from "../system/reloading-file.js";
import { Audit } from "../telemetry/audit.js";
import { silentLogger } from "../telemetry/logger.js";
import { Metrics } from "../telemetry/metrics.js";
import { RequestRecord } from "../telemetry/request-record.js";
import { TokenService } from "../token/token.service.js";
import { TokenStore } from "../token/token.store.js";
import type { AuthToken } from "../token/token.type.js";
import { connectUpstream } from "../upstream.js";
import { exitCodes } from "./exit-codes.js";
import { usage } from "./usage.js";

const help = `Usage: amity-graphql token --user ID [options]

Mints one auth token for a user and prints it, to try a client or to see that the keys work.
The token is a secret for ten minutes: it lets whoever holds it act as the user.

  --user ID        the user to mint for, 1 to ${limits.tokenUserId} characters
  --region CODE    ${regionNames} (default: the gateway's default region)
  --json           print the token with its user, region and times as JSON
  -h, --help       print this text

It needs the gateway's settings for Amity, from the environment or .env; those about callers (AUTH_*) do not matter.
`;

const options = {
  user: { type: "string" },
  region: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h" },
} as const;

interface Order {
  readonly userId: string;
  /** Undefined: the default region. */
  readonly region: RegionCode | undefined;
}

/** Gives the exit code: 0, 1 (no token: an AppError), 64 (wrong command line), 78 (configuration). */
export async function tokenCommand(argv: readonly string[], env: Env): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options });
  if (values.help) {
    process.stdout.write(help);
    return exitCodes.ok;
  }
  const region = regionCodes.find((code) => code === values.region?.toUpperCase());
  if (values.user === undefined) return usage("token needs --user", "token");
  if (values.region !== undefined && !region) return usage(`--region must be one of ${regionNames}`, "token");
  const settings = mintingEnv(env);
  const { config, problems, warnings } = loadConfig(settings, await readSettingFiles(settings));
  if (!config) return refuse("cannot mint", [...problems, ...warnings]);
  if (config.regions === "emulator") return refuse("has no network to mint from", [noNetwork, ...warnings]);
  try {
    const token = await mint(config, { userId: values.user, region });
    process.stdout.write(`${values.json ? JSON.stringify(token) : token.token}\n`);
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    return exitCodes.failure;
  }
}

const noNetwork =
  "no key is set: give AMITY_REGION and AMITY_SERVER_KEY; a gateway with the emulator answers authToken without any";

/** Whoever runs this holds the keys already: who may call the gateway, and where it listens, is beside the point. */
function mintingEnv(env: Env): Env {
  const settings = Object.entries(env).filter(([name]) => !/^(?:AUTH_.*|HOST|NODE_ENV)$/.test(name));
  return { ...Object.fromEntries(settings), AUTH_MODE: "none" };
}

/** Through the same client and service as the gateway's authToken, in a process that lives for one token. */
async function mint(config: Config, { userId, region = config.defaultRegion }: Order): Promise<AuthToken> {
  const clock = systemClock;
  const sinks = { logger: silentLogger, metrics: new Metrics() };
  const key = { region, userId: targetUserId(anybody, "--user", userId) };
  const reloads = new Reloads(clock, () => {});
  const amity = await connectUpstream(config, undefined, { clock, random: systemRandom, reloads, ...sinks });
  const store = new TokenStore(0, clock);
  const audit = new Audit(sinks);
  const { upstreamTimeoutMs: timeoutMs } = config;
  const tokens = new TokenService({ amity, store, audit, clock, timeoutMs, onReuse: () => {} });
  try {
    const { signal } = new AbortController();
    const record = new RequestRecord("amity-graphql token", clock.elapsed);
    return await tokens.issue(key, { subject: anybody.subject, signal, record });
  } finally {
    amity.close();
  }
}

function refuse(what: string, lines: readonly string[]): number {
  process.stderr.write(`amity-graphql ${what}:\n${lines.map((line) => `  ${line}\n`).join("")}`);
  return exitCodes.configuration;
}
