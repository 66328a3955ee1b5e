import { readdirSync, readFileSync } from "node:fs";
import { Kind, parse } from "graphql";

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
  const examples = exampleVariables(usersSignIn);
  return readdirSync(operationsFolder)
    .filter((name) => name.endsWith(".graphql") && (visitors || !name.includes("visitor")))
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
  if (usersSignIn) return { code: "EU", deviceId: "explorer", input };
  return {
    code: "EU",
    deviceId: "explorer",
    userId: "alice",
    input: { userId: "alice", ...input, displayName: "Alice" },
  };
}

function declaredVariables(query: string): ReadonlySet<string> {
  const names = parse(query).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? (definition.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
      : [],
  );
  return new Set(names);
}
