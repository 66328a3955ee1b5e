import { parseArgs } from "node:util";
import { checkText, limits } from "../amity/input-rules.js";
import { regionCodes, regionNames } from "../amity/regions.js";
import { loadConfig } from "../config/config.js";
import type { Env } from "../config/reader.js";
import { isSecretVariable, readSettingFiles, settingFiles } from "../config/setting-files.js";
import { isHealthy } from "../doctor/check.js";
import { examine } from "../doctor/doctor.js";
import type { WatchedFile } from "../doctor/files.js";
import { jsonOf, tableOf } from "../doctor/report.js";
import { AppError } from "../errors/app-error.js";
import { exitCodes } from "./exit-codes.js";
import { usage } from "./usage.js";

const help = `Usage: amity-graphql doctor [options]

Checks the settings that start would use, each configured region's host, certificates and keys, and how callers are
known, and says what to do. Without --user it starts nothing and changes nothing.

  --user ID      also mint an auth token for this user with each server key, and throw it away; then register a session
                 on a device of its own, which creates the user if there is none, and end it
  --region CODE  check this region only: ${regionNames}
  --json         print one JSON document instead of a table
  -h, --help     print this text

Exit codes: 0 nothing fails, 1 something does, 64 wrong arguments.
`;

const options = {
  user: { type: "string" },
  region: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Prints what is wrong and what to do. Gives the exit code: 0, 1 when a check fails, 64 for a wrong command line. */
export async function doctorCommand(
  argv: readonly string[],
  env: Env,
  fromEnvFile: ReadonlySet<string>,
): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options });
  if (values.help) {
    process.stdout.write(help);
    return exitCodes.ok;
  }
  const region = regionCodes.find((code) => code === values.region?.toUpperCase());
  if (values.region !== undefined && !region) return usage(`--region must be one of ${regionNames}`, "doctor");
  const problem = userProblem(values.user);
  if (problem !== undefined) return usage(problem, "doctor");
  const checks = await examine(loadConfig(env, await readSettingFiles(env)), {
    userId: values.user,
    region,
    files: filesOf(env, fromEnvFile),
  });
  // NO_COLOR and TERM=dumb count too.
  const colour = process.stdout.isTTY && process.stdout.hasColors(env);
  process.stdout.write(values.json ? jsonOf(checks) : tableOf(checks, colour));
  return isHealthy(checks) ? exitCodes.ok : exitCodes.failure;
}

/** The files that settings name, and .env where settings come from it. */
function filesOf(env: Env, fromEnvFile: ReadonlySet<string>): WatchedFile[] {
  const named = settingFiles(env).map(({ variable, ...file }) => ({ name: variable, ...file }));
  const isSecret = [...fromEnvFile].some((variable) => isSecretVariable(variable));
  return fromEnvFile.size === 0 ? named : [{ name: ".env", path: ".env", isSecret }, ...named];
}

/** What authToken would refuse is refused here, before anything is sent. */
function userProblem(userId: string | undefined): string | undefined {
  try {
    checkText("--user", userId, limits.tokenUserId);
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}
