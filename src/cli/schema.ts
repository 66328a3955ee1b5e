import { parseArgs } from "node:util";
import { printedSchema } from "../graphql/build-schema.js";

const help = `Usage: amity-graphql schema

Prints the GraphQL schema (SDL), sorted.
`;

/** Prints the schema. Gives the exit code. */
export async function schemaCommand(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: { help: { type: "boolean", short: "h" } } });
  process.stdout.write(values.help ? help : printedSchema());
  return 0;
}
