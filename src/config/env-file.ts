import { parseEnv } from "node:util";
import { fileErrorCode, fileProblem, readRegularFileSync } from "../system/regular-file.js";
import type { Env } from "./reader.js";

/** What .env gives, or why it cannot be read in words that follow its name. */
export type EnvFile = { readonly settings: Env } | { readonly problem: string };

/** Node takes them from the environment before anybody reads a file. */
const tooLateInFile: ReadonlySet<string> = new Set(["NODE_DEBUG", "NODE_EXTRA_CA_CERTS", "NODE_OPTIONS"]);

/** What a file adds to an environment, under which it stands; or why it is of no use. */
export function addedBy({ settings }: { readonly settings: Env }, env: Env): EnvFile {
  const added = Object.entries(settings).filter(([name]) => env[name] === undefined);
  const late = added.find(([name]) => tooLateInFile.has(name))?.[0];
  if (late === undefined) return { settings: Object.fromEntries(added) };
  return { problem: `has ${late}, which Node takes from the environment alone: set it there` };
}

/** Reads a file of NAME=value lines; that there is none is no problem. */
export function readEnvFile(path: string): EnvFile {
  try {
    return settingsOf(readRegularFileSync(path));
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT") return { settings: {} };
    return { problem: fileProblem(error) ?? "cannot be read" };
  }
}

/** An empty line, a comment, or a setting, which in quotes may go over several lines. */
const entry = /^[ \t]*(#.*|(?:export[ \t]+)?[\w.-]+[ \t]*=[ \t]*(?:"[^"]*"|'[^']*'|`[^`]*`)?.*)?$/gm;

/**
 * Node takes a line that is no setting for a part of the next one's name, and both are lost; so it does with a comment
 * and a tab before them. It gets settings alone.
 */
function settingsOf(text: string): EnvFile {
  const lines = text.replace(/\r\n?/g, "\n");
  const at = lines.replace(entry, (found) => found.replace(/[^\n]/g, " ")).search(/\S/);
  if (at >= 0) return { problem: `has no NAME=value in line ${lines.slice(0, at).split("\n").length}` };
  const settings = [...lines.matchAll(entry)].flatMap(([, bare = "#"]) => (bare.startsWith("#") ? [] : [bare]));
  return { settings: parseEnv(settings.join("\n")) };
}
