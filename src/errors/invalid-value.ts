import {
  type ASTNode,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "graphql";
import type { Audience } from "./audience.js";

/** The operation that errors came from. */
export interface OperationSource {
  readonly schema: GraphQLSchema;
  readonly document?: DocumentNode | undefined;
  readonly audience: Audience;
}

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
 * Texts for errors about values in the document, made without the values: graphql-js quotes them, and they may be
 * secrets. Each names the path and the expected type. The document is gone through once, however many there are.
 */
export function describeInvalidValues(
  nodes: ReadonlySet<ASTNode>,
  { schema, document, audience }: OperationSource,
): Map<ASTNode, string> {
  const texts = new Map<ASTNode, string>();
  if (!document || nodes.size === 0) return texts;
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      enter(entered, _key, parent, _path, ancestors) {
        if (!nodes.has(entered)) return;
        const path = [...ancestors, parent].flatMap((ancestor) =>
          ancestor && "kind" in ancestor ? inputName(ancestor) : [],
        );
        texts.set(entered, invalidAt(path, typeInfo.getInputType(), audience));
      },
    }),
  );
  return texts;
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

const either = new Intl.ListFormat("en-GB", { type: "disjunction" });

/** Says where a value is not what its type asks for, and which values there are where these can be named. */
export function invalidAt(
  path: readonly (string | number)[],
  expected: GraphQLInputType | null | undefined,
  audience: Audience,
): string {
  const place = path.length > 0 ? ` at ${path.join(".")}` : "";
  if (!expected) return `Invalid value${place}`;
  const named = getNamedType(expected);
  const members = isEnumType(named) && audience !== "stranger" ? named.getValues().map(({ name }) => name) : [];
  return `Invalid value${place}: expected ${expected}${members.length > 0 ? `: ${either.format(members)}` : ""}`;
}
