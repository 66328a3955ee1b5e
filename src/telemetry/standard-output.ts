import { constants, openSync, write } from "node:fs";
import { isatty } from "node:tty";
import { type Clock, systemClock } from "../system/clock.js";
import { LogSink, type WriteBytes } from "./log-sink.js";
import { createLogger, type LogFormat, type Logger, lostLine } from "./logger.js";

/** Says something on stderr. The text has its line end. */
export type Complain = (text: string) => void;

/** The process's log on stdout. Nothing of it waits for a reader or a full disk. */
export function standardOutput(
  format: LogFormat,
  complain: Complain = standardError(),
  clock: Clock = systemClock,
): LogSink {
  return new LogSink({
    write: writerTo("stdout"),
    clock,
    lostLine: (lines) => lostLine(format, lines),
    complain: (text) => complain(`amity-graphql: ${text}`),
  });
}

/** A log of JSON lines on stdout. `level`: a pino level. */
export function standardLog(level: string): { readonly logger: Logger; readonly logSink: LogSink } {
  const logSink = standardOutput("json");
  const logger = createLogger(level, "json", (line, isAudit) => logSink.write(line, isAudit));
  return { logger, logSink };
}

/** Nothing of this waits either. */
export function standardError(): Complain {
  const write = writerTo("stderr");
  // There is nobody left to tell that this failed too.
  return (text) => write(Buffer.from(text), () => {});
}

function writerTo(name: "stdout" | "stderr"): WriteBytes {
  // A stream without a listener would make an uncaught exception of a warning of Node's that nobody could take.
  process[name].on("error", () => {});
  const descriptor = unblocked(process[name].fd);
  return (bytes, done) => write(descriptor, bytes, 0, bytes.length, null, done);
}

/**
 * A descriptor whose writes never wait for a reader: one that did would hold up the process's end. Node has seen to it
 * for pipes and sockets when their stream is made. A terminal, which Ctrl-S stops, needs a descriptor of its own.
 */
function unblocked(descriptor: number): number {
  if (!isatty(descriptor)) return descriptor;
  try {
    return openSync(`/dev/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return descriptor;
  }
}
