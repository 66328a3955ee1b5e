#!/usr/bin/env node
import { exitCodes } from "./cli/exit-codes.js";
import { usage } from "./cli/usage.js";
import type { Env } from "./config/reader.js";
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

type Command = (argv: readonly string[], env: Env) => Promise<number>;

/** Each is loaded when it is asked for, so that a server's process holds no other command's code. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import("./cli/start.js")).startCommand,
  emulator: async () => (await import("./cli/emulator.js")).emulatorCommand,
  schema: async () => (await import("./cli/schema.js")).schemaCommand,
  token: async () => (await import("./cli/token.js")).tokenCommand,
  apikey: async () => (await import("./cli/apikey.js")).apikeyCommand,
  csr: async () => (await import("./cli/csr.js")).csrCommand,
  doctor: async () => (await import("./cli/doctor.js")).doctorCommand,
};

async function main([name = "start", ...rest]: readonly string[]): Promise<number> {
  if (name === "--help" || name === "-h" || name === "help") return print(help);
  if (name === "--version" || name === "-v") return print(`${version}\n`);
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) return usage(`no command ${JSON.stringify(name)}`);
  if (!loadEnvFile()) return exitCodes.configuration;
  try {
    const command = await load();
    return await command(rest, process.env);
  } catch (error) {
    if (isUsageError(error)) return usage(error.message.split("\n", 1)[0] ?? "wrong options", name);
    process.stderr.write(`amity-graphql failed: ${JSON.stringify(errorFields(error))}\n`);
    return exitCodes.fault;
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return exitCodes.ok;
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
