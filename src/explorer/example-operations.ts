import { readdirSync, readFileSync } from "node:fs";
import { Kind, parse, print, type TypeNode } from "graphql";

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
  readonly userProfiles: boolean;
}

/** The shipped operations, without those that the gateway would refuse whoever sees them. */
export function exampleOperations({ usersSignIn, visitors, userProfiles }: Audience): ExampleOperation[] {
  const values = exampleValues(usersSignIn);
  return readdirSync(operationsFolder)
    .filter((name) => name.endsWith(".graphql"))
    .filter((name) => visitors || !name.includes("visitor"))
    .filter((name) => !usersSignIn || name !== "upsert-user.graphql")
    .filter((name) => userProfiles || !/^users?\./.test(name))
    .sort()
    .map((name) => {
      const query = readFileSync(new URL(name, operationsFolder), "utf8");
      const examples = declaredVariables(query).map(([variable, type]) => [
        variable,
        values[print(type)] ?? values[nameOf(type)] ?? values[variable],
      ]);
      return { query, variables: Object.fromEntries(examples.filter(([, value]) => value !== undefined)) };
    });
}

/**
 * By the type of a variable, by the name of that type or by the variable's own. Users who sign in act as themselves and
 * would be refused another's id. Everybody else must name a user.
 */
function exampleValues(usersSignIn: boolean): Readonly<Record<string, unknown>> {
  const deviceId = "explorer";
  const accessToken = "the-accessToken-of-a-session";
  const lookUps = { "ID!": "bob", "[ID!]!": ["alice", "bob"] };
  const common = { ...lookUps, code: "EU", accessToken, deviceId, CreateVisitorSessionInput: { deviceId } };
  if (usersSignIn) return { ...common, CreateSessionInput: { deviceId } };
  const userId = "alice";
  const named = { userId, displayName: "Alice" };
  return { ...common, userId, CreateSessionInput: { ...named, deviceId }, UpsertUserInput: named };
}

/** Each variable with its type. */
function declaredVariables(query: string): (readonly [name: string, type: TypeNode])[] {
  return parse(query).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? (definition.variableDefinitions ?? []).map(({ variable, type }) => [variable.name.value, type] as const)
      : [],
  );
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}
