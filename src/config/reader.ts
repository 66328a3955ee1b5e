import { isTrustedUrl } from "../system/loopback.js";
import { fileProblem } from "../system/regular-file.js";
import type { ChoiceField, IntegerField, PathField, TextField } from "./field-kinds.js";
import { type ChoiceOf, type FieldName, fields, type NameOf, notBuiltYet, variables } from "./fields.js";
import { demandOf } from "./words.js";

export type Env = Readonly<Record<string, string | undefined>>;
type ReadFile = (path: string) => string;
/** Names of settings whose text stands in the variable itself and nowhere else. */
type PlainName = Exclude<NameOf<"text" | "path">, NameOf<"text", { orFile: true }>>;

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

  /** The value is not what the list of settings demands. */
  refuse(name: FieldName): void {
    this.problem(`${name} ${demandOf(fields[name])}`);
  }

  /** Known variables of this prefix that are set. */
  given(prefix: string): string[] {
    return Object.keys(this.env).filter((name) => name.startsWith(prefix) && this.env[name] && variables.has(name));
  }

  /** Is NAME or NAME_FILE there at all, usable or not? */
  isGiven(name: FieldName): boolean {
    return this.env[name] !== undefined || this.env[`${name}_FILE`] !== undefined;
  }

  /** The value, or the setting's default. */
  text(name: NameOf<"text", { default: string }>): string;
  text(name: PlainName): string | undefined;
  text(name: PlainName): string | undefined {
    const field: TextField | PathField = fields[name];
    return this.#raw(name) ?? ("default" in field ? field.default : undefined);
  }

  /** A variable that something else makes necessary; empty when it is missing, which is a problem. */
  required(name: PlainName, because: string): string {
    const value = this.text(name);
    if (value === undefined && this.env[name] === undefined) this.problem(`${name} must be set with ${because}`);
    return value ?? "";
  }

  /** What stands between the commas, be it nothing; undefined when the variable is not set. */
  entries(name: NameOf<"list">): string[] | undefined {
    return this.#raw(name)
      ?.split(",")
      .map((entry) => entry.trim());
  }

  /** The entries that are not empty. */
  list(name: NameOf<"list">): string[] {
    return this.entries(name)?.filter((entry) => entry !== "") ?? [];
  }

  choice<Name extends NameOf<"choice", { default: string }>>(name: Name): ChoiceOf<Name>;
  choice<Name extends NameOf<"choice">>(name: Name): ChoiceOf<Name> | undefined;
  choice(name: NameOf<"choice">): string | undefined {
    const field: ChoiceField = fields[name];
    const value = this.#raw(name);
    if (value === undefined) return field.default;
    const wanted = field.anyCase ? value.toLowerCase() : value;
    if (Object.hasOwn(field.choices, wanted)) return wanted;
    this.refuse(name);
    return field.default;
  }

  integer(name: NameOf<"integer", { default: number }>): number;
  integer(name: NameOf<"integer">): number | undefined;
  integer(name: NameOf<"integer">): number | undefined {
    const field: IntegerField = fields[name];
    const value = this.#raw(name);
    if (value === undefined) return field.default;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= field.least && number <= field.most) return number;
    this.refuse(name);
    return field.default;
  }

  url(name: NameOf<"url">): URL | undefined {
    const text = this.#raw(name);
    if (text === undefined) return undefined;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url && isTrustedUrl(url) && !url.username && !url.password) return url;
    this.refuse(name);
    return undefined;
  }

  /** From NAME, or from the file that NAME_FILE names, without one line end at its end. */
  textOrFile(name: NameOf<"text" | "secret", { orFile: true }>): string | undefined {
    const path = this.#raw(`${name}_FILE`);
    if (path === undefined) return this.#raw(name);
    if (this.#raw(name) !== undefined) this.problem(`${name} and ${name}_FILE are both set: keep one`);
    return withoutLineEnd(this.file(`${name}_FILE`, path) ?? "") || undefined;
  }

  /** A key that is sent in an HTTP header. */
  headerSecret(name: NameOf<"secret">): Secret | undefined {
    const value = this.textOrFile(name);
    if (value === undefined) return undefined;
    const path = this.#raw(`${name}_FILE`);
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
    } catch (error) {
      this.problem(`${name} names a file that ${fileProblem(error) ?? "cannot be read"}`);
    }
    return undefined;
  }

  #raw(variable: string): string | undefined {
    return this.env[variable] || undefined;
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
  return [...variables.keys()]
    .filter((name) => env[name] === "")
    .map((name) => `${name} is empty: give it a value or unset it`);
}

function unbuiltVariables(env: Env): string[] {
  return Object.keys(env)
    .filter((name) => env[name] !== undefined && notBuiltYet.some((pattern) => pattern.test(name)))
    .map((name) => `${name} is not supported by this version: unset it`);
}
