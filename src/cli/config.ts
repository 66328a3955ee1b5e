import { parseArgs } from "node:util";
import { type InForce, type Setting, type Source, settingsInForce } from "../config/in-force.js";
import type { Env } from "../config/reader.js";
import { readSettingFiles } from "../config/setting-files.js";
import { printable } from "../system/printable.js";
import { exitCodes } from "./exit-codes.js";

const help = `Usage: amity-graphql config [options]

Prints every setting that start would use and where it comes from: the default, the environment, .env, or the file
that a variable names. Then the variables that look like settings and are not read, the problems, the warnings.
Secrets are shown as "set", URLs without user information and query, paths only where a file is.

  --json      print one JSON document instead of a table
  -h, --help  print this text

Exit codes: 0 start would take these settings, 78 it would not, 64 wrong arguments.
`;

const options = {
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Prints what is in force, problems or not. Gives the exit code: 0, 64 (wrong command line), 78 (problems). */
export async function configCommand(
  argv: readonly string[],
  env: Env,
  fromEnvFile: ReadonlySet<string>,
): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options });
  if (values.help) {
    process.stdout.write(help);
    return exitCodes.ok;
  }
  const inForce = settingsInForce(env, fromEnvFile, await readSettingFiles(env));
  const ok = inForce.problems.length === 0;
  process.stdout.write(values.json ? `${JSON.stringify({ ok, ...inForce }, null, 2)}\n` : tableOf(inForce));
  return ok ? exitCodes.ok : exitCodes.configuration;
}

function tableOf({ production, settings, unread, problems, warnings }: InForce): string {
  const lines = [
    `Production: ${production ? "yes" : "no"}`,
    "",
    ...columns(settings.map((setting) => [setting.name, valueText(setting), sourceText(setting.source)])),
    ...chapter("Not read", columns(unread.map(({ name, why }) => [name, why]))),
    ...chapter("Problems, for which start ends with status 78", problems),
    ...chapter("Warnings", warnings),
  ];
  return `${lines.map(printable).join("\n")}\n`;
}

function valueText({ value, note }: Setting): string {
  return value ?? (note === undefined ? "-" : `(${note})`);
}

function sourceText(source: Source): string {
  if (source.kind !== "file") return source.kind;
  const { path, variable, place } = source;
  const where = `${variable} in ${place === ".env" ? place : `the ${place}`}`;
  return path === undefined ? `file of ${where}` : `file ${path}, of ${where}`;
}

function chapter(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? ["", `${title}:`, ...lines.map((line) => `  ${line}`)] : [];
}

/** Rows whose cells begin below each other; what is very long pushes the rest to the right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widthOf = (column: number) => Math.max(0, ...rows.map((row) => Math.min(row[column]?.length ?? 0, mostWidth)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widthOf(column)))
      .join("  ")
      .trimEnd(),
  );
}

/** Of a column, in characters. */
const mostWidth = 48;
