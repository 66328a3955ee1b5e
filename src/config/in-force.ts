import { type ReadSettings, readSettings } from "./config.js";
import { isProduction } from "./environment.js";
import type { Field } from "./field-kinds.js";
import { fields, notBuiltYet, variablesOf } from "./fields.js";
import { misspellings } from "./misspellings.js";
import type { Env } from "./reader.js";
import { settledValues } from "./settled-values.js";
import { shown } from "./shown.js";

/** Where variables stand. */
type Place = "environment" | ".env";

/** Where a value comes from: from nobody, from a variable, or from the file that a variable names. */
export type Source =
  | { readonly kind: "default" }
  | { readonly kind: Place; readonly variable: string }
  /** Without a file there is no path: the variable may hold anything then. */
  | { readonly kind: "file"; readonly variable: string; readonly place: Place; readonly path?: string };

/** One setting. No text of it holds a secret. */
export interface Setting {
  readonly name: string;
  /** What holds, `set` where nobody may see it; absent when nothing does. */
  readonly value?: string;
  /** Of an absent value: `refused`, or what its absence amounts to. */
  readonly note?: string;
  readonly source: Source;
}

/** A variable that looks like one of ours and gives nothing. */
export interface UnreadVariable {
  readonly name: string;
  readonly why: "unknown" | "not supported" | "ignored: set by the platform";
}

export interface InForce {
  readonly production: boolean;
  readonly settings: readonly Setting[];
  readonly unread: readonly UnreadVariable[];
  /** As loadConfig gives them. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Node's own variables that count here, too. */
const nodeFields: Readonly<Record<string, Field>> = {
  NODE_ENV: { kind: "text", unset: "not production", meaning: "Whether it is production" },
  NODE_EXTRA_CA_CERTS: { kind: "path", meaning: "Certificates to trust besides Node's own" },
};

/**
 * Every setting with what holds and where it comes from, be there problems or not. `fromEnvFile`: the variables that
 * .env gave to the environment.
 */
export function settingsInForce(
  env: Env,
  fromEnvFile: ReadonlySet<string>,
  readFile: (path: string) => string,
): InForce {
  const read = readSettings(env, readFile);
  const settled = read.config ? settledValues(read.config) : {};
  const settings = Object.entries({ ...nodeFields, ...fields }).map(([name, field]): Setting => {
    const variable = variableInForce(name, field, read.env);
    if (variable === undefined) return unsetSetting(name, field, settled[name]);
    const place = fromEnvFile.has(variable) ? ".env" : "environment";
    return givenSetting({ name, field, variable, place, settled: settled[name] }, read, readFile);
  });
  const { problems, warnings } = read;
  return { production: isProduction(read.env), settings, unread: unreadVariables(read), problems, warnings };
}

function unsetSetting(name: string, field: Field, settled: string | undefined): Setting {
  const value = settled ?? ("default" in field ? String(field.default) : undefined);
  const source = { kind: "default" } as const;
  if (value !== undefined) return { name, value, source };
  return { name, ...(field.unset !== undefined && { note: field.unset }), source };
}

interface Given {
  readonly name: string;
  readonly field: Field;
  readonly variable: string;
  readonly place: Place;
  readonly settled: string | undefined;
}

function givenSetting(
  { name, field, variable, place, settled }: Given,
  read: ReadSettings,
  readFile: (path: string) => string,
): Setting {
  const isFile = (path: string) => canRead(path, readFile);
  const text = read.reader.textOf(variable);
  const isRefused = read.problems.some((problem) => variablesOf(name, field).some((one) => begins(problem, one)));
  const value = isRefused || text === undefined ? undefined : (settled ?? shown(field, text, isFile));
  const told = value === undefined ? { note: "refused" } : { value };
  if (variable !== `${name}_FILE`) return { name, ...told, source: { kind: place, variable } };
  const path = text !== undefined && isFile(text) ? { path: text } : {};
  return { name, ...told, source: { kind: "file", variable, place, ...path } };
}

/** Of several the last counts: NAME_FILE before NAME, and the name in lower case. */
function variableInForce(name: string, field: Field, env: Env): string | undefined {
  const isGiven = (text: string | undefined) => text !== undefined && !("shared" in field && text === "");
  return variablesOf(name, field).findLast((variable) => isGiven(env[variable]));
}

/** Problems begin with the variable that they are about. */
function begins(problem: string, variable: string): boolean {
  return problem.startsWith(variable) && !/^\w/.test(problem.slice(variable.length));
}

function canRead(path: string, readFile: (path: string) => string): boolean {
  try {
    readFile(path);
    return true;
  } catch {
    return false;
  }
}

function unreadVariables({ env, ignored }: ReadSettings): UnreadVariable[] {
  const unsupported = Object.keys(env).filter(
    (name) => env[name] !== undefined && notBuiltYet.some((pattern) => pattern.test(name)),
  );
  return [
    ...misspellings(env).map(([name]) => ({ name, why: "unknown" }) as const),
    ...unsupported.map((name) => ({ name, why: "not supported" }) as const),
    ...ignored.map((name) => ({ name, why: "ignored: set by the platform" }) as const),
  ];
}
