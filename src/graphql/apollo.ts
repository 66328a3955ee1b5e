import { ApolloServer, type ApolloServerPlugin } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import type { Context } from "../context.js";
import { formatError } from "../errors/format-error.js";
import { errorFields, type Logger } from "../telemetry/logger.js";
import { buildGraphQLSchema } from "./build-schema.js";
import { publicErrorsPlugin } from "./public-errors.js";

export interface ApolloOptions {
  readonly introspection: boolean;
  /** Production: no suggestions of the schema's names in errors. */
  readonly production: boolean;
  readonly explorer: ApolloServerPlugin;
  readonly logger: Logger;
}

/** Apollo Server with all that this gateway does not offer switched off, named here so that no default surprises. */
export function createApollo({ introspection, production, explorer, logger }: ApolloOptions): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema: buildGraphQLSchema(),
    introspection,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    hideSchemaDetailsFromClientErrors: production,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    // The plugin below writes the final errors; this is for an error that passes it by.
    formatError: (_formatted, error) => formatError(error, ""),
    logger: apolloLogger(logger),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      explorer,
      publicErrorsPlugin(logger),
    ],
  });
}

/** Apollo logs free text, which may quote what it failed on: only that something happened goes into our log. */
function apolloLogger(logger: Logger) {
  const ignore = () => {};
  return {
    debug: ignore,
    info: ignore,
    warn: (message: unknown) => logger.warn(errorFields(message), "Apollo Server warns"),
    error: (message: unknown) => logger.error(errorFields(message), "Apollo Server fails"),
  };
}
