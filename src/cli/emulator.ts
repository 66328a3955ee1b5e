import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs, types } from "node:util";
import type { Env } from "../config/reader.js";
import { parseFaults, splitFaultSpec } from "../emulator/faults/fault.js";
import { authorityName } from "../emulator/options.js";
import { type Emulator, EmulatorInProductionError, type EmulatorOptions, startEmulator } from "../emulator/server.js";
import { exitCodes } from "./exit-codes.js";
import { usage } from "./usage.js";

/** Amity's own window for its rate limit (docs.social.plus, technical FAQ). */
const rateLimitWindowMs = 5_000;

const help = `Usage: amity-graphql emulator [options]

Runs a stand-in for one Amity network on this machine and prints the settings that point a gateway at it.
Every key and token here is fake: it opens nothing but this emulator. Do not give it real ones,
since arguments can be read in the list of processes.

  --host H          address to listen on (default 127.0.0.1)
  --port N          port to listen on (default 0: any free one)
  --api-key K       fake API key (default: made up)
  --server-key K    fake server key (default: made up)
  --admin-token T   fake admin token (default: made up)
  --insecure        secure mode off: sessions need no auth token
  --single-use      an auth token opens one session only
  --rate-limit N    at most N requests of a user in 5 seconds (default: no limit)
  --mtls            HTTPS; token routes and admin calls need a client certificate
  --ca-out FILE     with --mtls: write the certificate of the emulator's own authority there
  --fault SPEC      what goes wrong, as KIND[,NAME=VALUE...]; may be repeated
  --help            print this text

A --fault is, for example, latency,ms=300 or status,status=503,route=token,times=5; docs/emulator.md lists the kinds.
`;

/**
 * Runs until SIGINT or SIGTERM. Gives the exit code: 0, 1 (cannot listen or write), 64 (wrong command line), 78 (it is
 * production).
 */
export async function emulatorCommand(argv: readonly string[], env: Env): Promise<number> {
  try {
    const command = readArguments(argv);
    if (command === "help") {
      process.stdout.write(help);
      return exitCodes.ok;
    }
    const emulator = await startEmulator({ ...command.options, nodeEnv: env["NODE_ENV"] });
    try {
      if (emulator.ca && command.caFile) await writeAuthority(command.caFile, emulator.ca);
      const stopped = stopSignal(); // listens before anybody can know that the emulator is there to be stopped
      process.stdout.write(settingsText(emulator, command));
      await stopped;
    } finally {
      await emulator.close();
    }
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof UsageError || error instanceof RangeError) return usage(error.message, "emulator");
    const { code, text } = explain(error);
    process.stderr.write(`amity-graphql emulator: ${text}\n`);
    return code;
  }
}

class UsageError extends Error {}

class FileError extends Error {}

interface Command {
  readonly options: EmulatorOptions;
  /** Absolute path for the authority's certificate. */
  readonly caFile: string | undefined;
}

function readArguments(argv: readonly string[]): Command | "help" {
  const values = parse(argv);
  if (values.help) return "help";
  const { mtls, "ca-out": caFile } = values;
  if (mtls ? !caFile : caFile !== undefined) throw new UsageError("--mtls and --ca-out go together");
  return { options: readOptions(values), caFile: caFile && resolve(caFile) };
}

function readOptions(values: ReturnType<typeof parse>): EmulatorOptions {
  return {
    ...(values.host !== undefined && { host: values.host }),
    ...(values.port !== undefined && { port: wholeNumber("--port", values.port, 0, 65_535) }),
    ...(values["api-key"] !== undefined && { apiKey: values["api-key"] }),
    ...(values["server-key"] !== undefined && { serverKey: values["server-key"] }),
    ...(values["admin-token"] !== undefined && { adminToken: values["admin-token"] }),
    ...(values["rate-limit"] !== undefined && { rateLimit: rateLimit(values["rate-limit"]) }),
    secureMode: !values.insecure,
    singleUseAuthTokens: values["single-use"] ?? false,
    mtls: values.mtls ?? false,
    faults: parseFaults((values.fault ?? []).map(splitFaultSpec)),
  };
}

function parse(argv: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    host: text,
    port: text,
    "api-key": text,
    "server-key": text,
    "admin-token": text,
    insecure: flag,
    "single-use": flag,
    "rate-limit": text,
    mtls: flag,
    "ca-out": text,
    fault: { type: "string", multiple: true },
    help: { type: "boolean", short: "h" },
  } as const;
  try {
    return parseArgs({ args: [...argv], options, strict: true }).values;
  } catch (error) {
    throw new UsageError(types.isNativeError(error) ? error.message.split("\n", 1)[0] : "wrong arguments");
  }
}

function rateLimit(text: string) {
  return { requests: wholeNumber("--rate-limit", text, 1, 1_000_000), windowMs: rateLimitWindowMs };
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${name} must be a whole number from ${min} to ${max}`);
}

/** Every start makes a new authority, so the file of an earlier one is written over; any other is left alone. */
async function writeAuthority(path: string, ca: string): Promise<void> {
  if (await isForeign(path)) throw new FileError(`--ca-out ${path} exists and is not an emulator's certificate`);
  await writeFile(path, ca).catch((error: unknown) => {
    throw new FileError(`cannot write --ca-out ${path} (${codeOf(error)})`);
  });
}

/** Whether something is there that neither is empty nor came from here; what cannot be read is foreign too. */
async function isForeign(path: string): Promise<boolean> {
  try {
    const present = await readFile(path);
    return present.length > 0 && new X509Certificate(present).subject !== `CN=${authorityName}`;
  } catch (error) {
    return codeOf(error) !== "ENOENT";
  }
}

/** Lines that make a .env file for a gateway on this machine as they are. */
function settingsText({ url, apiKey, serverKey, adminToken }: Emulator, { options, caFile }: Command): string {
  const secureMode = options.secureMode !== false;
  const lines = [
    "# Amity emulator: fake keys, nothing real. Stop with Ctrl+C.",
    `AMITY_SG_BASE_URL=${url}`,
    `AMITY_SG_API_KEY=${apiKey}`,
    ...(secureMode ? [`AMITY_SG_SERVER_KEY=${serverKey}`] : []), // a gateway with a server key is a secure one
    "AUTH_MODE=none",
    ...(caFile ? [`AMITY_MTLS_CA_FILE=${quoted(caFile)}`] : []),
    `# Admin token, for bans, revocation and /__emulator: ${adminToken}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** A path may hold spaces; shells and .env files read single quotes alike. */
function quoted(path: string): string {
  return /^[\w./:@%+,-]+$/.test(path) ? path : `'${path}'`;
}

async function stopSignal(): Promise<void> {
  const stop = new AbortController();
  const signals = ["SIGINT", "SIGTERM"].map((name) => once(process, name, { signal: stop.signal }));
  await Promise.race(signals);
  stop.abort(); // takes the other listener away, so that a second signal ends the process
}

function explain(error: unknown): { code: number; text: string } {
  if (error instanceof EmulatorInProductionError) return { code: exitCodes.configuration, text: error.message };
  if (error instanceof FileError) return { code: exitCodes.failure, text: error.message };
  const reason = codeOf(error);
  return {
    code: exitCodes.failure,
    text: reason === "EADDRINUSE" ? "the port is in use" : `cannot listen (${reason})`,
  };
}

function codeOf(error: unknown): unknown {
  return types.isNativeError(error) && "code" in error ? error.code : undefined;
}
