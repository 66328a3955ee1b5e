import { readdirSync, readFileSync } from "node:fs";
import { Kind, parse } from "graphql";

const operationsFolder = new URL("../../schema/operations/", import.meta.url);

/** One of the shipped operations, with values for the variables that it declares. */
export interface ExampleOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The shipped operations. `usersSignIn`: callers may be users of their own. */
export function exampleOperations(usersSignIn: boolean): ExampleOperation[] {
  const examples = exampleVariables(usersSignIn);
  return readdirSync(operationsFolder)
    .filter((name) => name.endsWith(".graphql"))
    .sort()
    .map((name) => {
      const query = readFileSync(new URL(name, operationsFolder), "utf8");
      const declared = declaredVariables(query);
      return { query, variables: Object.fromEntries(Object.entries(examples).filter(([key]) => declared.has(key))) };
    });
}

/** Users who sign in act as themselves and would be refused another's id. Everybody else must name a user. */
function exampleVariables(usersSignIn: boolean): Record<string, unknown> {
  const input = { deviceId: "explorer" };
  const common = { code: "EU", accessToken: "the-accessToken-of-a-session" };
  if (usersSignIn) return { ...common, input };
  return { ...common, userId: "alice", input: { userId: "alice", ...input, displayName: "Alice" } };
}

function declaredVariables(query: string): ReadonlySet<string> {
  const names = parse(query).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? (definition.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
      : [],
  );
  return new Set(names);
}
