import { fields, fileNames, isKnown, notBuiltYet } from "./fields.js";

export type Env = Readonly<Record<string, string | undefined>>;
type ReadFile = (path: string) => string;

/** Reads single variables and collects what is wrong with them. Texts name a variable and never its value. */
export class Reader {
  readonly problems: string[];

  constructor(
    private readonly env: Env,
    private readonly readFile: ReadFile,
  ) {
    this.problems = [...emptyVariables(env), ...unbuiltVariables(env)];
  }

  problem(text: string): void {
    this.problems.push(text);
  }

  /** Known variables of this prefix that are set. */
  given(prefix: string): string[] {
    return Object.keys(this.env).filter((name) => name.startsWith(prefix) && this.env[name] && isKnown(name));
  }

  /** Is NAME or NAME_FILE there at all, usable or not? */
  isGiven(name: string): boolean {
    return this.env[name] !== undefined || this.env[`${name}_FILE`] !== undefined;
  }

  text(name: string): string | undefined {
    return this.env[name] || undefined;
  }

  /** A variable that something else makes necessary; empty when it is missing, which is a problem. */
  required(name: string, because: string): string {
    const value = this.text(name);
    if (value === undefined && this.env[name] === undefined) this.problem(`${name} must be set with ${because}`);
    return value ?? "";
  }

  /** Entries between commas. */
  list(name: string): string[] {
    const entries = this.text(name)
      ?.split(",")
      .map((entry) => entry.trim());
    return entries?.filter((entry) => entry !== "") ?? [];
  }

  choice<const T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) this.problem(`${name} must be one of ${choices.join(", ")}`);
    return choice ?? fallback;
  }

  integer(name: string, least: number, most: number, fallback: number): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= least && number <= most) return number;
    this.problem(`${name} must be a whole number from ${least} to ${most}`);
    return fallback;
  }

  /** From NAME, or from the file that NAME_FILE names, without one line end at its end. */
  textOrFile(name: string): string | undefined {
    const path = this.text(`${name}_FILE`);
    if (path === undefined) return this.text(name);
    if (this.text(name) !== undefined) this.problem(`${name} and ${name}_FILE are both set: keep one`);
    return withoutLineEnd(this.file(`${name}_FILE`, path) ?? "") || undefined;
  }

  /** A key that is sent in an HTTP header. */
  headerSecret(name: string): Secret | undefined {
    const value = this.textOrFile(name);
    if (value === undefined) return undefined;
    const path = this.text(`${name}_FILE`);
    if (isHeaderValue(value)) return { name, value, path };
    this.problem(`${name} holds a value that cannot be an HTTP header`);
    return undefined;
  }

  /** The text of the file that a variable names; undefined when it is empty or cannot be read, which is a problem. */
  file(name: string, path: string): string | undefined {
    try {
      const text = this.readFile(path);
      if (text.trim() !== "") return text;
      this.problem(`${name} names an empty file`);
    } catch {
      this.problem(`${name} names a file that cannot be read`);
    }
    return undefined;
  }
}

/** A secret as it was given. */
export interface Secret {
  /** Its variable's name, without _FILE. */
  readonly name: string;
  readonly value: string;
  /** The file that it came from, which may hold another one later. */
  readonly path: string | undefined;
}

/** Visible ASCII, spaces inside only: what every HTTP implementation carries unchanged. */
export function isHeaderValue(value: string): boolean {
  return /^[!-~](?:[ -~]*[!-~])?$/.test(value);
}

/** Editors and secret stores end a file with a line end that is not part of the secret. */
export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, "");
}

function emptyVariables(env: Env): string[] {
  const names = [...fields.map(({ name }) => name), ...fileNames];
  return names.filter((name) => env[name] === "").map((name) => `${name} is empty: give it a value or unset it`);
}

function unbuiltVariables(env: Env): string[] {
  return Object.keys(env)
    .filter((name) => env[name] !== undefined && notBuiltYet.some((pattern) => pattern.test(name)))
    .map((name) => `${name} is not supported by this version: unset it`);
}
