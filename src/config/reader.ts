import { likely } from "../system/likely.js";
import { isTrustedUrl } from "../system/loopback.js";
import { fileProblem, hintOf } from "../system/regular-file.js";
import { documentOf, entriesOf, lineOf } from "../system/setting-text.js";
import type { ChoiceField, Field, IntegerField, OutletField, PathField, TextField } from "./field-kinds.js";
import { type ChoiceOf, type FieldName, fields, type NameOf, notBuiltYet, variables } from "./fields.js";
import { demandOf } from "./words.js";

export type Env = Readonly<Record<string, string | undefined>>;
type ReadFile = (path: string) => string;
/** Names of settings whose text stands in the variable itself and nowhere else. */
type PlainName = NameOf<"text" | "path" | "outlet">;

/**
 * Reads single variables and collects what is wrong with them. Every text is judged once, by the one rule for settings,
 * before anything is read of it. Problems name a variable and never its value.
 */
export class Reader {
  readonly problems: string[];
  readonly warnings: string[] = [];
  /** Those that can be used. */
  readonly #values = new Map<string, string>();

  constructor(
    private readonly env: Env,
    private readonly readFile: ReadFile,
  ) {
    this.problems = unbuiltVariables(env);
    for (const [variable, name] of variables) {
      const isShared = "shared" in fields[name];
      const text = isShared ? env[variable] || undefined : env[variable];
      const form = variable === name || isShared ? formOf(fields[name].kind) : lineOf;
      const value = text === undefined ? undefined : this.#use(variable, () => form(text));
      if (value !== undefined) this.#values.set(variable, value);
    }
  }

  /** Said once, however many settings depend on what is wrong. */
  problem(text: string): void {
    if (!this.problems.includes(text)) this.problems.push(text);
  }

  warning(text: string): void {
    this.warnings.push(text);
  }

  /** The value is not what the list of settings demands. `meant`: what it probably should be. */
  refuse(name: FieldName, meant?: string): void {
    this.problem(`${name} ${demandOf(fields[name])}${meant === undefined ? "" : `: did you mean ${meant}?`}`);
  }

  /** Known variables of this prefix that are set. */
  given(prefix: string): string[] {
    return Object.keys(this.env).filter((name) => name.startsWith(prefix) && this.env[name] && variables.has(name));
  }

  /** Is NAME or NAME_FILE there at all, usable or not? */
  isGiven(name: FieldName): boolean {
    return this.env[name] !== undefined || this.env[`${name}_FILE`] !== undefined;
  }

  /** Is it given and of no use? Then that was said. */
  isRefused(name: FieldName): boolean {
    return this.env[name] !== undefined && !this.#values.has(name);
  }

  /** A variable's text by the rule for settings; undefined when it is not set, or was refused by it. */
  textOf(variable: string): string | undefined {
    return this.#values.get(variable) ?? (variables.has(variable) ? undefined : this.env[variable]);
  }

  /** A variable that Node reads as well. */
  nodeVariable(name: "NODE_EXTRA_CA_CERTS"): string | undefined {
    return this.env[name] || undefined;
  }

  /** The value, or the setting's default. */
  text(name: NameOf<"text", { default: string }>): string;
  text(name: PlainName): string | undefined;
  text(name: PlainName): string | undefined {
    const field: TextField | PathField | OutletField = fields[name];
    return this.#values.get(name) ?? ("default" in field ? field.default : undefined);
  }

  /** A variable that something else makes necessary; empty when it is missing, which is a problem. */
  required(name: PlainName, because: string): string {
    if (!this.isGiven(name)) this.problem(`${name} must be set with ${because}`);
    return this.text(name) ?? "";
  }

  /** What stands between the commas, be it nothing; undefined when the variable is not set. */
  entries(name: NameOf<"list">): string[] | undefined {
    return this.#values.get(name)?.split(",");
  }

  /** The entries that are not empty. */
  list(name: NameOf<"list">): string[] {
    return this.entries(name)?.filter((entry) => entry !== "") ?? [];
  }

  /** A setting that other programs read too, with the variable that it came from. */
  shared(
    name: NameOf<Field["kind"], { shared: true }>,
  ): { readonly variable: string; readonly value: string } | undefined {
    const variable = [name.toLowerCase(), name].find((candidate) => this.#values.has(candidate));
    return variable === undefined ? undefined : { variable, value: this.#values.get(variable) ?? "" };
  }

  choice<Name extends NameOf<"choice", { default: string }>>(name: Name): ChoiceOf<Name>;
  choice<Name extends NameOf<"choice">>(name: Name): ChoiceOf<Name> | undefined;
  choice(name: NameOf<"choice">): string | undefined {
    const field: ChoiceField = fields[name];
    const value = this.#values.get(name);
    if (value === undefined) return field.default;
    const wanted = field.anyCase ? value.toLowerCase() : value;
    if (Object.hasOwn(field.choices, wanted)) return wanted;
    this.refuse(name, likely(value, Object.keys(field.choices)));
    return field.default;
  }

  integer(name: NameOf<"integer", { default: number }>): number;
  integer(name: NameOf<"integer">): number | undefined;
  integer(name: NameOf<"integer">): number | undefined {
    const field: IntegerField = fields[name];
    const value = this.#values.get(name);
    if (value === undefined) return field.default;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= field.least && number <= field.most) return number;
    this.refuse(name);
    return field.default;
  }

  url(name: NameOf<"url">): URL | undefined {
    const text = this.#values.get(name);
    if (text === undefined) return undefined;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url && isTrustedUrl(url)) return url;
    this.refuse(name);
    return undefined;
  }

  /** What NAME gives, or the file that NAME_FILE names. `parse` throws UnusableText, whose words follow the name. */
  fromSetting<T, Name extends NameOf<"secret" | "document">>(
    name: Name,
    parse: (text: string) => T,
  ): Given<T, Name> | undefined {
    const [text, path] = [this.#values.get(name), this.#values.get(`${name}_FILE`)];
    if (text !== undefined && path !== undefined) this.problem(`${name} and ${name}_FILE are both set: keep one`);
    const value =
      path === undefined
        ? text !== undefined && this.#use(name, () => parse(text))
        : this.fromFile(`${name}_FILE`, path, parse);
    return value === undefined || value === false ? undefined : { name, value, path };
  }

  /** What a file gives; undefined when it cannot be read or used, which is a problem. */
  fromFile<T>(variable: string, path: string, parse: (text: string) => T): T | undefined {
    return this.#use(`${variable} names a file that`, () => parse(this.readFile(path)));
  }

  #use<T>(subject: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.problem(`${subject} ${fileProblem(error) ?? "cannot be read"}${hintOf(error)}`);
      return undefined;
    }
  }
}

/** What a setting gave. */
export interface Given<T, Name extends string = string> {
  /** Its variable's name, without _FILE. */
  readonly name: Name;
  readonly value: T;
  /** The file that it came from, which may hold another one later. */
  readonly path: string | undefined;
}

/** A secret as it was given. */
export type Secret = Given<string>;

/** How a setting of a kind is written. */
function formOf(kind: Field["kind"]): (text: string) => string {
  if (kind === "document") return documentOf;
  return kind === "list" ? (text) => entriesOf(text).join(",") : lineOf;
}

function unbuiltVariables(env: Env): string[] {
  return Object.keys(env)
    .filter((name) => env[name] !== undefined && notBuiltYet.some((pattern) => pattern.test(name)))
    .map((name) => `${name} is not supported by this version: unset it`);
}
