import {
  type ASTNode,
  coerceInputValue,
  type DocumentNode,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  Kind,
  TypeInfo,
  typeFromAST,
  type VariableDefinitionNode,
  visit,
  visitWithTypeInfo,
} from "graphql";

/** The operation that an error came from. */
export interface OperationSource {
  readonly schema: GraphQLSchema;
  readonly document?: DocumentNode | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** graphql-js's two texts about something missing hold only names from the schema and the document. */
const namesOnly =
  /^(?:Field "[\w.]+" of required type "[\w![\]]+" was not provided\.|Variable "\$\w+" of required type "[\w![\]]+" was not provided\.)$/;

/** The name of such a field is the client's own text. */
const unknownField = /^Field ".*" is not defined by type /s;

const literalKinds: ReadonlySet<string> = new Set([
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
]);

/** Is this node a value written out in the document? */
export function isLiteral(node: ASTNode): boolean {
  return literalKinds.has(node.kind);
}

/**
 * Text for an error about an input value, made without the value: graphql-js quotes it, and it may be a secret.
 * Names the path and the expected type where they can be told.
 */
export function describeInvalidValue(error: GraphQLError, source?: OperationSource): string {
  if (namesOnly.test(error.message)) return error.message;
  const node = error.nodes?.[0];
  if (!node || !source) return "Invalid value";
  return node.kind === Kind.VARIABLE_DEFINITION ? describeVariable(error, node, source) : describeNode(node, source);
}

function describeNode(node: ASTNode, { schema, document }: OperationSource): string {
  if (!document) return "Invalid value";
  const typeInfo = new TypeInfo(schema);
  let text = "Invalid value";
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      enter(entered, _key, parent, _path, ancestors) {
        if (entered !== node) return;
        const path = [...ancestors, parent].flatMap((ancestor) =>
          ancestor && "kind" in ancestor ? inputName(ancestor) : [],
        );
        text = invalidAt(path, typeInfo.getInputType());
      },
    }),
  );
  return text;
}

function inputName(node: ASTNode): string[] {
  switch (node.kind) {
    case Kind.ARGUMENT:
    case Kind.OBJECT_FIELD:
      return [node.name.value];
    case Kind.VARIABLE_DEFINITION:
      return [`$${node.variable.name.value}`];
    default:
      return [];
  }
}

function describeVariable(error: GraphQLError, node: VariableDefinitionNode, source: OperationSource): string {
  const name = node.variable.name.value;
  const type = typeFromAST(source.schema, node.type);
  if (!isInputType(type)) return "Invalid value";
  const texts: string[] = [];
  coerceInputValue(source.variables?.[name], type, (path, _value, problem) => {
    // graphql-js's text about a variable ends with the path and the text about the value.
    const place = path.length > 0 ? ` at "${name}${path.map(printKey).join("")}"` : "";
    if (error.message.endsWith(`${place}; ${problem.message}`)) texts.push(textOf(problem, name, path, type));
  });
  // Of several ends the longest is the right one: it was found with a path.
  return texts.at(-1) ?? invalidAt([`$${name}`], type);
}

function printKey(key: string | number): string {
  return typeof key === "number" ? `[${key}]` : `.${key}`;
}

function textOf(
  problem: GraphQLError,
  variable: string,
  path: readonly (string | number)[],
  type: GraphQLInputType,
): string {
  if (namesOnly.test(problem.message)) return problem.message;
  const place = [`$${variable}`, ...path.map(String)];
  const expected = typeAt(type, path);
  return expected && unknownField.test(problem.message)
    ? `Invalid value at ${place.join(".")}: a field that ${getNamedType(expected)} does not have`
    : invalidAt(place, expected);
}

function typeAt(type: GraphQLInputType, path: readonly (string | number)[]): GraphQLInputType | undefined {
  return path.reduce<GraphQLInputType | undefined>((outer, key) => {
    const inner = isNonNullType(outer) ? outer.ofType : outer;
    if (isListType(inner)) return inner.ofType;
    const named = getNamedType(inner);
    return isInputObjectType(named) ? named.getFields()[key]?.type : undefined;
  }, type);
}

function invalidAt(path: readonly string[], type: GraphQLInputType | null | undefined): string {
  const place = path.length > 0 ? ` at ${path.join(".")}` : "";
  return type ? `Invalid value${place}: expected ${type}` : `Invalid value${place}`;
}
