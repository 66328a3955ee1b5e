import { readdirSync, readFileSync } from "node:fs";
import { Kind, parse, type TypeNode } from "graphql";

const operationsFolder = new URL("../../schema/operations/", import.meta.url);

/** One of the shipped operations, with values for the variables that it declares. */
export interface ExampleOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Whom the gateway serves. */
export interface Audience {
  /** Callers may be users of their own, who would be refused another's id. */
  readonly usersSignIn: boolean;
  readonly visitors: boolean;
}

/** The shipped operations, without those that the gateway would refuse everybody. */
export function exampleOperations({ usersSignIn, visitors }: Audience): ExampleOperation[] {
  const values = exampleValues(usersSignIn);
  return readdirSync(operationsFolder)
    .filter((name) => name.endsWith(".graphql") && (visitors || !name.includes("visitor")))
    .sort()
    .map((name) => {
      const query = readFileSync(new URL(name, operationsFolder), "utf8");
      const examples = declaredVariables(query).map(([variable, type]) => [variable, values[type] ?? values[variable]]);
      return { query, variables: Object.fromEntries(examples.filter(([, value]) => value !== undefined)) };
    });
}

/**
 * By the name of a variable, or of its input's type. Users who sign in act as themselves and would be refused another's
 * id. Everybody else must name a user.
 */
function exampleValues(usersSignIn: boolean): Readonly<Record<string, unknown>> {
  const deviceId = "explorer";
  const accessToken = "the-accessToken-of-a-session";
  const common = { code: "EU", accessToken, deviceId, CreateVisitorSessionInput: { deviceId } };
  if (usersSignIn) return { ...common, CreateSessionInput: { deviceId } };
  const userId = "alice";
  return { ...common, userId, CreateSessionInput: { userId, deviceId, displayName: "Alice" } };
}

/** Each variable with the name of its type. */
function declaredVariables(query: string): (readonly [name: string, type: string])[] {
  return parse(query).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? (definition.variableDefinitions ?? []).map(({ variable, type }) => [variable.name.value, nameOf(type)] as const)
      : [],
  );
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}
