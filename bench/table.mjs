import { guarded, startCandidate } from "./candidate-process.mjs";
import { candidates } from "./candidates.mjs";
import { closedLoop } from "./load.mjs";
import { operations } from "./operations.mjs";
import { quantile } from "./statistics.mjs";

/** The side-by-side table: every candidate once in each round, so that what disturbs the machine disturbs all. */

const inFlight = 32;

/**
 * How long the parts take. The first warm-up is for Node's compiler and brings every user once; the one before each
 * sample is for its heap.
 */
export const lengths = {
  full: { rounds: 5, firstMs: 2_500, firstRequests: 4_000, warmMs: 500, sampleMs: 1_750 },
  quick: { rounds: 3, firstMs: 1_200, firstRequests: 1_500, warmMs: 100, sampleMs: 400 },
};

/** Gives the samples of each operation and candidate, round by round. `tell` hears how far it is. */
export async function measureTable({ operationNames, candidateNames }, length, bench, tell) {
  const samples = {};
  for (const name of operationNames) {
    tell(`${name}: ${candidateNames.length} servers, ${length.rounds} rounds`);
    samples[name] = await measureOperation(operations[name], candidateNames, length, bench);
  }
  return samples;
}

async function measureOperation(
  operation,
  candidateNames,
  { rounds, firstMs, firstRequests, warmMs, sampleMs },
  bench,
) {
  const running = [];
  try {
    for (const name of candidateNames) {
      const candidate = await startCandidate(name, operation, bench, { connections: inFlight });
      running.push(candidate);
      await guarded(candidate, async () => {
        await candidate.check();
        await load(candidate, { ms: firstMs, least: firstRequests });
      });
    }
    const samples = Object.fromEntries(running.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const candidate of running) {
        await guarded(candidate, () => load(candidate, { ms: warmMs }));
        samples[candidate.name].push(await sample(candidate, operation, sampleMs, bench.upstream));
      }
    }
    for (const candidate of running) await guarded(candidate, () => candidate.check());
    return samples;
  } finally {
    await Promise.all(running.map((candidate) => candidate.stop()));
  }
}

function load({ pool, nextRequest }, length) {
  return closedLoop(pool, nextRequest, { inFlight, ...length });
}

async function sample(candidate, { calls }, ms, upstream) {
  const callsBefore = await upstream.calls();
  const logBefore = candidate.logBytes();
  const cpuBefore = await candidate.cpuMicroseconds();
  const { latencies, ms: took } = await guarded(candidate, () => load(candidate, { ms }));
  const cpu = (await candidate.cpuMicroseconds()) - cpuBefore;
  const requests = latencies.length;
  const made = (await upstream.calls()) - callsBefore;
  if (made !== requests * calls) {
    throw new Error(`${candidate.name} called the upstream ${made} times for ${requests} requests, not ${calls} each`);
  }
  const logBytes = (candidate.logBytes() - logBefore) / requests;
  if (candidates[candidate.name].logs && logBytes === 0) throw new Error(`${candidate.name} writes no log`);
  return {
    cpuUs: cpu / requests,
    perSecond: (requests / took) * 1_000,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    logBytes,
    ...(await candidate.memory()),
  };
}
