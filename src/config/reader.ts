import { fields, notBuiltYet } from "./fields.js";

export type Env = Readonly<Record<string, string | undefined>>;

/** Reads single variables and collects what is wrong with them. Texts name a variable and never its value. */
export interface Reader {
  readonly problems: string[];
  problem(text: string): void;
  /** Is NAME or NAME_FILE there at all, usable or not? */
  isGiven(name: string): boolean;
  text(name: string): string | undefined;
  choice<const T extends string>(name: string, choices: readonly T[], fallback: T): T;
  integer(name: string, least: number, most: number, fallback: number): number;
  /** From NAME, or from the file that NAME_FILE names. */
  secret(name: string): string | undefined;
}

/** A reader over an environment; finds empty, unbuilt and doubly given variables at once. */
export function createReader(env: Env, readFile: (path: string) => string): Reader {
  const problems = [...emptyVariables(env), ...unbuiltVariables(env)];
  const problem = (text: string) => {
    problems.push(text);
  };
  const text = (name: string) => env[name] || undefined;
  return {
    problems,
    problem,
    isGiven: (name) => env[name] !== undefined || env[`${name}_FILE`] !== undefined,
    text,
    choice(name, choices, fallback) {
      const value = text(name);
      if (value === undefined) return fallback;
      const choice = choices.find((candidate) => candidate === value);
      if (choice === undefined) problem(`${name} must be one of ${choices.join(", ")}`);
      return choice ?? fallback;
    },
    integer(name, least, most, fallback) {
      const value = text(name);
      if (value === undefined) return fallback;
      const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
      if (number >= least && number <= most) return number;
      problem(`${name} must be a whole number from ${least} to ${most}`);
      return fallback;
    },
    secret(name) {
      const path = text(`${name}_FILE`);
      if (path === undefined) return headerValue(name, text(name), problem);
      if (text(name) !== undefined) problem(`${name} and ${name}_FILE are both set: keep one`);
      return headerValue(`${name}_FILE`, readSecretFile(`${name}_FILE`, path, readFile, problem), problem);
    },
  };
}

function emptyVariables(env: Env): string[] {
  const names = fields.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]));
  return names.filter((name) => env[name] === "").map((name) => `${name} is empty: give it a value or unset it`);
}

function unbuiltVariables(env: Env): string[] {
  return Object.keys(env)
    .filter((name) => env[name] !== undefined && notBuiltYet.some((pattern) => pattern.test(name)))
    .map((name) => `${name} is not supported by this version: unset it`);
}

function readSecretFile(
  name: string,
  path: string,
  readFile: (path: string) => string,
  problem: (text: string) => void,
): string | undefined {
  try {
    const value = readFile(path).replace(/\r?\n$/, "");
    if (value !== "") return value;
    problem(`${name} names an empty file`);
  } catch {
    problem(`${name} names a file that cannot be read`);
  }
  return undefined;
}

/** Visible ASCII, spaces inside only: what every HTTP implementation carries unchanged. */
function headerValue(name: string, value: string | undefined, problem: (text: string) => void): string | undefined {
  if (value === undefined || /^[!-~](?:[ -~]*[!-~])?$/.test(value)) return value;
  problem(`${name} holds a value that cannot be an HTTP header`);
  return undefined;
}
