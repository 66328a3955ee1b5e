import type { Env } from "./reader.js";

/** Does an environment, this process's own unless another is given, call itself production? */
export function isProduction(env: Env = process.env): boolean {
  return env["NODE_ENV"] === "production";
}
