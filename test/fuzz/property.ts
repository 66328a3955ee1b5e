import { test } from "@jest/globals";
import fc from "fast-check";
import type { Answered } from "../hostile/client.js";
import { mostTime } from "../hostile/gateway.js";

const { FUZZ_SEED, FUZZ_PATH, FUZZ_SECONDS } = process.env;
const seed = Number(FUZZ_SEED);
const seconds = Number(FUZZ_SECONDS ?? 0);

/** What was given is tried so often; a long run goes on for its time instead. */
const amount =
  seconds > 0
    ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1_000, markInterruptAsFailure: false }
    : undefined;

/**
 * A test that tries inputs of a kind, `runs` of them in a short run. `check` gives the answer that came of an input, or
 * throws when it does harm; the failure then says how to repeat it, and the smallest such input.
 */
export function fuzz<T>(
  name: string,
  inputs: fc.Arbitrary<T>,
  runs: number,
  check: (input: T) => Promise<Pick<Answered, "code">>,
): void {
  const outcomes = new Map<string, number>();
  const property = fc.asyncProperty(inputs, async (input) => {
    const { code = "answered" } = await check(input);
    outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
  });
  const body = async () => {
    const path = FUZZ_PATH === undefined ? {} : { path: FUZZ_PATH };
    const details = await fc.check(property, { numRuns: runs, ...amount, seed, ...path });
    process.stdout.write(`${name}: ${details.numRuns} runs: ${told(outcomes)}\n`);
    if (!details.failed) return;
    const repeat = `npm run test:fuzz -- --only "${name}" --seed ${seed} --path ${details.counterexamplePath}`;
    const report = await fc.asyncDefaultReportMessage(details);
    throw new Error([details.errorInstance, repeat, report].join("\n\n"));
  };
  test(name, body, mostTime + seconds * 1_000);
}

/** The most usual first: a property whose inputs all come to the same end tries little. */
function told(outcomes: ReadonlyMap<string, number>): string {
  const sorted = [...outcomes].sort(([, a], [, b]) => b - a);
  return sorted.map(([outcome, count]) => `${outcome} ${count}`).join(", ");
}
