import { type DocumentNode, type GraphQLError, Kind, OperationTypeNode } from "graphql";
import type { Caller } from "../caller/caller.js";
import { AppError } from "../errors/app-error.js";
import type { Audience } from "../errors/audience.js";
import type { Hooks } from "./hooks.js";
import { type IdentifyOptions, identify } from "./identify.js";
import { isPublic } from "./root-field-access.js";
import { fieldsOf, fragmentsOf } from "./selections.js";

export interface SchemaSecrecy {
  readonly production: boolean;
  /** May strangers read the schema by introspection? */
  readonly openIntrospection: boolean;
}

/** Who reads the errors of a request from this caller. */
export function audienceOf(caller: Caller | undefined, { production, openIntrospection }: SchemaSecrecy): Audience {
  if (!production) return "developer";
  return caller || openIntrospection ? "caller" : "stranger";
}

/**
 * Whoever may not read the schema does not learn it by guessing names either: a document that does not fit the schema
 * is answered as one that does, by a refusal, and where only public fields are asked for by one fixed error.
 */
export function schemaSecrecy(secrecy: SchemaSecrecy, options: IdentifyOptions): Pick<Hooks, "didEncounterErrors"> {
  return {
    // Apollo Server waits for this hook, and not for the one at the end of validation.
    async didEncounterErrors({ contextValue: context, document, errors }) {
      if (!document || !errors.some(isAboutSchema) || audienceOf(undefined, secrecy) !== "stranger") return;
      try {
        context.identity.caller = await identify(context, options);
        if (!context.identity.caller) context.identity.refusal = refusalOf(document);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        context.identity.refusal = error;
      }
    },
  };
}

/** What graphql-js's rules found; the limits tell nothing of the schema. */
function isAboutSchema({ extensions, originalError }: GraphQLError): boolean {
  return extensions["code"] === "GRAPHQL_VALIDATION_FAILED" && !(originalError instanceof AppError);
}

function refusalOf(document: DocumentNode): AppError {
  const fragments = fragmentsOf(document);
  const asksPublicFields = document.definitions.every(
    (definition) =>
      definition.kind !== Kind.OPERATION_DEFINITION ||
      (definition.operation === OperationTypeNode.QUERY &&
        [...fieldsOf(definition.selectionSet, fragments)].every(({ name }) => isPublic(name.value))),
  );
  return new AppError(asksPublicFields ? "GRAPHQL_VALIDATION_FAILED" : "UNAUTHENTICATED");
}
