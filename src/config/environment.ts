import { likely } from "../system/likely.js";
import { lineOf, UnusableText } from "../system/setting-text.js";
import type { Env } from "./reader.js";

/** Does an environment, this process's own unless another is given, call itself production? */
export function isProduction(env: Env = process.env): boolean {
  return env["NODE_ENV"]?.replace(/(?:\r\n?|\n)$/, "") === production;
}

/** What is wrong with NODE_ENV: a slip in it would switch production off in silence. */
export function nodeEnvProblem({ NODE_ENV: name }: Env): string | undefined {
  if (name === undefined || name === "") return undefined;
  try {
    const value = lineOf(name);
    const isSlip =
      value !== production && (value.toLowerCase() === "prod" || likely(value, [production]) !== undefined);
    return isSlip ? `NODE_ENV is not ${production} but looks like it: did you mean ${production}?` : undefined;
  } catch (error) {
    return `NODE_ENV ${error instanceof UnusableText ? error.message : "cannot be read"}`;
  }
}

const production = "production";
