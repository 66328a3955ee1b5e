import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from "graphql";
import { AppError } from "../errors/app-error.js";
import { toGraphQLError } from "../errors/graphql-error.js";
import { documentLimits } from "../limits.js";

interface Size {
  readonly depth: number;
  readonly aliases: number;
  readonly rootFields: number;
  readonly directives: number;
}

const nothing: Size = { depth: 0, aliases: 0, rootFields: 0, directives: 0 };

/** Validation rule: every operation, with its fragments written out, stays within the limits. */
export function documentLimitsRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      const size = measure(context, operation);
      for (const name of ["depth", "aliases", "rootFields", "directives"] as const) {
        if (size[name] <= documentLimits[name]) continue;
        const message = `The operation has more than ${documentLimits[name]} ${names[name]}`;
        context.reportError(toGraphQLError(new AppError("QUERY_TOO_COMPLEX", { message }), operation));
      }
      return false;
    },
  };
}

const names = { depth: "levels", aliases: "aliases", rootFields: "root fields", directives: "directives" } as const;

function measure(context: ValidationContext, operation: OperationDefinitionNode): Size {
  const fragments = new Map<string, Size>();

  /** Fragments are measured once each, or nested spreads would take exponential time; a cycle counts as nothing. */
  function sizeOfFragment(fragment: FragmentDefinitionNode | null | undefined): Size {
    if (!fragment) return nothing;
    const name = fragment.name.value;
    const known = fragments.get(name);
    if (known) return known;
    fragments.set(name, nothing);
    const size = sizeOfSet(fragment.selectionSet, fragment.directives?.length ?? 0);
    fragments.set(name, size);
    return size;
  }

  function sizeOfSet({ selections }: SelectionSetNode, directives = 0): Size {
    return selections.map(sizeOf).reduce(join, { ...nothing, directives });
  }

  function sizeOf(selection: SelectionNode): Size {
    const directives = selection.directives?.length ?? 0;
    switch (selection.kind) {
      case Kind.INLINE_FRAGMENT:
        return sizeOfSet(selection.selectionSet, directives);
      case Kind.FRAGMENT_SPREAD:
        return join({ ...nothing, directives }, sizeOfFragment(context.getFragment(selection.name.value)));
      case Kind.FIELD: {
        const aliases = selection.alias ? 1 : 0;
        // Introspection is governed by its own policy and by graphql-js's rule; its depth is not the schema's.
        if (selection.name.value.startsWith("__")) return { ...nothing, aliases, directives };
        const inner = selection.selectionSet ? sizeOfSet(selection.selectionSet) : nothing;
        return {
          depth: inner.depth + 1,
          aliases: inner.aliases + aliases,
          rootFields: 1,
          directives: inner.directives + directives,
        };
      }
    }
  }

  return sizeOfSet(operation.selectionSet, operation.directives?.length ?? 0);
}

function join(a: Size, b: Size): Size {
  return {
    depth: Math.max(a.depth, b.depth),
    aliases: a.aliases + b.aliases,
    rootFields: a.rootFields + b.rootFields,
    directives: a.directives + b.directives,
  };
}
