import { printable } from "../system/printable.js";
import { type Check, counted, isHealthy, type Status } from "./check.js";

const marks: Readonly<Record<Status, string>> = { ok: "OK", warn: "WARN", fail: "FAIL" };
/** Green, yellow, red (ECMA-48). */
const colours: Readonly<Record<Status, number>> = { ok: 32, warn: 33, fail: 31 };
const markWidth = 4;

/** The table for people: a line for each check, below it what to do, and a summary. */
export function tableOf(checks: readonly Check[], colour: boolean): string {
  const width = (cells: readonly string[]) => Math.max(0, ...cells.map(({ length }) => length));
  const scopeWidth = width(checks.map(({ scope }) => scope));
  const checkWidth = width(checks.map(({ check }) => check));
  const lines = checks.flatMap(({ scope, check, status, detail, advice }) => [
    `${markOf(status, colour)}  ${printable(`${scope.padEnd(scopeWidth)}  ${check.padEnd(checkWidth)}  ${detail}`)}`,
    ...(advice === undefined ? [] : [`${" ".repeat(markWidth + 2)}What to do: ${printable(advice)}`]),
  ]);
  return `${[...lines, "", summaryOf(checks)].join("\n")}\n`;
}

/** The same for programs, as one JSON document. */
export function jsonOf(checks: readonly Check[]): string {
  return `${JSON.stringify({ ok: isHealthy(checks), checks }, null, 2)}\n`;
}

function markOf(status: Status, colour: boolean): string {
  const mark = marks[status].padEnd(markWidth);
  return colour ? `\u001b[${colours[status]}m${mark}\u001b[0m` : mark;
}

function summaryOf(checks: readonly Check[]): string {
  const count = (wanted: Status) => checks.filter(({ status }) => status === wanted).length;
  const verdict = isHealthy(checks) ? "Nothing fails" : "Something has to be done";
  return `${verdict}: ${count("ok")} OK, ${counted(count("warn"), "warning")}, ${counted(count("fail"), "failure")}`;
}
