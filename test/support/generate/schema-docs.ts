import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLScalarType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  print,
} from "graphql";
import { markdownTable, wrapped } from "./markdown.js";

const preface = `# The GraphQL schema

Generated from the schema's own descriptions (\`npm run generate\`). The same as SDL:
[schema.graphql](../schema/schema.graphql); operations to copy: [schema/operations](../schema/operations). A type that
ends in \`!\` is never null.`;

/** The text of docs/schema.md: every field, argument, input field, enum value and scalar with its description. */
export function schemaDocs(schema: GraphQLSchema): string {
  const sorted = lexicographicSortSchema(schema);
  const roots = [sorted.getQueryType(), sorted.getMutationType()];
  const types = Object.values(sorted.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type) && !roots.some((root) => root === type),
  );
  return `${[
    preface,
    wrapped(described(sorted)),
    ...chapter("Queries", rootFields(roots[0])),
    ...chapter("Mutations", rootFields(roots[1])),
    ...chapter("Types", types.filter(isObjectType).map(objectSection)),
    ...chapter("Inputs", types.filter(isInputObjectType).map(inputSection)),
    ...chapter("Enums", types.filter(isEnumType).map(enumSection)),
    ...chapter("Scalars", scalarTable(types.filter(isScalarType))),
  ].join("\n\n")}\n`;
}

function chapter(title: string, sections: readonly string[]): string[] {
  return sections.length > 0 ? [`## ${title}`, ...sections] : [];
}

function rootFields(root: GraphQLObjectType | null | undefined): string[] {
  return Object.values(root?.getFields() ?? {}).map((field) => {
    const words = wrapped(`${described(field)} Gives ${typeLink(field.type)}.`);
    const title = `### ${root?.name}.${field.name}\n\n${words}`;
    return field.args.length > 0 ? `${title}\n\n${inputTable("Argument", field.args)}` : title;
  });
}

function objectSection(type: GraphQLObjectType): string {
  const rows = Object.values(type.getFields()).map((field) => [
    signature(field),
    typeLink(field.type),
    described(field),
  ]);
  return section(type, markdownTable(["Field", "Type", "Description"], rows));
}

function inputSection(type: GraphQLInputObjectType): string {
  return section(type, inputTable("Field", Object.values(type.getFields())));
}

function enumSection(type: GraphQLEnumType): string {
  const rows = type.getValues().map((value) => [code(value.name), described(value)]);
  return section(type, markdownTable(["Value", "Description"], rows));
}

function scalarTable(scalars: readonly GraphQLScalarType[]): string[] {
  const rows = scalars.map((scalar) => [anchor(scalar), described(scalar), scalar.specifiedByURL ?? ""]);
  return rows.length > 0 ? [markdownTable(["Scalar", "Description", "Specification"], rows)] : [];
}

function section(type: GraphQLNamedType, table: string): string {
  return `### ${type.name}\n\n${described(type)}\n\n${table}`;
}

function inputTable(head: string, fields: readonly (GraphQLArgument | GraphQLInputField)[]): string {
  const rows = fields.map((field) => [code(field.name), typeLink(field.type) + defaultValue(field), described(field)]);
  return markdownTable([head, "Type", "Description"], rows);
}

/** A field's name, with those of its arguments; only root fields have theirs in a table. */
function signature({ name, args }: GraphQLField<unknown, unknown>): string {
  return code(args.length > 0 ? `${name}(${args.map((arg) => `${arg.name}: ${arg.type}`).join(", ")})` : name);
}

function defaultValue({ defaultValue: value, type }: GraphQLArgument | GraphQLInputField): string {
  const node = value === undefined ? undefined : astFromValue(value, type);
  return node ? ` = ${code(print(node))}` : "";
}

/** The description in one line, as a table needs it. */
function described({ description, ...element }: { description?: unknown; deprecationReason?: unknown }): string {
  const text = String(description ?? "").replace(/\s+/g, " ");
  return element.deprecationReason ? `${text} **Deprecated:** ${element.deprecationReason}` : text;
}

/** The type as it is written in SDL, with a link to its section. */
function typeLink(type: GraphQLType): string {
  const named = getNamedType(type);
  const name = isSpecifiedScalarType(named) ? named.name : `[${named.name}](#${named.name.toLowerCase()})`;
  return type.toString().replace(named.name, name);
}

/** Scalars share one table, so each brings what links lead to. */
function anchor({ name }: GraphQLNamedType): string {
  return `<a id="${name.toLowerCase()}"></a>${code(name)}`;
}

function code(text: string): string {
  return `\`${text}\``;
}
