import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

/** A document's fragments by their names. */
export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

export function fragmentsOf({ definitions }: DocumentNode): Fragments {
  return new Map(
    definitions
      .filter((definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
}

/**
 * The selections' fields, fragments resolved. Each fragment is visited once, as graphql-js does when it executes: a
 * second spread adds no field, and spreads nested in spreads would take exponential time. `isIncluded` is asked for
 * each selection on the way.
 */
export function* fieldsOf(
  { selections }: SelectionSetNode,
  fragments: Fragments,
  isIncluded: (selection: SelectionNode) => boolean = () => true,
  visited = new Set<string>(),
): Generator<FieldNode> {
  for (const selection of selections) {
    if (!isIncluded(selection)) continue;
    if (selection.kind === Kind.FIELD) {
      yield selection;
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      yield* fieldsOf(selection.selectionSet, fragments, isIncluded, visited);
    } else {
      const name = selection.name.value;
      const fragment = fragments.get(name);
      if (!fragment || visited.has(name)) continue;
      visited.add(name);
      yield* fieldsOf(fragment.selectionSet, fragments, isIncluded, visited);
    }
  }
}

/** The fields of several selections by their names in the answer, as execution merges them. */
export function mergedFields(
  sets: readonly SelectionSetNode[],
  fragments: Fragments,
  isIncluded?: (selection: SelectionNode) => boolean,
): Map<string, FieldNode[]> {
  const merged = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  for (const set of sets) {
    for (const field of fieldsOf(set, fragments, isIncluded, visited)) {
      const key = field.alias?.value ?? field.name.value;
      const known = merged.get(key);
      if (known) known.push(field);
      else merged.set(key, [field]);
    }
  }
  return merged;
}

/** What is selected beneath fields that are one in the answer. */
export function selectionSetsOf(fields: readonly FieldNode[]): SelectionSetNode[] {
  return fields.flatMap(({ selectionSet }) => selectionSet ?? []);
}
