import { base, candidates } from "./candidates.mjs";
import { milliseconds, paragraph, short, table, times } from "./markdown.mjs";
import { operations } from "./operations.mjs";
import { ratio } from "./ratios.mjs";

/** What was aimed at before it was measured, and how far it came. */

const [none, jwt] = ["gateway-none", "gateway-jwt"];

/** How many times cheaper than another the gateway is to be, with AUTH_MODE=none. */
const ratios = {
  minted: { [base]: 1.4, "mercurius-got": 1, "bare-got": 0.9 },
  held: { [base]: 1.4, "mercurius-got": 1, "bare-got": 0.9 },
  regions: { [base]: 1.7, "apollo-express": 2.7 },
  reused: { [base]: 1.7, "apollo-express": 2.7 },
};

const most = { jwtOverNone: 1.25, addedP99Ms: 5, residentMb: 150, growth: 0.02, startRatio: 1.15 };
const leastIdleRate = 0.95;

export function goalsSection({ table: { samples }, rates, memory, idle, start }) {
  const rows = [
    ...Object.entries(ratios).flatMap(([operation, goals]) => ratioRows(samples[operation], operation, goals)),
    ...Object.keys(ratios).map((operation) => jwtRow(samples[operation], operation)),
    ratesRow(rates),
    ...memoryRows(memory),
    ...idleRows(idle),
    startRow(start),
  ];
  return [
    "## What was aimed at",
    paragraph(`Set before anything was built, from measurements of prototypes. Goals that are not reached stay here; why
      they are not is told below. A dash: the run for it was not kept yet.`),
    table(["", "goal", "measured", "reached"], rows),
    paragraph(floorText(samples)),
  ].join("\n\n");
}

function row(what, goal, measured, isReached) {
  return [what, goal, measured ?? "-", measured === undefined ? "-" : isReached ? "yes" : "no"];
}

function ratioRows(samples, operation, goals) {
  return Object.entries(goals).map(([other, least]) => {
    const measured = ratio(samples, other, none);
    const what = `${operations[operation].title}: times cheaper than ${candidates[other].title}`;
    return row(what, `at least ${least}`, times(measured), measured.median >= least);
  });
}

function jwtRow(samples, operation) {
  const measured = ratio(samples, jwt, none);
  const what = `${operations[operation].title}: AUTH_MODE=jwt over AUTH_MODE=none`;
  return row(what, `at most ${most.jwtOverNone}`, times(measured), measured.median <= most.jwtOverNone);
}

function ratesRow(rates) {
  const added = rates && rates.measured[jwt][500].p99Ms - rates.measured.upstream[500].p99Ms;
  const what = "p99 at 500 requests a second, beyond the upstream's own, AUTH_MODE=jwt";
  return row(what, `at most ${most.addedP99Ms} ms`, added && `${milliseconds(added)} ms`, added <= most.addedP99Ms);
}

function memoryRows(memory) {
  return [none, jwt].map((name) => {
    const { residentMb, growthOfLastQuarter: growth } = memory?.measured[name] ?? {};
    const measured = residentMb && `${short(residentMb.at(-1))} MB, ${(growth * 100).toFixed(1)} % growth`;
    const isReached = residentMb?.at(-1) < most.residentMb && growth <= most.growth;
    return row(
      `resident memory after all requests, ${modeOf(name)}`,
      `under ${most.residentMb} MB, flat`,
      measured,
      isReached,
    );
  });
}

function idleRows(idle) {
  return [none, jwt].map((name) => {
    const rate = idle?.measured[name].rate;
    const what = `rate of a burst after 46 s without traffic over a warm one, ${modeOf(name)}`;
    return row(what, `at least ${leastIdleRate}`, rate && times(rate), rate?.median >= leastIdleRate);
  });
}

function startRow(start) {
  const what = "start to first answer, over a process that loads the same packages";
  return row(what, `at most ${most.startRatio}`, start?.ratio.toFixed(2), start?.ratio <= most.startRatio);
}

function modeOf(name) {
  return name === jwt ? "AUTH_MODE=jwt" : "AUTH_MODE=none";
}

/** What the goals ask for, beside what the client alone takes. */
function floorText(samples) {
  const floor = (operation) => ratio(samples[operation], base, "bare-got").median.toFixed(2);
  return `What calls Amity is mostly the call. Even bare node:http with got, without GraphQL and without any check, is no
    more than ${floor("minted")} times cheaper than ${candidates[base].title} for a token, and ${floor("held")} times
    for a session.`;
}
