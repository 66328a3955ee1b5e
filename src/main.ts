#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";
import { exitCodes } from "./cli/exit-codes.js";
import { usage } from "./cli/usage.js";
import { addedBy, readEnvFile } from "./config/env-file.js";
import type { Env } from "./config/reader.js";
import { likely } from "./system/likely.js";
import { openFilesLimit } from "./system/open-files.js";
import { version } from "./system/version.js";
import { errorFields } from "./telemetry/error-fields.js";

const help = `Usage: amity-graphql [command] [options]

Commands:
  start      Serve the GraphQL API (the default)
  emulator   Run the Amity emulator on its own
  schema     Print the GraphQL schema
  token      Mint an auth token for a user
  session    Check or end sessions that were opened
  visitor-signature
             Sign for a visitor's device
  admin-token
             Replace the admin token by a new one
  apikey     Make a service key
  csr        Make a key and a certificate signing request for mutual TLS
  audit      Verify the chain of an audit file
  config     Show the settings that start would use, and where each comes from
  doctor     Check settings, network, certificates and keys, and say what to do
  healthcheck
             Ask the gateway of this machine whether it lives, or is ready

Options:
  -h, --help      Show this text, or a command's own
  -v, --version   Show the version
`;

/**
 * Packages of the server that have many files: Node opens all files at once that one import leads to, and together
 * these would need more than many a system allows.
 */
const largePackages = ["graphql-scalars", "type-graphql", "@apollo/server"];

/** As many open files are enough to load any command. */
const enoughOpenFiles = 128;

/** A server with fewer has hardly any for connections, though newer versions of Node.js can load it. */
const leastOfServer = 96;

/**
 * By how much V8's heap may grow from one full collection of garbage to the next. V8 would let a server's grow to four
 * times what is alive, and with many cores and much memory that is what it does.
 */
const heapGrowingPercent = 60;

/** `fromEnvFile`: the variables that .env gave. */
type Command = (argv: readonly string[], env: Env, fromEnvFile: ReadonlySet<string>) => Promise<number>;

/** Each is loaded when it is asked for, so that a server's process holds no other command's code. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  async start() {
    setFlagsFromString(`--heap-growing-percent=${heapGrowingPercent}`);
    for (const name of largePackages) await import(name);
    return (await import("./cli/start.js")).startCommand;
  },
  emulator: async () => (await import("./cli/emulator.js")).emulatorCommand,
  schema: async () => (await import("./cli/schema.js")).schemaCommand,
  token: async () => (await import("./cli/token.js")).tokenCommand,
  session: async () => (await import("./cli/session.js")).sessionCommand,
  "visitor-signature": async () => (await import("./cli/visitor-signature.js")).visitorSignatureCommand,
  "admin-token": async () => (await import("./cli/admin-token.js")).adminTokenCommand,
  apikey: async () => (await import("./cli/apikey.js")).apikeyCommand,
  csr: async () => (await import("./cli/csr.js")).csrCommand,
  audit: async () => (await import("./cli/audit.js")).auditCommand,
  config: async () => (await import("./cli/config.js")).configCommand,
  doctor: async () => (await import("./cli/doctor.js")).doctorCommand,
  healthcheck: async () => (await import("./cli/healthcheck.js")).healthcheckCommand,
};

async function main([name = "start", ...rest]: readonly string[]): Promise<number> {
  if (name === "--help" || name === "-h" || name === "help") return print(help);
  if (name === "--version" || name === "-v") return print(`${version}\n`);
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    const meant = likely(name, Object.keys(commands));
    return usage(`no command ${JSON.stringify(name)}${meant === undefined ? "" : `; did you mean ${meant}?`}`);
  }
  // It kills whoever does not listen, and may come before the command that does is loaded.
  if (name === "start") process.on("SIGHUP", () => {});
  const fromEnvFile = loadEnvFile();
  if (!fromEnvFile) return exitCodes.configuration;
  // Later there may be no file left to read it from.
  const mostFiles = openFilesLimit();
  if (name === "start" && mostFiles !== undefined && mostFiles < leastOfServer) return tooFewFiles(mostFiles);
  try {
    const command = await load();
    return await command(rest, process.env, fromEnvFile);
  } catch (error) {
    if (isUsageError(error)) return usage(error.message.split("\n", 1)[0] ?? "wrong options", name);
    if (isShortOfFiles(error, mostFiles)) return tooFewFiles(mostFiles);
    process.stderr.write(`amity-graphql failed: ${JSON.stringify(errorFields(error))}\n`);
    return exitCodes.fault;
  }
}

function tooFewFiles(mostFiles: number | undefined): number {
  const most = mostFiles === undefined ? "too few" : `only ${mostFiles}`;
  process.stderr.write(
    `amity-graphql cannot run: it may open ${most} files at once; raise that, as by ulimit -n 1024\n`,
  );
  return exitCodes.failure;
}

function print(text: string): number {
  process.stdout.write(text);
  return exitCodes.ok;
}

/**
 * Settings from .env in the working directory, under those of the environment; there need not be one. Gives the names
 * of what it added, or undefined when the file is of no use.
 */
function loadEnvFile(): ReadonlySet<string> | undefined {
  const file = readEnvFile(".env");
  const added = "problem" in file ? file : addedBy(file, process.env);
  if ("problem" in added) {
    process.stderr.write(`amity-graphql: .env ${added.problem}\n`);
    return undefined;
  }
  Object.assign(process.env, added.settings);
  return new Set(Object.keys(added.settings));
}

/** node:util parseArgs names the option and not its value. */
function isUsageError(error: unknown): error is Error {
  return error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_");
}

/** While files are loaded, Node may also take one that it cannot open for one that is not there. */
function isShortOfFiles(error: unknown, mostFiles = Number.POSITIVE_INFINITY): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "EMFILE" || (code === "ERR_MODULE_NOT_FOUND" && mostFiles < enoughOpenFiles);
}

process.exit(await main(process.argv.slice(2)));
