import { likely } from "../system/likely.js";
import { notBuiltYet, variables } from "./fields.js";
import type { Env } from "./reader.js";

/** Two are Node's, but a slip in their names switches production off, or loses an authority. */
const names = [...variables.keys(), "NODE_ENV", "NODE_EXTRA_CA_CERTS"];
const proxyVariables = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/**
 * Variables that look like ours and are not read, each with a warning. AMITY_, AUTH_JWT_ and AUTH_JWKS_ begin what is
 * ours.
 */
export function misspellings(env: Env): (readonly [name: string, warning: string])[] {
  return Object.keys(env).flatMap((name) => {
    if (names.includes(name) || isForOthers(name, env)) return [];
    if (notBuiltYet.some((pattern) => pattern.test(name))) return [];
    const meant = likely(name, names) ?? withoutItsEnd(name);
    if (meant !== undefined) return [[name, `${name} is not read: did you mean ${meant}?`]];
    return /^(?:AMITY_|AUTH_JW)/i.test(name) ? [[name, `${name} is not read: no setting has a name like it`]] : [];
  });
}

/** Whoever leaves out a unit or _FILE writes the beginning of a name. One word alone begins too much of others'. */
function withoutItsEnd(name: string): string | undefined {
  return name.includes("_") ? names.find((candidate) => candidate.startsWith(`${name.toUpperCase()}_`)) : undefined;
}

/** Go's is near to NO_PROXY; and whoever sets HTTP_PROXY beside the proxy that counts means plain HTTP. */
function isForOthers(name: string, env: Env): boolean {
  if (/^http_proxy$/i.test(name)) return proxyVariables.some((variable) => env[variable]);
  return name === "GOPROXY";
}
