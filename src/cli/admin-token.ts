import { parseArgs } from "node:util";
import { type RegionCode, regionNames } from "../amity/regions.js";
import type { Config } from "../config/config.js";
import type { Env } from "../config/reader.js";
import { AppError } from "../errors/app-error.js";
import { LockHeld } from "../system/lock-file.js";
import { exitCodes } from "./exit-codes.js";
import { callOnce, configuredRegion, readNetwork, regionOption } from "./network.js";
import { type FileSecret, type Rotation, RotationFailed, rotate } from "./rotation.js";
import { usage } from "./usage.js";

const help = `Usage: amity-graphql admin-token rotate [options]

Has Amity make a new admin token, and puts it in the place of the old one in the file that AMITY_ADMIN_TOKEN_FILE, or
the region's own, names. The old one dies within a day. Running gateways take the new one up from the file by
themselves. When it was issued and when it expires is written beside it, to a file of the same name and .json.
The token is not printed.

  --region CODE    ${regionNames} (default: the gateway's default region)
  --json           print the times as JSON
  -h, --help       print this text

The file must be one that can be replaced: not a mount of its own, nor in a folder that is read-only. That is tried
before Amity is asked. If this is killed on the way, run it again: it goes on with the token that Amity gave, or has
another one made. It needs the gateway's settings for Amity, from the environment or .env; those about callers (AUTH_*)
do not matter.

Exit codes: 0 the file holds a new token, 1 it does not, 64 wrong arguments, 78 the settings give no token by a file.
`;

const options = {
  region: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h" },
} as const;

/** Gives the exit code: 0, 1 (no new token), 64 (wrong command line), 78 (configuration). */
export async function adminTokenCommand(argv: readonly string[], env: Env): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  if (values.help) {
    process.stdout.write(help);
    return exitCodes.ok;
  }
  const { region: asked, problem } = regionOption(values.region);
  if (positionals.join(" ") !== "rotate") return usage("admin-token needs the word rotate", "admin-token");
  if (problem !== undefined) return usage(problem, "admin-token");
  const config = await readNetwork(env, "rotate an admin token");
  if (!config) return exitCodes.configuration;
  const region = asked ?? config.defaultRegion;
  const secret = configuredRegion(config, region)?.adminToken;
  if (!secret) return refuse(`AMITY_${region}_ADMIN_TOKEN_FILE is not set: there is no admin token to rotate`);
  const { name, path } = secret;
  if (path === undefined) return refuse(`${name} is set itself: put it into a file that ${name}_FILE names`);
  try {
    const rotation = await rotateOnce(config, region, { ...secret, path });
    process.stdout.write(values.json ? jsonOf(region, name, rotation) : textOf(name, rotation));
    if (!rotation.areTimesKept)
      process.stderr.write(`amity-graphql: how long it lives could not be written to the file of ${name}_FILE.json\n`);
    return exitCodes.ok;
  } catch (error) {
    const text = failureText(error, `${name}_FILE`);
    if (text === undefined) throw error;
    process.stderr.write(`${text}\n`);
    return exitCodes.failure;
  }
}

function refuse(problem: string): number {
  process.stderr.write(`amity-graphql cannot rotate an admin token:\n  ${problem}\n`);
  return exitCodes.configuration;
}

/** Nothing may end the process between Amity's answer and the file. */
function rotateOnce(config: Config, region: RegionCode, secret: FileSecret): Promise<Rotation> {
  return callOnce(config, "admin-token", async ({ amity, clock, timeoutMs, asker: { signal, record } }) => {
    let mayBeDone = false;
    const onAttempt = (_attempt: unknown, isAnswerLost: boolean) => {
      mayBeDone ||= isAnswerLost;
    };
    const release = holdSignals();
    try {
      return await rotate(secret, () =>
        amity.rotateAdminToken(region, { deadline: clock.elapsed() + timeoutMs, signal, record, onAttempt }),
      );
    } catch (error) {
      if (mayBeDone && error instanceof AppError) throw new RotationFailed(`${error.code}: ${error.message}. ${lost}`);
      throw error;
    } finally {
      release();
    }
  });
}

const lost =
  "Amity may have made a new token all the same, and the one in use dies within a day then: rotate again before";

function holdSignals(): () => void {
  const hold = () => {
    process.stderr.write("amity-graphql: ends as soon as the new token is in its file, or there is none\n");
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, hold);
  return () => {
    for (const signal of signals) process.off(signal, hold);
  };
}

function failureText(error: unknown, variable: string): string | undefined {
  if (error instanceof AppError) return `${error.code}: ${error.message}`;
  if (error instanceof RotationFailed) return `amity-graphql: ${error.message}`;
  if (error instanceof LockHeld)
    return `amity-graphql: ${error.holder} rotates the token of ${variable} already (a lock that nobody holds ends after ten minutes); Amity was not asked`;
  return undefined;
}

function textOf(name: string, { issuedAt, expiresAt, wasBrokenOff }: Rotation): string {
  const from = wasBrokenOff ? "the new admin token of a rotation that was broken off" : "a new admin token";
  const day = (time: Date | undefined) => time?.toISOString() ?? "unknown";
  return `The file of ${name}_FILE holds ${from}.
Issued:  ${day(issuedAt)}
Expires: ${day(expiresAt)}
The token before dies within a day. Other copies of it have to be replaced until then.
`;
}

function jsonOf(region: RegionCode, name: string, { issuedAt, expiresAt, wasBrokenOff }: Rotation): string {
  const times = { issuedAt: issuedAt ?? null, expiresAt: expiresAt ?? null };
  return `${JSON.stringify({ region, setting: `${name}_FILE`, ...times, wasBrokenOff })}\n`;
}
