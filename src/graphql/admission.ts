import type { GraphQLRequestContextDidResolveOperation } from "@apollo/server";
import {
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  getVariableValues,
  isInputObjectType,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
} from "graphql";
import { limits, usableText, usableTexts } from "../amity/input-rules.js";
import { type Caller, visitorSubject } from "../caller/caller.js";
import type { VisitorLimits } from "../caller/visitor-limits.js";
import type { Context } from "../context.js";
import { AppError, badUserInput } from "../errors/app-error.js";
import { describeInvalidVariables } from "../errors/invalid-variables.js";
import { JsonObjectScalar } from "../scalars.js";
import type { AuditEntry } from "../telemetry/audit.js";
import type { DocumentStore } from "./document-store.js";
import type { Hooks } from "./hooks.js";
import { type IdentifyOptions, identify } from "./identify.js";
import {
  actsForUser,
  askedOf,
  checkRootField,
  isAudited,
  isCounted,
  isForVisitors,
  type RootField,
} from "./root-field-access.js";
import { rootFieldsOf } from "./root-fields.js";
import { audienceOf, type SchemaSecrecy } from "./schema-secrecy.js";
import { fragmentsOf } from "./selections.js";

export interface AdmissionOptions extends IdentifyOptions {
  readonly visitorLimits: VisitorLimits | undefined;
  readonly policy: SchemaSecrecy;
  readonly documents: DocumentStore;
}

/**
 * The one step before execution: who the caller is, how often the caller asks, and whether the caller may have every
 * root field. Mutation fields run one after another, so a check in each would come too late for the first of two: here
 * one forbidden field means that nothing runs. What is refused here is audited here, field by field; what runs is
 * audited by the service that issues.
 */
export function admission(options: AdmissionOptions): Pick<Hooks, "didResolveOperation"> {
  return {
    async didResolveOperation(request) {
      const { contextValue: context, document, schema, operation } = request;
      // graphql-js finds out only when it executes: the schema has no subscriptions.
      if (operation && !schema.getRootType(operation.operation)) throw new AppError("GRAPHQL_VALIDATION_FAILED");
      const { record } = context.facts;
      record.endStage("document");
      const asked = operation && prepare(request, operation);
      if (asked) record.ask(new Map(asked.fields.map(({ key, name }) => [key, name])));
      context.identity.caller = await identify(context, options);
      record.endStage("credential");
      if (asked) await checkRootFields(context, asked, options);
      record.endStage("admission");
      if (context.identity.caller) options.documents.keep(document);
    },
  };
}

/** What an operation asks for. */
interface Asked {
  readonly schema: GraphQLSchema;
  readonly definitions: readonly VariableDefinitionNode[];
  readonly given: Readonly<Record<string, unknown>>;
  /** The variables; undefined when they cannot be coerced. */
  readonly coerced: Record<string, unknown> | undefined;
  readonly fields: readonly RootField[];
}

function prepare(
  { schema, document, request }: GraphQLRequestContextDidResolveOperation<Context>,
  operation: OperationDefinitionNode,
): Asked {
  const definitions = operation.variableDefinitions ?? [];
  const given = request.variables ?? {};
  const { coerced } = getVariableValues(schema, definitions, given, { maxErrors: 0, hideSuggestions: true });
  const fields = rootFieldsOf({ schema, operation, fragments: fragmentsOf(document), variables: coerced });
  return { schema, definitions, given, coerced, fields };
}

/**
 * Throws the error that refuses the whole operation, or an AggregateError of those of its variables. A field that only
 * has an unusable value is left to its resolver: it finds the same, and answers beside the other fields.
 */
async function checkRootFields(
  context: Context,
  asked: Asked,
  { rateLimits, visitorLimits, policy, audit }: AdmissionOptions,
): Promise<void> {
  const { schema, definitions, given, coerced, fields } = asked;
  const { caller } = context.identity;
  const whole = await refusalOf(async () => {
    // Before the other checks: whoever tries other people's ids again and again is held back too.
    await rateLimits.count(caller, fields.filter(isCounted).length);
    await visitorLimits?.count(context.facts.address, fields.filter(isForVisitors).map(deviceIdOf));
    checkNumbers(asked);
  });
  const refusals: AppError[] = [];
  const lines: Promise<void>[] = [];
  for (const field of fields) {
    const refusal = whole ?? (await refusalOf(() => checkRootField(caller, field, policy)));
    if (!refusal) continue;
    refusals.push(refusal);
    if (isAudited(field) && (caller || isForVisitors(field)))
      lines.push(audit.refused(auditEntry(field, caller, context), refusal));
  }
  await Promise.all(lines);
  const refusal = whole ?? refusals.find(({ code }) => code !== "BAD_USER_INPUT");
  if (refusal) throw refusal;
  // graphql-js would describe up to fifty problems by the whole value each, and have no code for more.
  if (!coerced)
    throw new AggregateError(describeInvalidVariables(schema, definitions, given, audienceOf(caller, policy)));
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

function deviceIdOf({ args }: RootField): string | undefined {
  return args && askedOf(args).deviceId;
}

/** What is known of a field that is not to run. An id that cannot be one may be anything, so it is left out. */
function auditEntry(field: RootField, caller: Caller | undefined, { facts, regions }: Context): AuditEntry {
  const { name, args } = field;
  const asked = args && askedOf(args);
  const own = actsForUser(field) ? caller?.userId : undefined;
  const userIds = usableTexts(asked?.userIds, limits.lookedUpUsers, limits.tokenUserId);
  const whom = isForVisitors(field)
    ? { deviceId: usableText(deviceIdOf(field), limits.deviceId) }
    : { userId: usableText(asked && (asked.userId ?? own), limits.tokenUserId), ...(userIds && { userIds }) };
  const region = asked && regions.resolve(asked.region);
  return { operation: name, by: visitorSubject(caller), ...whom, region, requestId: facts.requestId };
}

/** How deep an input of the schema can be. */
const inputDepth = 3;

/**
 * JSON numbers beyond 2^53 lose digits when they are parsed: a user id of that kind would become another user's.
 * The schema takes no other numbers but in data of an app's own, which has a rule of its own. Throws BAD_USER_INPUT.
 */
function checkNumbers({ schema, definitions, given }: Asked): void {
  const types = new Map(definitions.map(({ variable, type }) => [variable.name.value, typeFromAST(schema, type)]));
  for (const [name, value] of Object.entries(given)) checkNumber(value, types.get(name), inputDepth);
}

function checkNumber(value: unknown, expected: GraphQLType | undefined, depth: number): void {
  const type = expected && getNamedType(expected);
  if (type === JsonObjectScalar) return;
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw badUserInput("A number in the variables cannot be carried exactly: send ids as strings");
  }
  if (typeof value !== "object" || value === null || depth === 0) return;
  const fields = isInputObjectType(type) && !Array.isArray(value) ? type.getFields() : undefined;
  for (const [key, inner] of Object.entries(value)) checkNumber(inner, fields ? fields[key]?.type : type, depth - 1);
}
