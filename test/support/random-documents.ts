import fc from "fast-check";
import { buildSchema } from "graphql";

/** Documents, and values for their variables, that use everything that decides which root fields run. */

const rootFields = `
  none: Thing
  scalars(id: ID, int: Int = 7, must: Int! = 8, flag: Boolean): Thing
  list(ids: [ID!], lists: [[Int]] = [[1], null]): Thing
  input(input: In, color: Color = RED): Thing
`;

/** Both roots offer the same fields, and an object has fields of the same names. */
export const schema = buildSchema(`
  type Query { ${rootFields} }
  type Mutation { ${rootFields} }
  type Thing { none: Thing, scalars(id: ID): Thing, word: String }
  input In { id: ID, int: Int = 9, inner: In, colors: [Color!] = [RED] }
  enum Color { RED GREEN }
`);

/** Ways to write the arguments of each root field. */
const argumentTexts: Readonly<Record<string, readonly string[]>> = {
  none: [""],
  scalars: [
    "",
    '(id: "bob")',
    "(id: 42)",
    "(id: null)",
    "(id: $id)",
    "(int: $int)",
    "(int: $intOr5)",
    "(must: $mustInt)",
    "(must: $intOr5)",
    "(flag: $flag, id: $id)",
    "(flag: $mustFlag)",
  ],
  list: ["", '(ids: ["a", 1])', "(ids: 7)", "(ids: $ids)", "(lists: [[$int, 2], []])", "(lists: 3)"],
  input: [
    "",
    "(input: $input)",
    "(input: {})",
    "(input: { id: $id, int: $int })",
    "(input: { inner: { id: $id, colors: [$color] } })",
    "(color: $color)",
    "(color: null)",
  ],
};

const variableTypes = {
  id: "ID",
  int: "Int",
  intOr5: "Int = 5",
  mustInt: "Int!",
  flag: "Boolean",
  mustFlag: "Boolean!",
  flagOrTrue: "Boolean = true",
  ids: "[ID!]",
  input: "In",
  color: "Color! = GREEN",
};

/** One of what fits; one in forty does not. */
const mostly = (fitting: readonly unknown[], unfit: unknown) =>
  fc.oneof({ weight: 39, arbitrary: fc.constantFrom(...fitting) }, fc.constant(unfit));

/** Values of the variables; what may be left out is, half the time. */
export const variableValues = fc.record(
  {
    id: mostly(["alice", "bob", 42, null], ["a"]),
    int: mostly([0, 1, null], 1.5),
    intOr5: mostly([1, 2, null], "5"),
    mustInt: mostly([3, 4], null),
    flag: mostly([true, false, null], "true"),
    mustFlag: mostly([true, false], null),
    flagOrTrue: mostly([true, false], null),
    ids: mostly([["a", 1], "a", [], null], [null]),
    input: mostly([{}, { id: "alice", int: null }, { int: 1, inner: { id: 1 } }, null], { unknown: 1 }),
    color: mostly(["RED", "GREEN"], "BLUE"),
  } satisfies Record<keyof typeof variableTypes, fc.Arbitrary<unknown>>,
  { requiredKeys: ["mustInt", "mustFlag"] },
);

const condition = fc.constantFrom("true", "false", "$mustFlag", "$flagOrTrue");
const someDirectives = fc
  .record({ skip: condition, include: condition }, { requiredKeys: [] })
  .map(({ skip, include }) => `${skip ? ` @skip(if: ${skip})` : ""}${include ? ` @include(if: ${include})` : ""}`);
const directives = fc.oneof(fc.constant(""), someDirectives);

/** Something selected at the root. `place` chooses the arguments of a field, or the fragment of a spread. */
type Selection = { readonly directives: string } & (
  | { readonly kind: "field"; readonly name: string; readonly place: number }
  | { readonly kind: "meta" }
  | { readonly kind: "spread"; readonly place: number }
  | { readonly kind: "inline"; readonly typed: boolean; readonly inner: readonly Selection[] }
);

const { selections } = fc.letrec<{ selections: readonly Selection[]; selection: Selection }>((tie) => {
  const one = <T extends object>(kind: Selection["kind"], more: T) =>
    fc.record({ kind: fc.constant(kind), directives, ...more });
  return {
    selections: fc.array(tie("selection"), { minLength: 1, maxLength: 4 }),
    selection: fc.oneof(
      { maxDepth: 3 },
      one("field", { name: fc.constantFrom(...Object.keys(argumentTexts)), place: fc.nat() }),
      one("meta", {}),
      one("spread", { place: fc.nat() }),
      one("inline", { typed: fc.boolean(), inner: tie("selections") }),
    ) as fc.Arbitrary<Selection>,
  };
});

interface Operation {
  readonly type: "Query" | "Mutation";
  readonly selections: readonly Selection[];
  /** Each may spread those after it, so that none is a cycle. */
  readonly fragments: readonly (readonly Selection[])[];
}

const operations = fc.array(
  fc.record<Operation>({
    type: fc.constantFrom("Query", "Mutation"),
    selections,
    fragments: fc.array(selections, { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 2 },
);

/** Writes an operation and its fragments, all named with `index`. `alias` gives the alias of each field in turn. */
function print(
  { type, selections: own, fragments }: Operation,
  index: number,
  alias: (field: string) => string,
): string {
  /** `next`: the first fragment that may be spread here. */
  const printSet = (set: readonly Selection[], next: number): string =>
    `{ ${set.map((selection) => printSelection(selection, next)).join(" ")} }`;

  function printSelection(selection: Selection, next: number): string {
    switch (selection.kind) {
      case "field": {
        const texts = argumentTexts[selection.name] ?? [""];
        const at = selection.place % texts.length;
        const what = `${selection.name}${texts[at]}${selection.directives}`;
        return `${alias(`${selection.name}${at}`)}: ${what} { word, none { word } }`;
      }
      case "meta":
        return `${alias("meta")}: __typename${selection.directives}`;
      case "inline":
        return `...${selection.typed ? ` on ${type}` : ""}${selection.directives} ${printSet(selection.inner, next)}`;
      case "spread": {
        if (next >= fragments.length) return `${alias("none0")}: none { word }`;
        const at = next + (selection.place % (fragments.length - next));
        return `...F${index}_${at}${selection.directives}`;
      }
    }
  }

  const declared = Object.entries(variableTypes).map(([name, of]) => `$${name}: ${of}`);
  const operation = `${type.toLowerCase()} O${index}(${declared.join(", ")}) ${printSet(own, 0)}`;
  const printed = fragments.map((set, at) => `fragment F${index}_${at} on ${type} ${printSet(set, at + 1)}`);
  return [operation, ...printed].join("\n");
}

/** Documents in which every field has an alias of its own, so that graphql-js merges none. The operation is O0. */
export const unmergedDocuments = operations.map((all) => {
  let count = 0;
  return all.map((operation, index) => print(operation, index, () => `k${count++}`)).join("\n");
});

/** Documents in which equal fields have one alias, so that graphql-js runs them once. The operation is O0. */
export const mergedDocuments = operations.map((all) =>
  all.map((operation, index) => print(operation, index, (field) => field)).join("\n"),
);
