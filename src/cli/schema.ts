import { parseArgs } from "node:util";
import { printedSchema } from "../graphql/build-schema.js";
import { exitCodes } from "./exit-codes.js";

const help = `Usage: amity-graphql schema

Prints the GraphQL schema (SDL), sorted.
`;

/** Gives the exit code: 0. */
export async function schemaCommand(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: { help: { type: "boolean", short: "h" } } });
  process.stdout.write(values.help ? help : printedSchema());
  return exitCodes.ok;
}
