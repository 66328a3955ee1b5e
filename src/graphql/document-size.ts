import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import type { Fragments } from "./selections.js";

/** What a definition asks for, each fragment written out wherever it is spread. */
export interface Size {
  readonly depth: number;
  readonly aliases: number;
  readonly rootFields: number;
  readonly directives: number;
}

export type Definition = OperationDefinitionNode | FragmentDefinitionNode;

const nothing: Size = { depth: 0, aliases: 0, rootFields: 0, directives: 0 };

/** What a document asks for. */
export interface Measured {
  /** Of operations, and of fragments that none of them reaches, which graphql-js looks at before it refuses them. */
  readonly sizes: ReadonlyMap<Definition, Size>;
  /** Those that are there, and the fragments that are missing. */
  readonly definitions: number;
  /** Does a fragment spread itself? */
  readonly isCircular: boolean;
}

export function measureDocument(document: DocumentNode, fragments: Fragments): Measured {
  const measure = new Measure(fragments);
  const sizes = new Map<Definition, Size>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) sizes.set(definition, measure.definition(definition));
  }
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION || measure.hasMet(definition)) continue;
    sizes.set(definition, measure.fragment(definition));
  }
  const definitions = document.definitions.length + measure.missing.size;
  return { sizes, definitions, isCircular: measure.metCircle };
}

class Measure {
  readonly #sizes = new Map<FragmentDefinitionNode, Size>();
  readonly #open = new Set<FragmentDefinitionNode>();
  readonly missing = new Set<string>();
  metCircle = false;

  constructor(private readonly fragments: Fragments) {}

  hasMet(fragment: FragmentDefinitionNode): boolean {
    return this.#sizes.has(fragment);
  }

  definition({ selectionSet, directives }: Definition): Size {
    return this.#set(selectionSet, directives?.length);
  }

  /** Each is measured once, or nested spreads would take exponential time. */
  fragment(fragment: FragmentDefinitionNode): Size {
    const known = this.#sizes.get(fragment);
    if (known) return known;
    if (this.#open.has(fragment)) {
      this.metCircle = true;
      return nothing;
    }
    this.#open.add(fragment);
    const size = this.definition(fragment);
    this.#sizes.set(fragment, size);
    return size;
  }

  #set({ selections }: SelectionSetNode, directives = 0): Size {
    return selections.map((selection) => this.#selection(selection)).reduce(join, { ...nothing, directives });
  }

  #selection(selection: SelectionNode): Size {
    const directives = selection.directives?.length ?? 0;
    switch (selection.kind) {
      case Kind.INLINE_FRAGMENT:
        return this.#set(selection.selectionSet, directives);
      case Kind.FRAGMENT_SPREAD: {
        const fragment = this.fragments.get(selection.name.value);
        if (!fragment) this.missing.add(selection.name.value);
        return join({ ...nothing, directives }, fragment ? this.fragment(fragment) : nothing);
      }
      case Kind.FIELD: {
        const inner = selection.selectionSet ? this.#set(selection.selectionSet) : nothing;
        // Introspection has limits of its own, which are not about depth.
        const isIntrospection = selection.name.value.startsWith("__");
        return {
          depth: isIntrospection ? 0 : inner.depth + 1,
          aliases: inner.aliases + (selection.alias ? 1 : 0),
          rootFields: isIntrospection ? 0 : 1,
          directives: inner.directives + directives,
        };
      }
    }
  }
}

function join(a: Size, b: Size): Size {
  return {
    depth: Math.max(a.depth, b.depth),
    aliases: a.aliases + b.aliases,
    rootFields: a.rootFields + b.rootFields,
    directives: a.directives + b.directives,
  };
}
