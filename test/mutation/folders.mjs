/**
 * The folders of src that can be mutated: the suites that should notice (globs below test/, without .test.ts), and the
 * least score in percent, which is what was reached when somebody last looked. What measures costs is left out: code
 * that holds all its mutants is slower. So are most property tests: their many tries take seconds for each mutant, and
 * examples notice it first.
 */
export const folders = {
  amity: {
    tests: ["unit/amity/!(*.property)", "unit/token/token.{store,service}", "unit/config/mutual-tls"],
    leastScore: 97,
  },
  caller: { tests: ["unit/caller/!(*-cost)"], leastScore: 98 },
  errors: { tests: ["unit/errors/*"], leastScore: 96 },
  graphql: {
    tests: ["unit/graphql/!(bad-requests|known-everywhere|*.property)", "unit/caller/access"],
    leastScore: 95,
  },
  session: { tests: ["unit/session/*", "unit/schema-product"], leastScore: 100 },
  token: { tests: ["unit/token/*", "contract/{token-route,token-reuse}"], leastScore: 97 },
};
