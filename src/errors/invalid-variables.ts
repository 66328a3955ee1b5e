import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  typeFromAST,
  type VariableDefinitionNode,
} from "graphql";
import { mostNamedProblems } from "../limits.js";
import { badUserInput } from "./app-error.js";
import type { Audience } from "./audience.js";
import { toGraphQLError } from "./graphql-error.js";
import { invalidAt } from "./invalid-value.js";

/** What graphql-js thinks of a leaf value costs an error object each time; beyond so many it is not asked. */
const mostRefusedLeaves = 100;

type Path = readonly (string | number)[];

/** Its text is made only when it is read. */
type Problem = (audience: Audience) => string;

/**
 * Errors for variables that cannot be coerced, made without their values, which may be secrets: the first few are named
 * by path and expected type, the rest is counted. Takes time by the size of the variables.
 */
export function describeInvalidVariables(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  variables: Readonly<Record<string, unknown>>,
  audience: Audience,
): Error[] {
  const named: Error[] = [];
  const walk = new Walk();
  let more = 0;
  for (const definition of definitions) {
    for (const problem of walk.variable(schema, definition, variables)) {
      if (named.length < mostNamedProblems) named.push(toGraphQLError(badUserInput(problem(audience)), definition));
      else more++;
    }
  }
  // graphql-js may have a rule that is not told here.
  if (named.length === 0) return [badUserInput("Invalid variables")];
  if (more === 0) return named;
  const counted = walk.isComplete ? more : `at least ${more}`;
  return [...named, badUserInput(`And ${counted} more problems with the variables`)];
}

/** Finds what graphql-js finds. */
class Walk {
  #refusedLeaves = 0;

  /** Was every leaf looked at? */
  get isComplete(): boolean {
    return this.#refusedLeaves < mostRefusedLeaves;
  }

  *variable(
    schema: GraphQLSchema,
    { variable, type: typeNode, defaultValue }: VariableDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ): Generator<Problem> {
    const name = variable.name.value;
    const type = typeFromAST(schema, typeNode);
    if (!isInputType(type)) return;
    if (Object.hasOwn(variables, name)) {
      yield* this.#value(variables[name], type, [`$${name}`]);
    } else if (isNonNullType(type) && !defaultValue) {
      yield () => `Variable "$${name}" of required type "${type}" was not provided.`;
    }
  }

  *#value(value: unknown, expected: GraphQLInputType, path: Path): Generator<Problem> {
    const type = getNullableType(expected);
    if (value === null || value === undefined) {
      if (isNonNullType(expected)) yield (audience) => invalidAt(path, expected, audience);
    } else if (isListType(type)) {
      if (!Array.isArray(value)) return yield* this.#value(value, type.ofType, path);
      for (const [index, item] of value.entries()) yield* this.#value(item, type.ofType, [...path, index]);
    } else if (isInputObjectType(type)) {
      if (isRecord(value)) yield* this.#fields(value, type, path);
      else yield (audience) => invalidAt(path, expected, audience);
    } else if (this.#isRefused(value, type)) {
      yield (audience) => invalidAt(path, expected, audience);
    }
  }

  *#fields(value: Record<string, unknown>, type: GraphQLInputObjectType, path: Path): Generator<Problem> {
    const fields = type.getFields();
    for (const field of Object.values(fields)) {
      const given = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
      if (given !== undefined) yield* this.#value(given, field.type, [...path, field.name]);
      else if (isRequiredInputField(field)) {
        yield () => `Field "${field.name}" of required type "${field.type}" was not provided.`;
      }
    }
    for (const key of Object.keys(value)) {
      if (Object.hasOwn(fields, key)) continue;
      yield () => `Invalid value at ${path.join(".")}: a field that ${type} does not have`;
    }
  }

  #isRefused(value: unknown, type: GraphQLLeafType): boolean {
    if (!this.isComplete) return false;
    try {
      if (type.parseValue(value) !== undefined) return false;
    } catch {
      // A refusal: its text quotes the value.
    }
    this.#refusedLeaves++;
    return true;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
