import {
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from "graphql";
import type { RootField } from "./root-field-access.js";
import { type Fragments, mergedFields } from "./selections.js";

/** A parsed and valid operation, as it is about to run. */
export interface PreparedOperation {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Fragments;
  /** Coerced; undefined when they cannot be. */
  readonly variables: Record<string, unknown> | undefined;
}

/**
 * The root fields that are asked for, with their arguments as their resolvers will get them: fragments, variables,
 * defaults, @skip and @include resolved. Fields with bad variables, or arguments that graphql-js will refuse, have no
 * arguments: their resolvers never run. A field that is selected twice under one name runs once.
 */
export function rootFieldsOf({ schema, operation, fragments, variables }: PreparedOperation): RootField[] {
  const type = schema.getRootType(operation.operation);
  if (!type) return [];
  const isIncluded = (selection: SelectionNode) => isSelected(selection, variables ?? {});
  const merged = mergedFields([operation.selectionSet], fragments, isIncluded);
  return [...merged].flatMap(([key, [node]]) =>
    node ? readField(type, node, variables).map((field) => ({ key, ...field })) : [],
  );
}

/** Every root field of the schema, introspection's among them. */
export function rootFieldNames(schema: GraphQLSchema): string[] {
  const types = [schema.getQueryType(), schema.getMutationType()];
  const own = types.flatMap((type) => Object.keys(type?.getFields() ?? {}));
  return [...own, SchemaMetaFieldDef.name, TypeMetaFieldDef.name, TypeNameMetaFieldDef.name];
}

function isSelected(selection: SelectionNode, variables: Record<string, unknown>): boolean {
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
): Omit<RootField, "key">[] {
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
