import { parseArgs } from "node:util";
import { type Gateway, startGateway } from "../app.js";
import { type Config, ConfigError, loadConfig } from "../config/config.js";
import { configHelp } from "../config/help.js";
import { hostsByProxy } from "../config/outgoing.js";
import type { Env } from "../config/reader.js";
import { readSettingFiles } from "../config/setting-files.js";
import { CannotListen } from "../server/http.js";
import { systemClock } from "../system/clock.js";
import { errorFields } from "../telemetry/error-fields.js";
import type { LogSink } from "../telemetry/log-sink.js";
import { createLogger, type LogFormat, type Logger, readyLine } from "../telemetry/logger.js";
import { type Complain, standardError, standardOutput } from "../telemetry/standard-output.js";
import { exitCodes } from "./exit-codes.js";
import { missingKeys, startFacts } from "./start-facts.js";

const help = `Usage: amity-graphql [start]

Serves the GraphQL API until SIGINT or SIGTERM; SIGHUP reads keys and certificates again, and opens the audit's file anew. Configured by the environment
and by .env in the working directory. Without any Amity key it runs against the embedded Amity emulator.

${configHelp()}
`;

/** Serves until a signal. Gives the exit code: 0, 1 (cannot listen), 70 (a fault of ours), 78 (configuration). */
export async function startCommand(argv: readonly string[], env: Env): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: { help: { type: "boolean", short: "h" } } });
  if (values.help) {
    process.stdout.write(help);
    return exitCodes.ok;
  }
  const { config, problems, warnings } = loadConfig(env, await readSettingFiles(env));
  if (!config) return refuse([...problems, ...warnings]);
  const format = await formatFor(config, env);
  const complain = standardError();
  const output = standardOutput(format, complain);
  try {
    return await serve(
      config,
      createLogger(config.logLevel, format, (line, isAudit) => output.write(line, isAudit)),
      { output, format, complain },
      warnings,
    );
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return refuse(error.problems);
  } finally {
    await output.close();
  }
}

async function formatFor({ production }: Config, env: Env): Promise<LogFormat> {
  if (production) return "json";
  const { textLines } = await import("../telemetry/text-lines.js");
  // NO_COLOR and TERM=dumb count too.
  return textLines(process.stdout.isTTY && process.stdout.hasColors(env));
}

function refuse(lines: readonly string[]): number {
  process.stderr.write(`amity-graphql cannot start:\n${lines.map((line) => `  ${line}\n`).join("")}`);
  return exitCodes.configuration;
}

interface Outlets {
  readonly output: LogSink;
  readonly format: LogFormat;
  readonly complain: Complain;
}

async function serve(
  config: Config,
  logger: Logger,
  { output, format, complain }: Outlets,
  warnings: readonly string[],
): Promise<number> {
  for (const warning of warnings) logger.warn({}, warning);
  for (const { region, text } of missingKeys(config)) logger.warn({ region }, text);
  for (const [proxy, hosts] of hostsByProxy(config))
    logger.info({ proxy, hosts }, "these hosts are reached by a proxy");
  let reload: (() => Promise<void>) | undefined;
  process.on("SIGHUP", () => void reload?.());
  const gateway = await listen(config, logger, output);
  if (!gateway) return exitCodes.failure;
  if (config.auth.mode === "none") {
    logger.warn({}, "AUTH_MODE=none: whoever reaches this address from this machine can mint tokens for any user");
  }
  // The one line with a key: it opens nothing but the emulator, and whoever started it wants to follow the link.
  if (gateway.inspectorUrl) logger.info({}, `The emulator shows what it holds and is asked: ${gateway.inspectorUrl}`);
  if (gateway.adminUrl) logger.info({ url: gateway.adminUrl }, "metrics and health");
  reload = gateway.reload;
  const stopped = untilStopped(logger, complain);
  // Only now, when signals are heard, may anybody know that it serves.
  output.write(readyLine(format, gateway.url, startFacts(config, gateway.adminUrl)));
  const exitCode = await stopped;
  reload = undefined;
  await gateway.stop();
  return exitCode;
}

async function listen(config: Config, logger: Logger, output: LogSink): Promise<Gateway | undefined> {
  try {
    return await startGateway(config, { logger, logSink: output });
  } catch (error) {
    if (!(error instanceof CannotListen)) throw error;
    const { setting, code } = error;
    const place = `HOST ${config.host}, ${setting === "ADMIN_PORT" ? `ADMIN_PORT ${config.adminPort}` : `PORT ${config.port}`}`;
    const why = setting === "HOST" ? "HOST is no address of this machine; unset it, or name one" : listenHints[code];
    process.stderr.write(`amity-graphql cannot listen on ${place}: ${code}${why ? ` (${why})` : ""}\n`);
    return undefined;
  }
}

const listenHints: Readonly<Record<string, string>> = {
  EADDRINUSE: "another process has this port",
  EACCES: "this process's user may not take this port",
};

/** A terminal signals npm and us, and npm passes it on: what comes within this time is the same wish. Milliseconds. */
const sameSignalMs = 1_000;

/** The first signal asks for a graceful end; another one later ends the process at once. */
function untilStopped(logger: Logger, complain: Complain): Promise<number> {
  return new Promise((resolve) => {
    let stoppingSince: number | undefined;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        if (stoppingSince !== undefined) {
          if (systemClock.elapsed() - stoppingSince < sameSignalMs) return;
          process.removeAllListeners(signal);
          process.kill(process.pid, signal);
        }
        stoppingSince = systemClock.elapsed();
        logger.info({ signal }, "stopping");
        resolve(exitCodes.ok);
      });
    }
    let hasFailed = false;
    for (const fault of ["uncaughtException", "unhandledRejection"] as const) {
      // For all of them: Node would print the text of one that nobody hears.
      process.on(fault, (error: unknown) => {
        const fields = errorFields(error);
        logger.fatal(fields, "unexpected fault: stopping");
        // The log may be what cannot be written.
        if (!hasFailed) complain(`amity-graphql failed: ${JSON.stringify(fields)}\n`);
        hasFailed = true;
        resolve(exitCodes.fault);
      });
    }
  });
}
