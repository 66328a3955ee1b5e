import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";

/**
 * What generators append to an operation's name, to name types or classes: Apollo iOS, Apollo Kotlin, gqlgenc,
 * genqlient, Houdini, Relay and GraphQL Code Generator.
 */
const suffixes = ["", "query", "mutation", "document", "variables", "vars", "data", "response", "result", "store"];
/** The class of an operation's whole answer, beside those of its fields, in Apollo's generators. */
const rootModel = "data";

/** Two names are one to a generator that changes case and takes underscores away, as Go's do. */
function folded(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

/** As Apollo's generators name the model of a list's elements: `users` and `user` are one. */
function singular(name: string): string {
  return name
    .replace(/ies$/, "y")
    .replace(/(ss|x|ch|sh)es$/, "$1")
    .replace(/([^s])s$/, "$1");
}

/** Those that occur more than once. */
function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function fieldsOf({ selections }: SelectionSetNode): FieldNode[] {
  return selections.filter((selection) => selection.kind === Kind.FIELD);
}

/** Every selection of an operation, its root first. */
function selectionsOf(selection: SelectionSetNode): SelectionSetNode[] {
  const inner = fieldsOf(selection).flatMap(({ selectionSet }) => (selectionSet ? selectionsOf(selectionSet) : []));
  return [selection, ...inner];
}

function keyOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

function operationsOf({ definitions }: DocumentNode): OperationDefinitionNode[] {
  return definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
}

/** Why a generator could not take one document, in words. */
export function documentFaults({ definitions }: DocumentNode, schema: GraphQLSchema): string[] {
  const [operation, ...others] = definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION || others.length > 0) return ["not one operation alone"];
  if (!operation.name) return ["an operation without a name"];
  const types = Object.keys(schema.getTypeMap()).map(folded);
  const given = suffixes.map((suffix) => folded(operation.name?.value ?? "") + suffix);
  const selections = selectionsOf(operation.selectionSet);
  const models = selections.flatMap(fieldsOf).filter(({ selectionSet }) => selectionSet);
  const modelNames = models.map((field) => singular(folded(keyOf(field))));
  return [
    ...given.filter((name) => types.includes(name)).map((name) => `named like a type: ${name}`),
    ...repeated([rootModel, ...modelNames]).map((name) => `two models: ${name}`),
    ...modelNames.filter((name) => given.slice(1).includes(name)).map((name) => `a model like the operation: ${name}`),
    ...selections.flatMap((selection) => repeated(fieldsOf(selection).map(keyOf).map(folded))).map(sameField),
    ...selections
      .flatMap(({ selections }) => selections.filter(({ kind }) => kind !== Kind.FIELD))
      .map(() => "a fragment"),
  ];
}

function sameField(name: string): string {
  return `two fields: ${name}`;
}

/** Why a generator that puts all documents into one place could not take them, in words. */
export function clashes(documents: readonly DocumentNode[]): string[] {
  const names = documents.flatMap(operationsOf).flatMap(({ name }) => (name ? [folded(name.value)] : []));
  const given = names.flatMap((name) => suffixes.map((suffix) => name + suffix));
  return repeated(given).map((name) => `two operations: ${name}`);
}

/** The root fields that documents ask for. */
export function rootFieldsOf(documents: readonly DocumentNode[]): string[] {
  return documents
    .flatMap(operationsOf)
    .flatMap(({ selectionSet }) => fieldsOf(selectionSet).map(({ name }) => name.value));
}
