import { guarded, startCandidate } from "./candidate-process.mjs";
import { closedLoop } from "./load.mjs";
import { operations } from "./operations.mjs";
import { median } from "./statistics.mjs";
import { createCallers } from "./users.mjs";

/** Resident memory over many requests of many users with many documents: what is kept must end somewhere. */

const names = ["gateway-none", "gateway-jwt"];
const inFlight = 32;
const samples = 100;
/** The other requests bring the document of the table, as apps do. */
const requestsPerNewDocument = 10;

const sizes = { full: { requests: 1_000_000, users: 100_000 }, quick: { requests: 50_000, users: 5_000 } };

/** Gives the resident memory of each candidate after each hundredth of the requests, in MB. */
export async function measureMemory(isQuick, shared, tell) {
  const { requests, users } = isQuick ? sizes.quick : sizes.full;
  tell(`memory: ${users} JWTs`);
  const callers = createCallers(users);
  const measured = {};
  for (const name of names) {
    const candidate = await startCandidate(name, operations.minted, { ...shared, callers }, { connections: inFlight });
    try {
      measured[name] = await guarded(candidate, () => residentOver(candidate, requests, callers, tell));
    } finally {
      await candidate.stop();
    }
  }
  return { requests, users, documents: requests / requestsPerNewDocument, measured };
}

async function residentOver(candidate, requests, callers, tell) {
  await candidate.check();
  const before = (await candidate.memory()).residentMb;
  const nextRequest = withNewDocuments(candidate.requestsOfAll(callers));
  const residentMb = [];
  for (let sample = 1; sample <= samples; sample++) {
    await closedLoop(candidate.pool, nextRequest, { inFlight, ms: 0, least: requests / samples });
    residentMb.push((await candidate.memory()).residentMb);
    if (sample % 10 === 0) tell(`memory: ${candidate.name}: ${sample} %, ${Math.round(residentMb.at(-1))} MB`);
  }
  await candidate.check();
  const quarter = samples / 4;
  const growth = median(residentMb.slice(-quarter)) / median(residentMb.slice(-2 * quarter, -quarter)) - 1;
  return { before, residentMb, growthOfLastQuarter: growth, highestMb: (await candidate.memory()).highestMb };
}

/** Every tenth request has a document that never came before, and is none of those that came. */
function withNewDocuments(nextRequest) {
  let count = 0;
  return () => {
    const request = nextRequest();
    if (count++ % requestsPerNewDocument !== 0) return request;
    return { ...request, body: request.body.replaceAll("query AuthToken", `query AuthToken${count}`) };
  };
}
