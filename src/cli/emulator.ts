import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { types } from "node:util";
import type { Env } from "../config/reader.js";
import { authorityName } from "../emulator/options.js";
import { type Emulator, EmulatorInProductionError, startEmulator } from "../emulator/server.js";
import { type Command, help, readArguments, UsageError } from "./emulator-arguments.js";
import { exitCodes } from "./exit-codes.js";
import { usage } from "./usage.js";

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

class FileError extends Error {}

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
function settingsText(
  { url, apiKey, serverKey, adminToken, inspectorUrl, visitorSecret }: Emulator,
  { options, caFile }: Command,
): string {
  const secureMode = options.secureMode !== false;
  const lines = [
    "# Amity emulator: fake keys, nothing real. Stop with Ctrl+C.",
    `AMITY_SG_BASE_URL=${url}`,
    `AMITY_SG_API_KEY=${apiKey}`,
    ...(secureMode ? [`AMITY_SG_SERVER_KEY=${serverKey}`] : []), // a gateway with a server key is a secure one
    "AUTH_MODE=none",
    ...(caFile ? [`AMITY_MTLS_CA_FILE=${quoted(caFile)}`] : []),
    ...(options.secureVisitorMode
      ? [`AMITY_SG_VISITOR_SECRET=${visitorSecret}`, "VISITORS=on"]
      : [`# Visitor secret: ${visitorSecret}`]),
    `# Admin token, for bans and revocation: ${adminToken}`,
    `# Inspector, for a browser on this machine: ${inspectorUrl}`,
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
