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
  validationErrors: 5,
} as const;

/** All headers of one request. */
export const mostHeaderBytes = 16 * 1_024;
