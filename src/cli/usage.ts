import { exitCodes } from "./exit-codes.js";

/** Says what is wrong with a command line, and which --help tells more: a command's, or the program's. Gives 64. */
export function usage(problem: string, command?: string): number {
  process.stderr.write(`amity-graphql: ${problem}; see amity-graphql ${command ? `${command} ` : ""}--help\n`);
  return exitCodes.usage;
}
