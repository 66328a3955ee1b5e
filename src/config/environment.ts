import { likely } from "../system/likely.js";
import { lineOf, UnusableText } from "../system/setting-text.js";
import type { Env } from "./reader.js";

const production = "production";

/**
 * Does an environment, this process's own unless another is given, call itself production? What may have been meant so
 * counts, or a slip would switch production off in silence.
 */
export function isProduction(env: Env = process.env): boolean {
  const text = env["NODE_ENV"];
  return nodeEnvProblem(env) !== undefined || (text !== undefined && lineOf(text) === production);
}

/** What is wrong with NODE_ENV, in words that quote nothing of it. An empty one would stand before that of .env. */
export function nodeEnvProblem({ NODE_ENV: text }: Env): string | undefined {
  if (text === undefined) return undefined;
  try {
    const value = lineOf(text);
    const isSlip =
      value !== production && (/^(?:prod|prd|live)$/i.test(value) || likely(value, [production]) !== undefined);
    return isSlip ? `NODE_ENV is not ${production} but looks like it: did you mean ${production}?` : undefined;
  } catch (error) {
    return `NODE_ENV ${error instanceof UnusableText ? error.message : "cannot be read"}`;
  }
}

/** The options that Node itself was started with. */
export const execArgv: readonly string[] = process.execArgv;

/** The flags that Node itself was started with, as it takes them: the last of a name wins. */
export function nodeFlags({ NODE_OPTIONS: options = "" }: Env = process.env): readonly string[] {
  return [...options.split(/\s+/), ...execArgv];
}
