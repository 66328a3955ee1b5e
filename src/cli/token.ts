import { parseArgs } from "node:util";
import { limits } from "../amity/input-rules.js";
import { type RegionCode, regionNames } from "../amity/regions.js";
import { targetUserId } from "../caller/access.js";
import { anybody } from "../caller/caller.js";
import type { Config } from "../config/config.js";
import type { Env } from "../config/reader.js";
import { AppError } from "../errors/app-error.js";
import { TokenService } from "../token/token.service.js";
import { TokenStore } from "../token/token.store.js";
import type { AuthToken } from "../token/token.type.js";
import { exitCodes } from "./exit-codes.js";
import { callOnce, readNetwork, regionOption } from "./network.js";
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
  /** Absent: the default region. */
  readonly region: RegionCode | undefined;
}

/** Gives the exit code: 0, 1 (no token: an AppError), 64 (wrong command line), 78 (configuration). */
export async function tokenCommand(argv: readonly string[], env: Env): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options });
  if (values.help) {
    process.stdout.write(help);
    return exitCodes.ok;
  }
  const { region, problem } = regionOption(values.region);
  if (values.user === undefined) return usage("token needs --user", "token");
  if (problem !== undefined) return usage(problem, "token");
  const config = await readNetwork(env, "mint");
  if (!config) return exitCodes.configuration;
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

/** Through the same service as the gateway's authToken. */
function mint(config: Config, { userId, region = config.defaultRegion }: Order): Promise<AuthToken> {
  return callOnce(config, "token", ({ asker, ...tools }) => {
    const key = { region, userId: targetUserId(anybody, "--user", userId) };
    const store = new TokenStore(0, tools.clock);
    return new TokenService({ ...tools, store, onReuse: () => {} }).issue(key, asker);
  });
}
