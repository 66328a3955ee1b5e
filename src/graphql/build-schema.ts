import "reflect-metadata";
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from "graphql";
import { buildSchemaSync } from "type-graphql";
import { RegionResolver } from "../region/region.resolver.js";
import { SessionResolver } from "../session/session.resolver.js";
import { TokenResolver } from "../token/token.resolver.js";

/** The executable schema. */
export function buildGraphQLSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [RegionResolver, TokenResolver, SessionResolver],
    disableInferringDefaultValues: true,
    validate: false,
  });
  // type-graphql has no option for these two.
  for (const [type, description] of [
    [schema.getQueryType(), "What can be asked without changing anything at Amity."],
    [schema.getMutationType(), "What changes something at Amity."],
  ] as const) {
    if (type) type.description = description;
  }
  return schema;
}

/** The schema as text (SDL), sorted, with every description. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(buildGraphQLSchema()))}\n`;
}
