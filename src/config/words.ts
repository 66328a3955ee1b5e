import type { Field } from "./field-kinds.js";
import { fields, variablesOf } from "./fields.js";

/** A setting as every document prints it. */
export interface FieldWords {
  /** NAME, and NAME_FILE where the value can come from a file, or the name in lower case where that counts too. */
  readonly variables: readonly string[];
  readonly meaning: string;
  /** Range, choices or rule; empty where any text will do. */
  readonly values: string;
  /** What holds without it; empty when nothing does. */
  readonly fallback: string;
}

/** Every setting in words, in the order of the list. */
export function allFieldWords(): FieldWords[] {
  return Object.entries(fields).map(([name, field]) => fieldWords(name, field));
}

/** One setting in words. */
export function fieldWords(name: string, field: Field): FieldWords {
  const value = "default" in field ? field.default : undefined;
  return {
    variables: variablesOf(name, field),
    meaning: field.meaning,
    values: valuesOf(field),
    fallback: field.unset ?? (value === undefined ? "" : String(value)),
  };
}

function valuesOf(field: Field): string {
  switch (field.kind) {
    case "text":
    case "document":
      return field.rule ?? "";
    case "secret":
      return field.leastBytes === undefined ? (field.rule ?? "") : `at least ${field.leastBytes} bytes`;
    case "integer":
      return `${field.least} to ${field.most}${field.unit === undefined ? "" : ` ${field.unit}`}`;
    case "choice":
      return `${choicesOf(field.choices)}${field.anyCase ? ", in either case" : ""}`;
    case "list":
      return `${field.choices ? choicesOf(field.choices) : (field.rule ?? "several")}, with commas`;
    case "url":
      return urlRule;
    case "path":
      return "the path of a file";
    case "outlet":
      return `${field.rule}, of at most ${field.mostBytes} bytes`;
  }
}

function choicesOf(choices: Readonly<Record<string, string>>): string {
  return Object.entries(choices)
    .map(([value, words]) => `\`${value}\`${words && ` (${words})`}`)
    .join(", ");
}

const urlRule = "an https URL, or an http URL of a loopback host, without user information";

/** What a value must be, as a problem says it after the variable's name. */
export function demandOf(field: Field): string {
  switch (field.kind) {
    case "integer":
      return `must be a whole number from ${field.least} to ${field.most}`;
    case "choice":
      return `must be one of ${Object.keys(field.choices).join(", ")}`;
    case "list":
      return `must list ${valuesOf(field)}`;
    case "secret":
      return `must have ${valuesOf(field)}`;
    default:
      return `must be ${valuesOf(field)}`;
  }
}
