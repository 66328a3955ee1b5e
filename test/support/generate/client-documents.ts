import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DocumentNode, Kind, type OperationDefinitionNode, parse, print } from "graphql";

/** The source of `amity-graphql-client/documents`: the operations of a folder, parsed and as text. */
export function clientDocuments(folder: string): string {
  const documents = readdirSync(folder)
    .sort()
    .map((name) => parse(readFileSync(join(folder, name), "utf8"), { noLocation: true }));
  const operations = documents.map((document) => ({ document, ...namesOf(document) }));
  const types = operations.flatMap(({ result, variables }) => [result, variables]).sort();
  return [
    `import type { TypedDocumentNode, TypedDocumentString } from "../documents/typed.js";`,
    `import type { ${types.join(", ")} } from "./operations.js";`,
    "",
    ...operations.flatMap(({ document, name, result, variables }) => [
      `export const ${name}Document = ${JSON.stringify(document)} as unknown as TypedDocumentNode<${result}, ${variables}>;`,
      `export const ${name}Source: TypedDocumentString<${result}, ${variables}> = ${JSON.stringify(print(document))};`,
      "",
    ]),
  ].join("\n");
}

/** As graphql-codegen names them. */
function namesOf({ definitions }: DocumentNode) {
  const isOperation = (definition: { kind: Kind }): definition is OperationDefinitionNode =>
    definition.kind === Kind.OPERATION_DEFINITION;
  const [operation, ...others] = definitions.filter(isOperation);
  const name = operation?.name?.value;
  if (!name || others.length > 0) throw new Error("an operation's file holds one operation, with a name");
  const kind = operation.operation === "query" ? "Query" : "Mutation";
  return { name, result: `${name}${kind}`, variables: `${name}${kind}Variables` };
}
