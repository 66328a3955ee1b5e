import { type DestinationStream, type Logger as PinoLogger, pino } from "pino";
import pretty from "pino-pretty";

/** What the gateway logs through: fixed texts and chosen fields, never an error object or a request. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
  /** For the audit: written at any level but silent. */
  audit(fields: object): void;
}

/** How log lines look. */
export interface LogFormat {
  /** JSON lines for production; else text for people. */
  readonly json: boolean;
  readonly colour: boolean;
}

/** A logger whose lines `write` takes, each with its line end. `level`: a pino level. */
export function createLogger(level: string, format: LogFormat, write: (line: string) => void): Logger {
  return withAudit(pino({ level }, linesInto(format, write)));
}

/** The line of a log that stands where so many others are missing. */
export function lostLine(format: LogFormat, lines: number): string {
  let text = "";
  const logger = pino(
    {},
    linesInto(format, (line) => (text = line)),
  );
  logger.error({ lines }, "log lines are missing here: they could not be written");
  return text;
}

function linesInto({ json, colour }: LogFormat, write: (line: string) => void): DestinationStream {
  if (json) return { write };
  const toText = pretty.prettyFactory({ colorize: colour, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss" });
  return { write: (line) => write(toText(line)) };
}

/** A logger that writes nothing, for embedding. */
export const silentLogger: Logger = withAudit(pino({ level: "silent" }));

function withAudit(logger: PinoLogger): Logger {
  const auditor = logger.child({ audit: true }, { level: logger.level === "silent" ? "silent" : "info" });
  return Object.assign(logger, { audit: (fields: object) => auditor.info(fields, "audit") });
}

/**
 * What may be logged of an error that nobody expected: its class and the places in the code. Its text stays out, for
 * it may quote a secret.
 */
export function errorFields(error: unknown): { error: string; stack?: string[] } {
  if (!(error instanceof Error)) return { error: typeof error };
  const stack = placesOf(error);
  return { error: error.name, ...(stack && { stack }) };
}

/** The stack behind the text, whose own lines may look like places; none when the text was changed since. */
function placesOf({ stack, message }: Error): string[] | undefined {
  const start = typeof stack === "string" ? stack.indexOf(message) : -1;
  if (start < 0) return undefined;
  return stack
    ?.slice(start + message.length)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at "));
}
