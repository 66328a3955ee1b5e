import { setTimeout as sleep } from "node:timers/promises";
import { guarded, startCandidate } from "./candidate-process.mjs";
import { closedLoop } from "./load.mjs";
import { operations } from "./operations.mjs";
import { quantile, spread } from "./statistics.mjs";

/** A burst after a quiet spell against one of a warm process: Node gives memory back when nobody asks. */

const names = ["express-axios", "gateway-none", "gateway-jwt"];
const inFlight = 32;

const lengths = {
  full: { repeats: 5, warmMs: 5_000, burstMs: 5_000, quietMs: 46_000 },
  quick: { repeats: 1, warmMs: 2_000, burstMs: 2_000, quietMs: 20_000 },
};

/** Gives, for each candidate, the rate, CPU and p99 of the later burst over those of the warm one. */
export async function measureIdle(isQuick, shared, tell) {
  const { repeats, warmMs, burstMs, quietMs } = isQuick ? lengths.quick : lengths.full;
  const running = [];
  try {
    for (const name of names) {
      running.push(await startCandidate(name, operations.minted, shared, { connections: inFlight }));
    }
    const pairs = Object.fromEntries(names.map((name) => [name, []]));
    for (let repeat = 1; repeat <= repeats; repeat++) {
      tell(`idle: ${repeat} of ${repeats}`);
      const warm = {};
      for (const candidate of running) {
        await burst(candidate, warmMs);
        warm[candidate.name] = await burst(candidate, burstMs);
      }
      await sleep(quietMs);
      for (const candidate of running) {
        const quietMb = (await candidate.memory()).residentMb;
        pairs[candidate.name].push({ warm: warm[candidate.name], after: await burst(candidate, burstMs), quietMb });
      }
    }
    for (const candidate of running) await guarded(candidate, () => candidate.check());
    return {
      quietSeconds: quietMs / 1_000,
      measured: Object.fromEntries(names.map((name) => [name, compare(pairs[name])])),
    };
  } finally {
    await Promise.all(running.map((candidate) => candidate.stop()));
  }
}

async function burst(candidate, ms) {
  const cpuBefore = await candidate.cpuMicroseconds();
  const load = () => closedLoop(candidate.pool, candidate.nextRequest, { inFlight, ms });
  const { latencies, ms: took } = await guarded(candidate, load);
  return {
    perSecond: (latencies.length / took) * 1_000,
    cpuUs: ((await candidate.cpuMicroseconds()) - cpuBefore) / latencies.length,
    p99Ms: quantile(latencies, 0.99),
    residentMb: (await candidate.memory()).residentMb,
  };
}

function compare(pairs) {
  const over = (field) => spread(pairs.map(({ warm, after }) => after[field] / warm[field]));
  return {
    rate: over("perSecond"),
    cpu: over("cpuUs"),
    p99: over("p99Ms"),
    warmMb: spread(pairs.map(({ warm }) => warm.residentMb)),
    quietMb: spread(pairs.map(({ quietMb }) => quietMb)),
  };
}
