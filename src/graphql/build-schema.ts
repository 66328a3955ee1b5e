import "reflect-metadata";
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from "graphql";
import { type AuthChecker, buildSchemaSync } from "type-graphql";
import type { Context } from "../context.js";
import { AppError } from "../errors/app-error.js";
import { RegionResolver } from "../region/region.resolver.js";
import { IssuedSessionResolver } from "../session/issued-session.resolver.js";
import { SessionResolver } from "../session/session.resolver.js";
import { TokenResolver } from "../token/token.resolver.js";
import { UserResolver } from "../user/user.resolver.js";
import { VisitorResolver } from "../visitor/visitor.resolver.js";

/**
 * Guards each @Authorized() field once more, below the step before execution. An arrow function: type-graphql takes a
 * plain function for a class.
 */
const authChecker: AuthChecker<Context> = ({ context }) => {
  if (!context.identity.caller) throw new AppError("UNAUTHENTICATED");
  return true;
};

const schemaDescription =
  "Sign-in for Amity Social Cloud: regions, auth tokens for Amity's SDK, and sessions. Callers act for their own user; errors carry a code, and say whether a retry may help.";

/** The executable schema. */
export function buildGraphQLSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [RegionResolver, TokenResolver, SessionResolver, IssuedSessionResolver, VisitorResolver, UserResolver],
    disableInferringDefaultValues: true,
    validate: false,
    // Apollo Server checks the schema. type-graphql's own check, an introspection query, takes longer than the rest.
    skipCheck: true,
    authChecker,
  });
  // type-graphql has no option for these.
  schema.description = schemaDescription;
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
