/**
 * What the schema's own scalars are in TypeScript, for graphql-codegen's `config.scalars`: without it a DateTime is
 * `any` or `unknown`. A DateTime is an RFC 3339 text.
 */
export const scalars = { DateTime: "string", JSON: "unknown", JSONObject: "Record<string, unknown>" } as const;
