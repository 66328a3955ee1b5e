/**
 * How much one document may ask. The schema is three levels deep and every use of it fits by far; these bounds keep
 * parsing, validation and the number of upstream calls small by construction.
 */
export const documentLimits = {
  depth: 8,
  aliases: 15,
  rootFields: 4,
  directives: 10,
  tokens: 1_000,
  comments: 1_000,
  /** Operations and fragments. graphql-js compares fragments in pairs. */
  definitions: 50,
  /** Fields and spreads, as execution will meet them: a fragment once in each selection. */
  selections: 1_000,
  /** Fields that the same selection has already. graphql-js compares them in pairs. */
  repeatedFields: 100,
  /** How much more than the usual introspection query (GraphiQL's) an answer to introspection may hold. */
  introspection: 1.5,
  validationErrors: 5,
} as const;

/** What may run out, by the code that tells so: the names that log and metrics use. */
export const limitNames = {
  RATE_LIMITED: ["user", "service", "failedAuth", "visitorAddress", "visitorDevice"],
  OVERLOADED: ["eventLoopDelay", "heap", "connections", "regionQueue", "outgoingConnections"],
  QUERY_TOO_COMPLEX: [
    "depth",
    "aliases",
    "rootFields",
    "directives",
    "tokens",
    "comments",
    "definitions",
    "selections",
    "repeatedFields",
    "introspection",
  ],
} as const;

export type LimitName = (typeof limitNames)[keyof typeof limitNames][number];

/** How many problems with the variables are named; the others are counted. */
export const mostNamedProblems = 5;

/** All headers of one request. */
export const mostHeaderBytes = 16 * 1_024;
