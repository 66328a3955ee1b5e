import type { ASTNode, ASTVisitor, DocumentNode, GraphQLSchema, SelectionSetNode, ValidationContext } from "graphql";
import { AppError } from "../errors/app-error.js";
import { toGraphQLError } from "../errors/graphql-error.js";
import { documentLimits } from "../limits.js";
import { measureDocument } from "./document-size.js";
import { introspectionSize, usualIntrospectionSize } from "./introspection-size.js";
import { type Fragments, fragmentsOf, mergedFields, selectionSetsOf } from "./selections.js";

type Problem = readonly [error: AppError, node: ASTNode];

/**
 * Validation rule: a document stays within the limits. One that does not is kept from graphql-js's rules, some of which
 * take time by the square of its size.
 */
export function documentLimitsRule(schema: GraphQLSchema): (context: ValidationContext) => ASTVisitor {
  const mostIntrospected = documentLimits.introspection * usualIntrospectionSize(schema);
  return (context) => ({
    Document(document) {
      const problems = problemsOf(document, schema, mostIntrospected);
      for (const [error, node] of problems) context.reportError(toGraphQLError(error, node));
      // To a visitor null means: without this node.
      return problems.length > 0 ? null : undefined;
    },
  });
}

function problemsOf(document: DocumentNode, schema: GraphQLSchema, mostIntrospected: number): readonly Problem[] {
  const fragments = fragmentsOf(document);
  const { sizes, definitions, isCircular } = measureDocument(document, fragments);
  if (definitions > documentLimits.definitions) return [[tooMany("definitions"), document]];
  if (isCircular) return [[circle(), document]];
  const tooLarge = [...sizes].flatMap(([definition, size]) =>
    (["depth", "aliases", "rootFields", "directives"] as const)
      .filter((what) => size[what] > documentLimits[what])
      .map((what): Problem => [tooMany(what), definition]),
  );
  if (tooLarge.length > 0) return tooLarge;
  // What follows merges selections: without circles, and within bounds, that comes to an end.
  const sets = [...sizes.keys()].map(({ selectionSet }) => selectionSet);
  const error = selectionsProblem(sets, fragments) ?? introspectionProblem(schema, sets, fragments, mostIntrospected);
  return error ? [[error, document]] : [];
}

const names = {
  depth: "levels",
  aliases: "aliases",
  rootFields: "root fields",
  directives: "directives",
  definitions: "definitions",
  selections: "selections",
  repeatedFields: "repeated fields",
} as const;

function circle(): AppError {
  return new AppError("GRAPHQL_VALIDATION_FAILED", { message: "A fragment spreads itself" });
}

function tooMany(what: keyof typeof names): AppError {
  const message = `The operation has more than ${documentLimits[what]} ${names[what]}`;
  return new AppError("QUERY_TOO_COMPLEX", { message, limit: what });
}

/** Of the whole document, as merged for execution. Stops at the first limit. */
function selectionsProblem(roots: readonly SelectionSetNode[], fragments: Fragments): AppError | undefined {
  let selections = 0;
  let repeated = 0;
  const merge = (sets: readonly SelectionSetNode[]): AppError | undefined => {
    const isWithin = () => ++selections <= documentLimits.selections;
    for (const [, fields] of mergedFields(sets, fragments, isWithin)) {
      repeated += fields.length - 1;
      if (repeated > documentLimits.repeatedFields) return tooMany("repeatedFields");
      const problem = merge(selectionSetsOf(fields));
      if (problem) return problem;
    }
    return selections > documentLimits.selections ? tooMany("selections") : undefined;
  };
  for (const root of roots) {
    const problem = merge([root]);
    if (problem) return problem;
  }
  return undefined;
}

function introspectionProblem(
  schema: GraphQLSchema,
  sets: readonly SelectionSetNode[],
  fragments: Fragments,
  most: number,
): AppError | undefined {
  let size = 0;
  for (const set of sets) {
    size += introspectionSize(schema, [set], fragments, most - size);
    if (size > most) {
      const message = "The operation introspects more than tools need";
      return new AppError("QUERY_TOO_COMPLEX", { message, limit: "introspection" });
    }
  }
  return undefined;
}
