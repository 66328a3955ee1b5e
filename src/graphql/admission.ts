import type { ApolloServerPlugin, GraphQLRequestContextDidResolveOperation } from "@apollo/server";
import { type FragmentDefinitionNode, Kind } from "graphql";
import { limits, textProblem } from "../amity/input-rules.js";
import { type Authenticator, isRefusal, unauthenticated } from "../caller/authenticator.js";
import type { Caller } from "../caller/caller.js";
import type { RateLimits } from "../caller/rate-limits.js";
import type { Context } from "../context.js";
import { AppError, badUserInput } from "../errors/app-error.js";
import type { Audit, AuditEntry } from "../telemetry/audit.js";
import type { Logger } from "../telemetry/logger.js";
import { type AccessPolicy, actsForUser, askedOf, checkRootField, type RootField } from "./root-field-access.js";
import { rootFieldsOf } from "./root-fields.js";

export interface AdmissionOptions {
  readonly authenticator: Authenticator;
  readonly rateLimits: RateLimits;
  readonly policy: AccessPolicy;
  readonly audit: Audit;
  readonly logger: Logger;
}

/**
 * The one step before execution: who the caller is, how often the caller asks, and whether the caller may have every
 * root field. Mutation fields run one after another, so a check in each would come too late for the first of two: here
 * one forbidden field means that nothing runs. What is refused here is audited here, field by field; what runs is
 * audited by the service that issues.
 */
export function admissionPlugin(options: AdmissionOptions): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation(request) {
          const { contextValue: context, schema, operation } = request;
          // graphql-js finds out only when it executes: the schema has no subscriptions.
          if (operation && !schema.getRootType(operation.operation)) throw new AppError("GRAPHQL_VALIDATION_FAILED");
          context.identity.caller = await identify(context, options);
          await checkRootFields(request, options);
        },
      };
    },
  };
}

/**
 * Throws the error that refuses the whole operation. A field that only has an unusable value is left to its resolver:
 * it finds the same, and answers beside the other fields.
 */
async function checkRootFields(
  request: GraphQLRequestContextDidResolveOperation<Context>,
  { rateLimits, policy, audit }: AdmissionOptions,
): Promise<void> {
  const { contextValue: context } = request;
  const { caller } = context.identity;
  const fields = requestedRootFields(request);
  const whole = await refusalOf(async () => {
    // Before the other checks: whoever tries other people's ids again and again is held back too.
    await rateLimits.count(caller, fields.filter(({ name }) => !name.startsWith("__")).length);
    checkNumbers(request.request.variables);
  });
  const refusals: AppError[] = [];
  for (const field of fields) {
    const refusal = whole ?? (await refusalOf(() => checkRootField(caller, field, policy)));
    if (!refusal) continue;
    refusals.push(refusal);
    if (caller && actsForUser(field)) audit.refused(auditEntry(field, caller, context), refusal.code);
  }
  const refusal = whole ?? refusals.find(({ code }) => code !== "BAD_USER_INPUT");
  if (refusal) throw refusal;
}

/** What the check throws, if it refuses. */
async function refusalOf(check: () => void | Promise<void>): Promise<AppError | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** What is known of a field that is not to run. An id that cannot be a user's may be anything, so it is left out. */
function auditEntry({ name, args }: RootField, caller: Caller, { facts, regions }: Context): AuditEntry {
  const asked = args && askedOf(args);
  const userId = asked && (asked.userId ?? caller.userId);
  return {
    operation: name,
    by: caller.subject,
    userId: userId !== undefined && textProblem(userId, limits.tokenUserId) === undefined ? userId : undefined,
    region: asked && regions.resolve(asked.region),
    requestId: facts.requestId,
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
