import type { ApolloServerPlugin, GraphQLRequestContextDidResolveOperation } from "@apollo/server";
import { type FragmentDefinitionNode, Kind } from "graphql";
import { type Authenticator, isRefusal, unauthenticated } from "../caller/authenticator.js";
import type { Caller } from "../caller/caller.js";
import type { RateLimits } from "../caller/rate-limits.js";
import type { Context } from "../context.js";
import { AppError, badUserInput } from "../errors/app-error.js";
import type { Logger } from "../telemetry/logger.js";
import { type AccessPolicy, checkRootField } from "./root-field-access.js";
import { rootFieldsOf } from "./root-fields.js";

export interface AdmissionOptions {
  readonly authenticator: Authenticator;
  readonly rateLimits: RateLimits;
  readonly policy: AccessPolicy;
  readonly logger: Logger;
}

/**
 * The one step before execution: who the caller is, how often the caller asks, and whether the caller may have every
 * root field. Mutation fields run one after another, so a check in each would come too late for the first of two: here
 * one forbidden field means that nothing runs.
 */
export function admissionPlugin(options: AdmissionOptions): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation(request) {
          const { contextValue: context, schema, operation } = request;
          // graphql-js finds out only when it executes: the schema has no subscriptions.
          if (operation && !schema.getRootType(operation.operation)) throw new AppError("GRAPHQL_VALIDATION_FAILED");
          checkNumbers(request.request.variables);
          context.identity.caller = await identify(context, options);
          const fields = requestedRootFields(request);
          // Before the checks: whoever tries other people's ids again and again is held back too.
          await options.rateLimits.count(
            context.identity.caller,
            fields.filter(({ name }) => !name.startsWith("__")).length,
          );
          for (const field of fields) checkRootField(context.identity.caller, field, options.policy);
        },
      };
    },
  };
}

/** How deep an input of the schema can be. */
const inputDepth = 4;

/**
 * JSON numbers beyond 2^53 lose digits when they are parsed: a user id of that kind would become another user's.
 * The schema takes no other numbers. Throws BAD_USER_INPUT.
 */
function checkNumbers(value: unknown, depth = inputDepth): void {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw badUserInput("A number in the variables cannot be carried exactly: send ids as strings");
  }
  if (typeof value !== "object" || value === null || depth === 0) return;
  for (const inner of Object.values(value)) checkNumbers(inner, depth - 1);
}

async function identify(
  { facts }: Context,
  { authenticator, rateLimits, logger }: AdmissionOptions,
): Promise<Caller | undefined> {
  try {
    return await authenticator.authenticate(facts.authorization);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    logger.info({ requestId: facts.requestId, reason: error.reason }, "credential refused");
    await rateLimits.countRefusal(facts.address);
    throw unauthenticated();
  }
}

function requestedRootFields({
  schema,
  document,
  operation,
  request,
}: GraphQLRequestContextDidResolveOperation<Context>) {
  if (!operation) return [];
  const fragments = new Map(
    document.definitions
      .filter((definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  return rootFieldsOf({ schema, operation, fragments, variables: request.variables ?? {} });
}
