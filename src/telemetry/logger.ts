import { hostname } from "node:os";
import { type DestinationStream, type Logger as PinoLogger, pino } from "pino";
import { version } from "../system/version.js";

/** What the gateway logs through: fixed texts and chosen fields, never an error object or a request. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
  /** For the audit: written at any level but silent. */
  audit(fields: object, message?: string): void;
  /** Are lines of this level written? What nobody reads need not be gathered. */
  isLevelEnabled(level: "debug" | "info"): boolean;
}

/** How log lines look: JSON for production, or what is made of it for people, with its line end. */
export type LogFormat = "json" | ((jsonLine: string) => string);

/** Takes a line with its line end. `isAudit`: it is the audit's. */
export type WriteLine = (line: string, isAudit: boolean) => void;

/** In every line, so that it can be told from those of other services. */
export const base = { pid: process.pid, hostname: hostname(), service: "amity-graphql", version };

/** A logger whose lines `write` takes. `level`: a pino level. */
export function createLogger(level: string, format: LogFormat, write: WriteLine): Logger {
  const lines = pino(
    { level, base },
    linesInto(format, (line) => write(line, false)),
  );
  const auditLines = pino(
    { level: level === "silent" ? "silent" : "info", base: { ...base, audit: true } },
    linesInto(format, (line) => write(line, true)),
  );
  return withAudit(lines, auditLines);
}

/** The line that says that the gateway serves: at every level, with its facts where lines are JSON. */
export function readyLine(format: LogFormat, url: string, facts: object): string {
  const text = `Listening on ${url}`;
  return format === "json" ? lineOf(format, "info", facts, text) : `${text}\n`;
}

/** The line of a log that stands where so many others are missing. */
export function lostLine(format: LogFormat, lines: number): string {
  return lineOf(format, "error", { lines }, "log lines are missing here: they could not be written");
}

function lineOf(format: LogFormat, level: "info" | "error", fields: object, message: string): string {
  let text = "";
  const logger = pino(
    { base },
    linesInto(format, (line) => (text = line)),
  );
  logger[level](fields, message);
  return text;
}

function linesInto(format: LogFormat, write: (line: string) => void): DestinationStream {
  return { write: format === "json" ? write : (line) => write(format(line)) };
}

/** A logger that writes nothing, for embedding. */
export const silentLogger: Logger = withAudit(pino({ level: "silent" }), pino({ level: "silent" }));

function withAudit(logger: PinoLogger, auditLogger: PinoLogger): Logger {
  return Object.assign(logger, {
    audit: (fields: object, message = "audit") => auditLogger.info(fields, message),
    isLevelEnabled: logger.isLevelEnabled.bind(logger),
  });
}
