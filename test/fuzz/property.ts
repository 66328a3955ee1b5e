import { test } from "@jest/globals";
import fc from "fast-check";
import type { Answered } from "../hostile/client.js";
import { mostTime } from "../hostile/gateway.js";

const { FUZZ_SEED, FUZZ_PATH, FUZZ_SECONDS } = process.env;
const seed = Number(FUZZ_SEED);
const seconds = Number(FUZZ_SECONDS ?? 0);

/** So long a failure is made smaller: at the worst each try ends a process and starts another. Milliseconds. */
const mostShrinking = 60_000;

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
  let failedAt = Number.POSITIVE_INFINITY;
  const property = fc.asyncProperty(inputs, async (input) => {
    // What passes ends the search for a smaller one.
    if (performance.now() - failedAt > mostShrinking) return;
    try {
      const { code = "answered" } = await check(input);
      outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
    } catch (error) {
      failedAt = Math.min(failedAt, performance.now());
      throw error;
    }
  });
  const body = async () => {
    const path = FUZZ_PATH === undefined ? {} : { path: FUZZ_PATH };
    const end = performance.now() + seconds * 1_000;
    let tried = 0;
    // A long run is one short run after another, each with the next seed: so each is repeated as a short one.
    for (let batch = seed; ; batch++) {
      const details = await fc.check(property, { numRuns: runs, seed: batch, ...path });
      tried += details.numRuns;
      const isOver = details.failed || performance.now() >= end;
      if (isOver) process.stdout.write(`${name}: ${tried} runs: ${told(outcomes)}\n`);
      if (details.failed) throw await failure(name, details);
      if (isOver) return;
    }
  };
  test(name, body, mostTime + seconds * 1_000);
}

async function failure<T>(name: string, details: fc.RunDetails<T>): Promise<Error> {
  const repeat = `npm run test:fuzz -- --only "${name}" --seed ${details.seed} --path ${details.counterexamplePath}`;
  const report = await fc.asyncDefaultReportMessage(details);
  return new Error([details.errorInstance, repeat, report].join("\n\n"));
}

/** The most usual first: a property whose inputs all come to the same end tries little. */
function told(outcomes: ReadonlyMap<string, number>): string {
  const sorted = [...outcomes].sort(([, a], [, b]) => b - a);
  return sorted.map(([outcome, count]) => `${outcome} ${count}`).join(", ");
}
