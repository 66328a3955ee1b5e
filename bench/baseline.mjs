import { readFile, writeFile } from "node:fs/promises";
import { base } from "./candidates.mjs";
import { ratio } from "./ratios.mjs";

/** The ratios that must not be lost: how many times more CPU the first takes than the second. */
const guarded = [
  [base, "gateway-none"],
  ["mercurius-got", "gateway-none"],
  ["gateway-none", "gateway-jwt"],
];

/** Machines are noisy. */
const tolerance = 0.15;

const file = new URL("baseline.json", import.meta.url);

function ratiosOf(samples) {
  const byOperation = Object.entries(samples).map(([operation, ofOperation]) => [
    operation,
    Object.fromEntries(
      guarded.map(([other, name]) => [`${other} / ${name}`, Number(ratio(ofOperation, other, name).median.toFixed(2))]),
    ),
  ]);
  return Object.fromEntries(byOperation);
}

/** Makes these samples' ratios the baseline. */
export async function acceptBaseline(samples) {
  await writeFile(file, `${JSON.stringify(ratiosOf(samples), null, 2)}\n`);
}

/** A line for each ratio that is more than the tolerance below the baseline's. */
export async function belowBaseline(samples) {
  const baseline = JSON.parse(await readFile(file, "utf8"));
  return Object.entries(ratiosOf(samples)).flatMap(([operation, ratios]) =>
    Object.entries(ratios)
      .filter(([pair, now]) => !(now >= baseline[operation][pair] * (1 - tolerance)))
      .map(([pair, now]) => `${operation}: ${pair} is ${now}, and was ${baseline[operation][pair]}`),
  );
}
