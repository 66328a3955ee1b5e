import {
  type FieldNode,
  type GraphQLField,
  GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  Kind,
  parse,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from "graphql";
import { type Fragments, fragmentsOf, mergedFields, selectionSetsOf } from "./selections.js";

/** Objects of the schema, each with the number of times that it comes up. */
type Population = ReadonlyMap<unknown, number>;

/** Everything that tools ask of a schema: graphql-js's query, which GraphiQL, Sandbox and code generators send. */
const usualQuery = parse(
  getIntrospectionQuery({
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  }),
);

/** How many values the answer to the usual query of tools holds. */
export function usualIntrospectionSize(schema: GraphQLSchema): number {
  const sets = usualQuery.definitions.flatMap((node) =>
    node.kind === Kind.OPERATION_DEFINITION ? [node.selectionSet] : [],
  );
  return introspectionSize(schema, sets, fragmentsOf(usualQuery), Number.POSITIVE_INFINITY);
}

/**
 * How many values the introspection in these root selections answers with: exactly, for the schema's own objects are
 * counted along the selections. Beyond `most` it is not counted further. Fragments must not form a circle.
 */
export function introspectionSize(
  schema: GraphQLSchema,
  sets: readonly SelectionSetNode[],
  fragments: Fragments,
  most: number,
): number {
  let size = 0;

  function count(type: GraphQLObjectType, inner: readonly SelectionSetNode[], parents: Population): void {
    const values = [...parents.values()].reduce((sum, times) => sum + times, 0);
    if (values === 0) return;
    for (const [, nodes] of mergedFields(inner, fragments)) {
      size += values;
      if (size > most) return;
      const field = nodes[0] && type.getFields()[nodes[0].name.value];
      const fieldType = field && getNamedType(field.type);
      if (!field || !(fieldType instanceof GraphQLObjectType)) continue;
      count(fieldType, selectionSetsOf(nodes), childrenOf(schema, field, parents));
    }
  }

  for (const [, nodes] of mergedFields(sets, fragments)) {
    const [node] = nodes;
    const field = node && [SchemaMetaFieldDef, TypeMetaFieldDef].find(({ name }) => name === node.name.value);
    const type = field && getNamedType(field.type);
    if (!(type instanceof GraphQLObjectType)) continue;
    const roots = field === SchemaMetaFieldDef ? [schema] : typesNamedBy(schema, node);
    count(type, selectionSetsOf(nodes), new Map(roots.map((root) => [root, 1])));
  }
  return size;
}

/** A variable may name any type, so it counts as all of them. */
function typesNamedBy(schema: GraphQLSchema, node: FieldNode | undefined): unknown[] {
  const name = node?.arguments?.find((argument) => argument.name.value === "name")?.value;
  const types = Object.values(schema.getTypeMap());
  return name?.kind === Kind.STRING ? types.filter((type) => type.name === name.value) : types;
}

function childrenOf(schema: GraphQLSchema, field: GraphQLField<unknown, unknown>, parents: Population): Population {
  const children = new Map<unknown, number>();
  for (const [parent, times] of parents) {
    // graphql-js's own resolvers, which look at nothing else.
    const value = field.resolve?.(parent, { includeDeprecated: true }, undefined, { schema } as GraphQLResolveInfo);
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child !== null && child !== undefined) children.set(child, (children.get(child) ?? 0) + times);
    }
  }
  return children;
}
