import type { LoadedConfig } from "../config/config.js";
import { type FieldName, fields, variables } from "../config/fields.js";
import { fieldWords } from "../config/words.js";
import { type Check, row } from "./check.js";

const scope = "config";

/** What is wrong with the settings, all of it. */
export function configurationChecks({ config, problems, warnings }: LoadedConfig): Check[] {
  const checks = [
    ...problems.map((text) => row(scope, variableIn(text) ?? "settings").fail(text, adviceFor(text))),
    ...warnings.map((text) => row(scope, variableIn(text) ?? "settings").warn(text, adviceForWarning(text))),
  ];
  if (!config) {
    const advice = "correct the failures above and run the doctor again";
    return [...checks, row(scope, "other checks").warn("not run: they need a configuration without problems", advice)];
  }
  if (checks.length === 0) checks.push(row(scope, "settings").ok("no problems"));
  return [...checks, ...(config.regions === "emulator" ? [emulatorCheck()] : [])];
}

function emulatorCheck(): Check {
  return row(scope, "network").warn(
    "no Amity credentials: the gateway would run the embedded emulator, and nothing would be real",
    "for a real network set AMITY_REGION, AMITY_API_KEY and AMITY_SERVER_KEY from Amity's console",
  );
}

/** Problems and warnings begin with the variable they are about. */
function variableIn(text: string): string | undefined {
  return /^[A-Z][A-Z0-9_]+(?= |:)/.exec(text)?.[0];
}

/** The problem says what is wrong; the table of variables says what would be right. */
function adviceFor(problem: string): string {
  const variable = variableIn(problem);
  if (variable === undefined) return "correct it in the environment or in .env";
  const name = variables.get(variable);
  return `correct ${variable} in the environment or in .env${name ? ` (${rightValue(name)})` : ""}`;
}

/** Of names that are not read; the other warnings say it themselves. */
function adviceForWarning(warning: string): string {
  return / is not read/.test(warning) ? "rename it, or unset it" : "as it says; the gateway starts all the same";
}

function rightValue(name: FieldName): string {
  const { meaning, values } = fieldWords(name, fields[name]);
  return values ? `${meaning}; values: ${values}` : meaning;
}
