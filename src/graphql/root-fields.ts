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
 * The root fields that are asked for, with their arguments as their resolvers will get them: fragments, variables,
 * defaults, @skip and @include resolved. Fields that graphql-js itself will refuse (bad variables or arguments) have no
 * arguments: their resolvers never run. A field that is selected twice under one name runs once.
 */
export function rootFieldsOf({ schema, operation, fragments, variables }: PreparedOperation): RootField[] {
  const type = schema.getRootType(operation.operation);
  if (!type) return [];
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 1 });
  const nodes = new Map<string, FieldNode>();
  for (const node of selectedFields(operation.selectionSet, fragments, coerced ?? {})) {
    const key = node.alias?.value ?? node.name.value;
    if (!nodes.has(key)) nodes.set(key, node);
  }
  return [...nodes.values()].flatMap((node) => readField(type, node, coerced));
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

function readField(
  type: GraphQLObjectType,
  node: FieldNode,
  variables: Record<string, unknown> | undefined,
): RootField[] {
  const name = node.name.value;
  if (name.startsWith("__")) return [{ name, args: {} }];
  const field = type.getFields()[name];
  if (!field) return [];
  try {
    return [{ name, args: variables && getArgumentValues(field, node, variables) }];
  } catch {
    return [{ name, args: undefined }];
  }
}
