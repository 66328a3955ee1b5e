import { authTokenOf, serverKey } from "./amity-script.mjs";
import { guarded, startCandidate } from "./candidate-process.mjs";
import { closedLoop, connect, openLoop } from "./load.mjs";
import { slowMint } from "./operations.mjs";
import { quantile } from "./statistics.mjs";

/** Latency at given rates, over an upstream that takes 20 ms, and the highest rate at which it holds. */

const names = ["express-axios", "gateway-none", "gateway-jwt"];
const rates = [500, 1_000];
const goodP99Ms = 50;
const steps = { first: 400, factor: 1.4, halvings: 4 };
const mostConnections = 1_000;

const lengths = {
  full: { firstMs: 5_000, warmMs: 3_000, ms: 8_000, searchMs: 4_000 },
  quick: { firstMs: 3_000, warmMs: 1_000, ms: 2_000, searchMs: 1_000 },
};

/** Gives, for the upstream alone and for each candidate, the latencies at each rate, and the highest good rate. */
export async function measureRates(isQuick, shared, tell) {
  const length = isQuick ? lengths.quick : lengths.full;
  const measured = { upstream: await atRates(upstreamAlone(shared), length) };
  for (const name of names) {
    tell(`rates: ${name}`);
    const candidate = await startCandidate(name, slowMint, shared, { connections: mostConnections });
    try {
      measured[name] = await guarded(candidate, async () => {
        await candidate.check();
        await closedLoop(candidate.pool, candidate.nextRequest, { inFlight: 32, ms: length.firstMs });
        const known = await atRates(candidate, length);
        const highest = await highestRate(candidate, length.searchMs);
        await candidate.check();
        return { ...known, highest };
      });
    } finally {
      await candidate.stop();
    }
  }
  return { goodP99Ms, measured };
}

/** What a latency is made of before any candidate adds to it, with the load generator's own part. */
function upstreamAlone({ upstream }) {
  let next = 0;
  const headers = { "content-type": "application/json", "x-server-key": serverKey };
  return {
    pool: connect(upstream.urls.US, mostConnections),
    nextRequest() {
      const userId = `user-${next++}`;
      const path = "/api/v4/authentication/token";
      return { method: "POST", path, headers, body: JSON.stringify({ userId }), marker: authTokenOf(userId) };
    },
  };
}

async function atRates(target, { warmMs, ms }) {
  const measured = {};
  for (const perSecond of rates) {
    await openLoop(target.pool, target.nextRequest, { perSecond, ms: warmMs });
    measured[perSecond] = await latenciesAt(target, perSecond, ms);
  }
  return measured;
}

async function latenciesAt({ pool, nextRequest }, perSecond, ms) {
  const { latencies, failed } = await openLoop(pool, nextRequest, { perSecond, ms });
  return { p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99), failed };
}

/** Goes up until it does not hold, and then halves what lies between. 0: not even the first rate holds. */
async function highestRate(target, ms) {
  const holds = async (perSecond) => {
    const { p99Ms, failed } = await latenciesAt(target, perSecond, ms);
    return failed === 0 && p99Ms < goodP99Ms;
  };
  let good = 0;
  let bad = steps.first;
  while (await holds(bad)) [good, bad] = [bad, Math.round(bad * steps.factor)];
  for (let halving = 0; halving < steps.halvings; halving++) {
    const middle = Math.round((good + bad) / 2);
    if (await holds(middle)) good = middle;
    else bad = middle;
  }
  return good;
}
