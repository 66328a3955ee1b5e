import { ApolloServer } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import type { GraphQLSchema } from "graphql";
import type { Authenticator } from "../caller/authenticator.js";
import type { RateLimits } from "../caller/rate-limits.js";
import type { VisitorLimits } from "../caller/visitor-limits.js";
import type { Context } from "../context.js";
import { formatError } from "../errors/format-error.js";
import { credentialReasons } from "../errors/reasons.js";
import { documentLimits } from "../limits.js";
import { type Audit, issuingFields } from "../telemetry/audit.js";
import { errorFields } from "../telemetry/error-fields.js";
import type { Logger } from "../telemetry/logger.js";
import type { Metrics } from "../telemetry/metrics.js";
import type { Traces } from "../telemetry/traces.js";
import { admission } from "./admission.js";
import { buildGraphQLSchema } from "./build-schema.js";
import { DocumentStore } from "./document-store.js";
import { execution } from "./execution.js";
import { pluginOf } from "./hooks.js";
import { documentLimitsRule } from "./limits.js";
import { publicErrors } from "./public-errors.js";
import { rootFieldNames } from "./root-fields.js";
import { schemaSecrecy } from "./schema-secrecy.js";
import { traceRootFields } from "./traced-fields.js";

export interface ApolloOptions {
  readonly introspection: "on" | "off" | "signed-in";
  readonly authenticator: Authenticator;
  readonly rateLimits: RateLimits;
  /** Undefined while nobody is let in as a visitor. */
  readonly visitorLimits?: VisitorLimits | undefined;
  /** Production: no suggestions of the schema's names in errors. */
  readonly production: boolean;
  readonly audit: Audit;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Undefined: nothing is traced. */
  readonly traces?: Pick<Traces, "field"> | undefined;
}

/** Apollo Server with all that this gateway does not offer switched off, named here so that no default surprises. */
export function createApollo(options: ApolloOptions): ApolloServer<Context> {
  const { introspection, production, audit, logger, metrics, authenticator, rateLimits, visitorLimits } = options;
  const policy = { production, openIntrospection: introspection === "on" };
  const { schema, rootFields, limitsRule } = options.traces ? tracedParts(options.traces) : sharedParts();
  const documents = new DocumentStore();
  const identifying = { authenticator, rateLimits, audit, logger, metrics };
  metrics.announceRootFields(rootFields, issuingFields);
  metrics.announceRefusals(credentialReasons);
  return new ApolloServer<Context>({
    schema,
    introspection: introspection !== "off",
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    documentStore: documents,
    parseOptions: { maxTokens: documentLimits.tokens, maxComments: documentLimits.comments },
    validationRules: [limitsRule],
    validationOptions: { maxErrors: documentLimits.validationErrors },
    hideSchemaDetailsFromClientErrors: production,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    // The plugin below writes the final errors; this is for an error that passes it by.
    formatError: (_formatted, error) => formatError(error, ""),
    logger: apolloLogger(logger),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      pluginOf({
        ...schemaSecrecy(policy, identifying),
        ...admission({ ...identifying, visitorLimits, policy, documents }),
        ...execution,
        ...publicErrors({ logger, scheme: authenticator.scheme, secrecy: policy }),
      }),
    ],
  });
}

/** The same for all gateways of a process. To build it takes as long as the rest of a start. */
function sharedParts() {
  shared ??= partsOf(buildGraphQLSchema());
  return shared;
}

function tracedParts(traces: Pick<Traces, "field">) {
  const schema = buildGraphQLSchema();
  traceRootFields(schema, traces);
  return partsOf(schema);
}

let shared: ReturnType<typeof partsOf> | undefined;

function partsOf(schema: GraphQLSchema) {
  return { schema, rootFields: rootFieldNames(schema), limitsRule: documentLimitsRule(schema) };
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
