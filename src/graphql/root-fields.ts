import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import type { RootField } from "./root-field-access.js";

/** A parsed and valid operation, as it is about to run. */
export interface PreparedOperation {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * The root fields that will run, with their arguments as their resolvers will get them: fragments, variables, defaults,
 * @skip and @include resolved. Fields that graphql-js itself will refuse (bad variables or arguments) are left out:
 * their resolvers never run.
 */
export function rootFieldsOf({ schema, operation, fragments, variables }: PreparedOperation): RootField[] {
  const type = schema.getRootType(operation.operation);
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 1 });
  if (!type || coerced.errors) return [];
  const nodes = selectedFields(operation.selectionSet, fragments, coerced.coerced);
  return nodes.flatMap((node) => readField(type, node, coerced.coerced));
}

/**
 * Each fragment is visited once, as graphql-js does when it executes: a second spread adds no field, and spreads nested
 * in spreads would take exponential time.
 */
function selectedFields(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Record<string, unknown>,
  visited = new Set<string>(),
): FieldNode[] {
  return selections.flatMap((selection) => {
    if (!isIncluded(selection, variables)) return [];
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return selectedFields(selection.selectionSet, fragments, variables, visited);
    }
    const name = selection.name.value;
    const fragment = fragments.get(name);
    if (!fragment || visited.has(name)) return [];
    visited.add(name);
    return selectedFields(fragment.selectionSet, fragments, variables, visited);
  });
}

function isIncluded(selection: SelectionNode, variables: Record<string, unknown>): boolean {
  const value = (directive: typeof GraphQLSkipDirective) => {
    try {
      return getDirectiveValues(directive, selection, variables)?.["if"];
    } catch {
      // graphql-js refuses the whole operation for such a directive; until then it is in.
      return undefined;
    }
  };
  return value(GraphQLSkipDirective) !== true && value(GraphQLIncludeDirective) !== false;
}

function readField(type: GraphQLObjectType, node: FieldNode, variables: Record<string, unknown>): RootField[] {
  const name = node.name.value;
  if (name.startsWith("__")) return [{ name, args: {} }];
  const field = type.getFields()[name];
  if (!field) return [];
  try {
    return [{ name, args: getArgumentValues(field, node, variables) }];
  } catch {
    return [];
  }
}
