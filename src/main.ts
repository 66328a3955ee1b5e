#!/usr/bin/env node
import { apikeyCommand } from "./cli/apikey.js";
import { csrCommand } from "./cli/csr.js";
import { doctorCommand } from "./cli/doctor.js";
import { emulatorCommand } from "./cli/emulator.js";
import { exitCodes } from "./cli/exit-codes.js";
import { schemaCommand } from "./cli/schema.js";
import { startCommand } from "./cli/start.js";
import { tokenCommand } from "./cli/token.js";
import { version } from "./system/version.js";
import { errorFields } from "./telemetry/logger.js";

const help = `Usage: amity-graphql [command] [options]

Commands:
  start      Serve the GraphQL API (the default)
  emulator   Run the Amity emulator on its own
  schema     Print the GraphQL schema
  token      Mint an auth token for a user
  apikey     Make a service key
  csr        Make a key and a certificate signing request for mutual TLS
  doctor     Check settings, network, certificates and keys, and say what to do

Options:
  -h, --help      Show this text, or a command's own
  -v, --version   Show the version
`;

type Command = (argv: string[], env: NodeJS.ProcessEnv) => Promise<number>;

const commands: Readonly<Record<string, Command>> = {
  start: startCommand,
  emulator: emulatorCommand,
  schema: schemaCommand,
  token: tokenCommand,
  apikey: apikeyCommand,
  csr: csrCommand,
  doctor: doctorCommand,
};

async function main([name = "start", ...rest]: readonly string[]): Promise<number> {
  if (name === "--help" || name === "-h" || name === "help") return print(help);
  if (name === "--version" || name === "-v") return print(`${version}\n`);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) return usage(`no command ${JSON.stringify(name)}`);
  if (!loadEnvFile()) return exitCodes.configuration;
  try {
    return await command(rest, process.env);
  } catch (error) {
    if (isUsageError(error)) return usage(error.message.split("\n", 1)[0] ?? "wrong options");
    process.stderr.write(`amity-graphql failed: ${JSON.stringify(errorFields(error))}\n`);
    return exitCodes.fault;
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return exitCodes.ok;
}

function usage(problem: string): number {
  process.stderr.write(`amity-graphql: ${problem}; see amity-graphql --help\n`);
  return exitCodes.usage;
}

/** Settings from .env in the working directory, under those of the environment; there need not be one. */
function loadEnvFile(): boolean {
  try {
    process.loadEnvFile();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return true;
    process.stderr.write("amity-graphql: .env cannot be read\n");
    return false;
  }
}

/** node:util parseArgs names the option and not its value. */
function isUsageError(error: unknown): error is Error {
  return error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_");
}

process.exit(await main(process.argv.slice(2)));
