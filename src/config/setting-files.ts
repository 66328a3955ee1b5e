import { type Clock, systemClock } from "../system/clock.js";
import { inTime, Late } from "../system/in-time.js";
import { readRegularFile } from "../system/regular-file.js";
import { lineOf, UnusableText } from "../system/setting-text.js";
import { fields, variables } from "./fields.js";
import type { Env } from "./reader.js";

/** A file that a setting names. */
export interface SettingFile {
  readonly variable: string;
  readonly path: string;
  /** Does it hold what nobody else may read? */
  readonly isSecret: boolean;
}

/** Every file that an environment names for a setting, be it there or not. */
export function settingFiles(env: Env): SettingFile[] {
  const named = [...variables].flatMap(([variable, name]) => {
    const field = fields[name];
    if (field.kind === "path") return [{ variable, isSecret: "holdsSecret" in field }];
    return variable === `${name}_FILE` ? [{ variable, isSecret: field.kind === "secret" }] : [];
  });
  const ours = named.flatMap(({ variable, isSecret }) => {
    const path = pathIn(env[variable]);
    return path === undefined ? [] : [{ variable, path, isSecret }];
  });
  const { NODE_EXTRA_CA_CERTS: path } = env;
  // Node takes it as it is.
  return path ? [...ours, { variable: "NODE_EXTRA_CA_CERTS", path, isSecret: false }] : ours;
}

/** Does a variable hold a secret itself? */
export function isSecretVariable(variable: string): boolean {
  const name = variables.get(variable);
  return name === variable && fields[name].kind === "secret";
}

/** Nothing where the reader of settings finds no path either. */
function pathIn(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : lineOf(text);
  } catch {
    return undefined;
  }
}

/** How long the files of settings may take to read, all together. Milliseconds. */
const timeLimitMs = 5_000;

interface Tools {
  readonly clock?: Pick<Clock, "after">;
  readonly read?: (path: string) => Promise<string>;
}

/**
 * Reads every file that settings name, so that a mount that hangs holds nobody up for ever. Gives what loadConfig reads
 * them with; of one that did not come in time it says so. (Node ends only when the mount lets go of it.)
 */
export async function readSettingFiles(
  env: Env,
  { clock = systemClock, read = readRegularFile }: Tools = {},
): Promise<(path: string) => string> {
  const paths = new Set(settingFiles(env).map(({ path }) => path));
  const outcomes = new Map<string, () => string>();
  await Promise.all(
    [...paths].map(async (path) => {
      outcomes.set(path, await outcomeOf(inTime(read(path), timeLimitMs, clock)));
    }),
  );
  return (path) => {
    const outcome = outcomes.get(path);
    if (!outcome) throw new UnusableText("was not read");
    return outcome();
  };
}

/** Gives the text, or throws what went wrong, as often as it is asked. */
async function outcomeOf(reading: Promise<string>): Promise<() => string> {
  try {
    const text = await reading;
    return () => text;
  } catch (error) {
    const problem =
      error instanceof Late ? new UnusableText("cannot be read in time: its disk or mount hangs", "timeout") : error;
    return () => {
      throw problem;
    };
  }
}
