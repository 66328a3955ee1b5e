import pretty from "pino-pretty";
import { base, type LogFormat } from "./logger.js";

/** Log lines as text for people, who know what process they look at. Production loads none of it. */
export function textLines(colour: boolean): LogFormat {
  return pretty.prettyFactory({
    colorize: colour,
    ignore: Object.keys(base).join(),
    translateTime: "SYS:HH:MM:ss",
  });
}
